"""What tills tell of money: kept as told, contradictions set aside or an incident, and accounts that come out even."""

from typing import Any

import pytest

from tests.sync.server.support import Terminal, World
from tests.sync.server.test_office import sold

PAYMENT, PAYOUT, REFUND, SHIFT, INVOICE, TOKEN = (f"{n:032x}" for n in range(1, 7))


def order_of(world: World, number: str) -> str:
    return next(str(row[14]) for row in world.rows("tickets") if row[1] == number)


def accounts(world: World) -> dict[str, Any]:
    answer = world.office("accounts", method="GET")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    real = said["taken"] - said["returned"] - said["claims"]
    kept = said["fares"] - said["carried_over"] - said["refunded"]
    assert real - kept == said["difference"] == sum(each["fen"] for each in said["unbalanced"])
    return said


def refund(till: Terminal, number: str, fen: int = 2250, fee: int = 250, refund: str = REFUND) -> None:
    till.note("refund.opened", refund=refund, number=number, fare=2500, fee=fee, fen=fen, way="cash")


def kept(till: Terminal) -> list[str]:
    return till.results(till.push())


def test_a_sale_comes_out_even(world: World, till: Terminal) -> None:
    till.sell()
    till.push()
    said = accounts(world)
    (device,) = said["devices"]
    assert device["methods"] == [{"method": "cash", "taken": 5000, "returned": 2500}]
    assert (device["name"], device["fares"], said["difference"], said["unbalanced"]) == ("kiosk-1", 2500, 0, [])


def test_a_refund_is_paid_in_part_and_claimed_in_part(world: World, till: Terminal) -> None:
    number = till.sell()
    refund(till, number)
    till.push()
    assert accounts(world)["unbalanced"] == [{"order": REFUND, "fen": 2250}], "owed, and not given yet"
    till.note("payout.asked", payout=PAYOUT, order=REFUND, method="cash", fen=2250)
    till.note("payout.ended", payout=PAYOUT, fen=2000, sure=False)
    till.note("money.returned", order=REFUND, fen=2000, method="cash")
    till.note("claim.opened", claim="C-1", order=REFUND, fen=250, reason="unclear-payout")
    assert set(kept(till)) == {"kept"}
    said = accounts(world)
    assert (said["difference"], said["claims"], said["refunded"], said["fees"]) == (0, 250, 2250, 250)
    assert world.incidents() == []
    till.note("claim.settled", claim="C-1", fen=250, by="0001")
    till.push()
    assert accounts(world)["devices"][0]["claims_settled"] == 250
    assert accounts(world)["difference"] == 0


def test_more_back_than_was_owed(world: World, till: Terminal) -> None:
    refund(till, till.sell())
    till.note("money.returned", order=REFUND, fen=2250, method="cash")
    till.push()
    assert world.incidents() == []
    till.note("claim.opened", claim="C-1", order=REFUND, fen=1, reason="jam")
    till.push()
    (incident,) = world.incidents("refund_overpaid")
    assert (incident["subject"], incident["body"]["claimed"]) == (REFUND, 1)


def test_refunded_twice(world: World, till: Terminal) -> None:
    number = till.sell()
    till.push()
    world.office("refunds", {"number": number})
    refund(till, number)
    till.push()
    (incident,) = world.incidents("refunded_twice")
    assert {each["device"] for each in incident["body"]["refunds"]} == {"centre", till.device}


@pytest.mark.parametrize(("fen", "fee"), [(2600, 0), (2500, 250), (2000, 0)])
def test_a_refund_of_another_sum_than_the_fare(world: World, till: Terminal, fen: int, fee: int) -> None:
    refund(till, till.sell(), fen=fen, fee=fee)
    till.push()
    assert [each["subject"] for each in world.incidents("refund_above_fare")] == [REFUND]


def test_a_refund_that_is_known_before_its_ticket_is_judged_when_it_comes(world: World, till: Terminal) -> None:
    number = till.sell()
    other = world.enrol("till", "kiosk-2")
    other.open_journal()
    refund(other, number, fen=2600, fee=0)
    other.push()
    assert world.incidents() == []
    till.push()
    assert [each["subject"] for each in world.incidents("refund_above_fare")] == [REFUND]


def test_what_the_web_refunds_is_in_the_accounts(world: World, till: Terminal) -> None:
    number = sold(world)["number"]
    assert [way["taken"] for way in accounts(world)["devices"][0]["methods"]] == [2250]
    world.office("refunds", {"number": number})
    (web,) = accounts(world)["devices"]
    assert (web["device"], web["name"], web["methods"][0]["returned"], web["refunded"]) == ("centre", "web", 2250, 2250)
    assert accounts(world)["difference"] == 0


def test_a_changed_ticket_pays_for_the_one_in_its_place(world: World, till: Terminal) -> None:
    old = till.sell(1)
    order = "ab" * 16
    till.note(
        "order.held", order=order, service_date="2026-11-22", trip="QD1230", seats=[2], count=1, total=2500, changes=old
    )
    till.note("money.taken", order=order, fen=2500, method="ticket", counter=None)
    till.note("order.paid", order=order, fen=2500, method="ticket")
    new = till.sell(2, order=order)
    till.let_in(old, "passed", purpose="change")
    till.push()
    orphan = accounts(world)["unbalanced"]
    assert accounts(world)["carried_over"] == 2500
    assert [each["fen"] for each in orphan] == [2500], "the money of the order that `sell` took, and whose ticket moved"
    assert till.pull_all()["ticket", old]["state"] == "changed"
    ways = till.ask("GET", f"/v1/tickets/{new}/money").json()["ways"]
    assert ways == [{"method": "cash", "payment": "", "fen": 2500, "device": till.device}], "what the old one was paid"


def test_how_a_ticket_was_paid(world: World, till: Terminal) -> None:
    number = till.sell(1)
    till.push()
    said = till.ask("GET", f"/v1/tickets/{number}/money").json()
    assert said == {
        "number": number, "fare": 2500, "state": "valid",
        "ways": [{"method": "cash", "payment": "", "fen": 2500, "device": till.device}],
    }  # fmt: skip
    web = sold(world)["number"]
    other = world.enrol("till", "kiosk-2")
    said = other.ask("GET", f"/v1/tickets/{web}/money").json()
    assert said["ways"] == [{"method": "web", "payment": "", "fen": 2250, "device": "centre"}]
    stranger = world.enrol("till", "kiosk-9", 330523)
    assert stranger.ask("GET", f"/v1/tickets/{web}/money").status_code == 404
    assert stranger.ask("GET", "/v1/tickets/12/money").status_code == 422


def test_a_ticket_paid_without_cash_names_its_payment(world: World, till: Terminal) -> None:
    order, order_body = "cd" * 16, {"service_date": "2026-11-22", "trip": "QD1230", "seats": [3], "count": 1}
    till.note("order.held", order=order, total=2500, **order_body)
    body = {"payment": PAYMENT, "order": order, "fen": 2500, "way": "scan", "auth_code": "1" * 18}
    till.note("payment.asked", payment=PAYMENT, order=order, method="qr", fen=2500)
    assert till.ask("POST", "/v1/payments", body).json()["state"] == "paid"
    (untold,) = accounts(world)["payments"]["untold"]
    assert untold == {
        "payment": PAYMENT, "order": order, "device": till.device, "fen": 2500, "asked_at": world.clock.ms,
    }  # fmt: skip
    till.note("payment.ended", payment=PAYMENT, outcome="paid", reference="R-1")
    till.note("money.taken", order=order, fen=2500, method="qr", counter=None)
    till.note("order.paid", order=order, fen=2500, method="qr")
    number = till.sell(3, order=order)
    till.push()
    ways = till.ask("GET", f"/v1/tickets/{number}/money").json()["ways"]
    assert ways == [{"method": "qr", "payment": PAYMENT, "fen": 2500, "device": till.device}]
    assert accounts(world)["payments"] == {"taken": 2500, "returned": 0, "waiting": 0, "untold": []}
    assert world.incidents("payment_differs") == []


@pytest.mark.parametrize("outcome", ["paid", "failed", "reversed"])
def test_a_till_that_tells_another_story_of_a_payment(world: World, till: Terminal, outcome: str) -> None:
    body = {"payment": PAYMENT, "order": "cd" * 16, "fen": 2500, "way": "scan", "auth_code": "1" * 18}
    till.note("payment.asked", payment=PAYMENT, order="cd" * 16, method="qr", fen=2500)
    till.ask("POST", "/v1/payments", body)
    till.note("payment.ended", payment=PAYMENT, outcome=outcome, reference=None)
    till.push()
    found = [each["subject"] for each in world.incidents("payment_differs")]
    assert found == ([] if outcome == "paid" else [PAYMENT])


def test_a_card_payment_is_the_terminals_business(world: World, till: Terminal) -> None:
    till.note("payment.asked", payment=PAYMENT, order="cd" * 16, method="card", fen=2500)
    till.note("payment.ended", payment=PAYMENT, outcome="paid", reference="17")
    assert set(kept(till)) == {"kept"}
    assert world.incidents() == []


def test_a_shift_that_does_not_come_out_even(world: World, till: Terminal) -> None:
    till.note("shift.opened", shift=SHIFT, badge="0001", fen=10_000)
    till.note("shift.moved", shift=SHIFT, badge="0001", direction="refilled", where="1", fen=500)
    till.note("shift.closed", shift=SHIFT, badge="0001", expected=10_500, counted=10_500)
    assert set(kept(till)) == {"kept"}
    assert world.incidents() == []
    till.note("shift.opened", shift="9f" * 16, badge="0001", fen=10_500)
    till.note("shift.closed", shift="9f" * 16, badge="0002", expected=10_500, counted=10_400)
    till.push()
    (incident,) = world.incidents("shift_differs")
    assert (incident["subject"], incident["body"]["expected"] - incident["body"]["counted"]) == ("9f" * 16, 100)
    assert len(world.rows("shift_moves")) == 1


def test_an_invoice_is_kept_with_its_token(world: World, till: Terminal) -> None:
    number = till.sell()
    till.note("invoice.asked", invoice=INVOICE, number=number, fen=2500, why="travel", token=TOKEN, tax_id=None)
    assert set(kept(till)) == {"kept"}
    ((_, invoice, _, of, fen, why, token, buyer, tax_id, state, _),) = world.rows("invoices")
    assert (invoice, of, fen, why, token, buyer, tax_id, state) == (
        INVOICE, number, 2500, "travel", TOKEN, "", None, "asked",
    )  # fmt: skip


@pytest.mark.parametrize(
    "again",
    [
        ("payment.asked", {"payment": PAYMENT, "order": "cd" * 16, "method": "qr", "fen": 1}),
        ("payment.ended", {"payment": PAYMENT, "outcome": "failed", "reference": None}),
        ("payment.ended", {"payment": "9f" * 16, "outcome": "failed", "reference": None}),
        ("payout.asked", {"payout": PAYOUT, "order": "cd" * 16, "method": "cash", "fen": 1}),
        ("payout.ended", {"payout": PAYOUT, "fen": 1, "sure": True}),
        ("payout.ended", {"payout": "9f" * 16, "fen": 1, "sure": True}),
        ("refund.opened", {"refund": REFUND, "number": "1" * 20, "fare": 1, "fee": 0, "fen": 1, "way": "cash"}),
        ("shift.opened", {"shift": SHIFT, "badge": "1", "fen": 1}),
        ("shift.closed", {"shift": SHIFT, "badge": "1", "expected": 0, "counted": 0}),
        ("invoice.asked", {"invoice": INVOICE, "number": "1" * 20, "fen": 1, "why": "travel", "token": TOKEN}),
    ],
)
def test_what_contradicts_its_own_journal_is_set_aside(
    world: World, till: Terminal, again: tuple[str, dict[str, Any]]
) -> None:
    till.note("payment.asked", payment=PAYMENT, order="cd" * 16, method="qr", fen=1)
    till.note("payment.ended", payment=PAYMENT, outcome="failed", reference=None)
    till.note("payout.asked", payout=PAYOUT, order="cd" * 16, method="cash", fen=1)
    till.note("payout.ended", payout=PAYOUT, fen=0, sure=True)
    till.note("refund.opened", refund=REFUND, number="1" * 20, fare=1, fee=0, fen=1, way="cash")
    till.note("shift.opened", shift=SHIFT, badge="1", fen=0)
    till.note("shift.closed", shift=SHIFT, badge="1", expected=0, counted=0)
    till.note("invoice.asked", invoice=INVOICE, number="1" * 20, fen=1, why="travel", token=TOKEN)
    till.push()
    before = {name: rows for name, rows in world.every_row().items() if name not in _BOOKKEEPING}
    kind, body = again
    till.note(kind, **body)
    said = till.push()
    assert [each["result"] for each in said["results"] if each["seq"] == len(till.events)] == ["poisoned"]
    assert {name: rows for name, rows in world.every_row().items() if name not in _BOOKKEEPING} == before


_BOOKKEEPING = ("events", "epochs", "incidents")


def test_more_out_than_was_asked_for_is_set_aside(world: World, till: Terminal) -> None:
    till.note("payout.asked", payout=PAYOUT, order="cd" * 16, method="cash", fen=100)
    till.note("payout.ended", payout=PAYOUT, fen=101, sure=True)
    assert kept(till)[-1] == "poisoned"


def test_facts_may_come_again_and_in_pieces(world: World, till: Terminal) -> None:
    number = till.sell()
    refund(till, number)
    till.note("money.returned", order=REFUND, fen=2250, method="cash")
    for end in range(1, len(till.events) + 1):
        till.push(1, end)
    before = world.every_row()
    till.push()
    assert world.every_row() == before
    assert accounts(world)["difference"] == 0
