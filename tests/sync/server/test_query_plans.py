"""Nothing that is asked again and again looks at every row of a table that grows.

A day's calls are made, every statement is noted, and the database is asked how it would carry it out.
"""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from tests.sync.server.support import COUNTED, DATE, FAR, SEATED, World

GROWING = (
    "events", "evidence", "orders", "money", "claims", "tickets", "deliveries", "uses", "places", "counts",
    "departures", "staff_acts", "office_sales", "incidents", "records", "payments", "payment_refunds", "till_payments",
    "payouts", "refunds", "invoices", "shifts", "shift_moves",
)  # fmt: skip
MAY_LOOK_AT_A_STATION = {
    "incidents": "the office's list of incidents",
    "money": "the office's accounts",
    "tickets": "the office's accounts",
    "orders": "the office's accounts",
    "claims": "the office's accounts",
    "payments": "the office's accounts",
    "payment_refunds": "the office's accounts",
    "till_payments": "the office's accounts",
    "payouts": "the office's accounts",
    "refunds": "the office's accounts",
    "invoices": "the office's accounts",
    "shifts": "the office's accounts",
    "shift_moves": "the office's accounts",
    "records": "once a day: dropping what is long over",
    "departures": "a month of departures, and once a day",
    "places": "once a day, and when a till is enrolled: a month of departures",
    "counts": "once a day, and when a till is enrolled: a month of departures",
    "staff_acts": "once a day",
}
"""Tables of which all rows of one station may be looked at, and when."""
_PLAN = re.compile(r"^(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(?:INDEX|PRIMARY KEY)[^(]*(\(.*\))?)?")


@pytest.fixture
def asked(world: World) -> Iterator[set[str]]:
    """Every statement that was made to any database from now on."""
    found: set[str] = set()

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        found.add(statement)

    yield found
    event.remove(Engine, "before_cursor_execute", note)


def _a_day(world: World) -> None:
    till, gate = world.enrol(), world.enrol("gate", "gate-1")
    for terminal in (till, gate):
        terminal.open_journal()
    numbers = [till.sell(seat) for seat in (1, 2)] + [till.sell(None, COUNTED)]
    till.note("claim.opened", claim="C-1", order="ab" * 16, fen=100, reason="jam")
    till.note("claim.settled", claim="C-1", fen=100, by="cashier")
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[3], count=1)
    till.note("payment.asked", payment="cd" * 16, order="ab" * 16, method="phone", fen=100)
    till.note("payment.ended", payment="cd" * 16, outcome="paid", reference="r")
    till.note("payout.asked", payout="ef" * 16, order="ab" * 16, method="cash", fen=100)
    till.note("payout.ended", payout="ef" * 16, fen=100, sure=True)
    till.note("refund.opened", refund="ba" * 16, number=numbers[1], fare=2500, fee=0, fen=2500, way="cash")
    till.note("invoice.asked", invoice="dc" * 16, number=numbers[0], fen=2500, why="travel", token="fe" * 16)
    till.note("shift.opened", shift="aa" * 16, badge="b", fen=0)
    till.note("shift.moved", shift="aa" * 16, badge="b", direction="refilled", where="hopper", fen=1)
    till.note("shift.closed", shift="aa" * 16, badge="b", expected=0, counted=1)
    till.push()
    gate.let_in(numbers[0])
    gate.let_in(numbers[1], purpose="refund")
    gate.push()
    gate.push()
    said = gate.pull(limit=100).json()
    gate.pull(said["cursor"])
    sale = {
        "sale_id": "ab" * 16, "service_date": DATE, "trip": SEATED, "alighting": FAR, "kind": 0, "children": 0,
        "document": {"kind": "resident", "number": "11010119900307451X"},
    }  # fmt: skip
    world.office("sales", sale)
    world.office("refunds", {"number": numbers[0]})
    world.office("accounts", method="GET")
    world.incidents()
    world.call("GET", f"/i/{'fe' * 16}")
    till.ask("GET", f"/v1/tickets/{numbers[0]}/money")
    till.ask("POST", "/v1/payments", {"payment": "12" * 16, "order": "34" * 16, "fen": 100, "way": "show"})
    till.ask("GET", f"/v1/payments/{'12' * 16}")
    till.ask("POST", f"/v1/payments/{'12' * 16}/reverse")
    world.centre.stations.upkeep()
    world.centre.payments.look_after_open_ones()


def test_no_call_looks_at_all_rows_of_a_table_that_grows(world: World, asked: set[str]) -> None:
    _a_day(world)
    wrong: list[str] = []
    seen: set[str] = set()
    with world.centre.house.read() as connection:
        for statement in sorted(asked):
            if not re.match(r"\s*(SELECT|UPDATE|DELETE)", statement) or "sqlite_master" in statement:
                continue
            nothing = tuple(None for _ in range(statement.count("?")))
            driver = connection.connection.cursor()
            plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", nothing).fetchall()]
            for step in plan:
                said = _PLAN.match(step)
                if said is None or said[2] not in GROWING:
                    continue
                seen.add(said[2])
                by = said[3] or ""
                whole_station = by == "(station_id=?)" and said[2] not in MAY_LOOK_AT_A_STATION
                if said[1] == "SCAN" or not by or whole_station:
                    wrong.append(f"{step}: {statement}")
    assert wrong == []
    assert {"events", "uses", "tickets", "records", "payments"} <= seen, "the day asks for what it should"
