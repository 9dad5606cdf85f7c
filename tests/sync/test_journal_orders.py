"""The rules of selling are the schema's: a step out of order is refused, and a till knows what it still owes."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from sync.journal.journal import Journal, RuleBroken, Transaction
from sync.journal.order_reader import find_claim, find_ticket, open_claims, tickets_by_tag
from sync.journal.orders import (
    Direction,
    Grant,
    Places,
    find_order,
    held_and_sold,
    hold,
    last_cash_counter,
    mark_paid,
    money_in,
    open_claim,
    record_delivery,
    record_issued,
    record_money,
    release,
    return_places,
    sellable,
    settle_claim,
    unfinished_orders,
)
from sync.journal.reader import JournalReader
from tests.sync.till_life import (
    DAY,
    SEATS,
    START,
    TRIP,
    Act,
    issue,
    journey,
    live,
    open_journal,
    ticket_number,
    till_life,
)
from tickets.money import Fen

A, B = UUID(int=1, version=4), UUID(int=2, version=4)
ONE, TWO = ticket_number(1), ticket_number(2)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.db") as journal:
        yield journal


def held(order: UUID, *seats: int, total: int = 4500, grant: Grant = SEATS) -> Act:
    return lambda tx: hold(
        tx, order=order, service_date=DAY, trip=TRIP, seats=seats, count=len(seats), total=Fen(total), grant=grant
    )


def counted(order: UUID, count: int, grant: int) -> Act:
    return lambda tx: hold(
        tx, order=order, service_date=DAY, trip=TRIP, seats=None, count=count, total=Fen(100), grant=Grant(count=grant)
    )


def cash(order: UUID, fen: int, counter: int = 1) -> Act:
    return lambda tx: record_money(tx, order, direction=Direction.TAKEN, fen=Fen(fen), method="cash", counter=counter)


def back(order: UUID, fen: int) -> Act:
    return lambda tx: record_money(tx, order, direction=Direction.RETURNED, fen=Fen(fen), method="cash")


def paid(order: UUID, fen: int = 4500, method: str = "cash") -> Act:
    return lambda tx: mark_paid(tx, order, fen=Fen(fen), method=method)


def released(order: UUID) -> Act:
    return lambda tx: release(tx, order, reason="given up")


def issued(order: UUID, seat: int | None, number: int = 1, fare: int = 4500) -> Act:
    return lambda tx: issue(tx, order, ticket_number(number), seat, fare)


def claimed(order: UUID, fen: int) -> Act:
    return lambda tx: open_claim(tx, claim="C1", order=order, fen=Fen(fen), reason="jam")


def printed(number: int) -> Act:
    return lambda tx: record_delivery(tx, ticket_number(number), how="printed", outcome="done")


def settled(fen: int) -> Act:
    return lambda tx: settle_claim(tx, claim="C1", fen=Fen(fen), by="B7")


def returned(*seats: int) -> Act:
    return lambda tx: return_places(tx, service_date=DAY, trip=TRIP, seats=seats, count=len(seats))


SOLD = [held(A, 1), cash(A, 5000), paid(A), issued(A, 1)]

BROKEN: dict[str, tuple[list[Act], Act, str]] = {
    "hold a held place": ([held(A, 1)], held(B, 1), "may not sell"),
    "hold a sold place": (SOLD, held(B, 1), "may not sell"),
    "hold what was not granted": ([], held(A, 9, grant=Grant(seats=frozenset({1}))), "may not sell"),
    "hold what was given back": ([returned(1)], held(A, 1), "may not sell"),
    "hold more than the count": ([counted(A, 3, 5)], counted(B, 3, 5), "may not sell"),
    "hold the same order twice": ([held(A, 1)], held(A, 2), "UNIQUE"),
    "give back a held place": ([held(A, 1)], returned(1), "held or sold"),
    "give back a sold place": (SOLD, returned(1), "held or sold"),
    "give back twice": ([returned(1)], returned(1), "UNIQUE"),
    "money for no order": ([], cash(A, 100), "belongs to an order or a refund"),
    "return more than was taken": ([held(A, 1), cash(A, 1000)], back(A, 1001), "no more is returned"),
    "pay with too little": ([held(A, 1), cash(A, 5000)], paid(A, 4499), "at least its total"),
    "pay with money that is not in": ([held(A, 1), cash(A, 4400)], paid(A), "at least its total"),
    "pay with money that went back": ([held(A, 1), cash(A, 4500), back(A, 1)], paid(A), "at least its total"),
    "pay twice": ([held(A, 1), cash(A, 9000), paid(A)], paid(A), "UNIQUE"),
    "pay a released order": ([held(A, 1), released(A), cash(A, 4500)], paid(A), "released order is not paid"),
    "issue without paid": ([held(A, 1), cash(A, 4500)], issued(A, 1), "only on a paid order"),
    "issue twice": (
        [held(A, 1), cash(A, 9000), paid(A, 9000), issued(A, 1)],
        issued(A, 1, number=2),
        "each once",
    ),
    "issue more than the places": (
        [counted(A, 1, 1), cash(A, 9000), paid(A, 9000), issued(A, None)],
        issued(A, None, number=2),
        "as many tickets",
    ),
    "issue a place not held": ([held(A, 1), cash(A, 4500), paid(A)], issued(A, 2), "one of its order's places"),
    "issue no place of a numbered order": (
        [held(A, 1), cash(A, 4500), paid(A)],
        issued(A, None),
        "one of its order's places",
    ),
    "issue one place twice": (
        [held(A, 1, 2), cash(A, 9000), paid(A, 9000), issued(A, 1)],
        issued(A, 1, number=2),
        "each once",
    ),
    "issue a number twice": (
        [*SOLD, held(B, 2), cash(B, 4500), paid(B)],
        issued(B, 2, number=1),
        "UNIQUE",
    ),
    "issue on claimed money": (
        [held(A, 1), cash(A, 4500), paid(A), claimed(A, 4500)],
        issued(A, 1),
        "money that is claimed back",
    ),
    "issue on a released order": (
        [held(A, 1, total=0), paid(A, 0), released(A)],
        issued(A, 1, fare=0),
        "gives no ticket",
    ),
    "release with money in": ([held(A, 1), cash(A, 100)], released(A), "returned or claimed"),
    "release a paid order": ([held(A, 1), cash(A, 4500), paid(A)], released(A), "returned or claimed"),
    "release after issue": ([*SOLD, claimed(A, 5000)], released(A), "with tickets"),
    "release twice": ([held(A, 1), released(A)], released(A), "UNIQUE"),
    "deliver what was not issued": ([held(A, 1)], printed(1), "FOREIGN KEY"),
    "claim twice": ([held(A, 1), claimed(A, 100)], claimed(A, 100), "UNIQUE"),
    "settle another amount": ([held(A, 1), claimed(A, 100)], settled(99), "its own amount"),
    "settle twice": ([held(A, 1), claimed(A, 100), settled(100)], settled(100), "UNIQUE"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_refused_and_writes_nothing(journal: Journal, name: str) -> None:
    before, breaking, message = BROKEN[name]
    live(journal, iter(before))
    head = journal.head()
    counts = _rows(journal)
    with pytest.raises(RuleBroken, match=message), journal.transaction() as tx:
        breaking(tx)
    assert journal.head() == head
    assert _rows(journal) == counts


def test_the_schema_refuses_by_itself_what_the_code_checks_first(journal: Journal) -> None:
    """A second hold of a place is stopped by the table too, not only by the sum in `hold`."""

    def past_the_sum(seat: int) -> Act:
        def act(tx: Transaction) -> None:
            tx.execute("INSERT INTO orders VALUES (?, 9, 0, ?, ?, 1, 1, 0, NULL)", (B.hex, DAY.isoformat(), TRIP))
            tx.execute("INSERT INTO held_seats VALUES (?, ?, 9, ?, ?)", (B.hex, seat, DAY.isoformat(), TRIP))

        return act

    live(journal, iter([held(A, 1), returned(5)]))
    with pytest.raises(RuleBroken, match="already held or sold"):
        live(journal, iter([past_the_sum(1)]))
    with pytest.raises(RuleBroken, match="given back"):
        live(journal, iter([past_the_sum(5)]))


def test_a_released_place_is_sellable_again_and_a_returned_one_never(journal: Journal) -> None:
    live(journal, iter([held(A, 1), released(A), held(B, 1), cash(B, 4500), paid(B), returned(2)]))
    places = held_and_sold(journal, DAY, TRIP)
    assert places == Places(sold_seats=frozenset({1}), returned_seats=frozenset({2}))
    assert sellable(Grant(seats=frozenset({1, 2, 3})), places) == Grant(seats=frozenset({3}))


def test_places_are_counted_where_seats_are_not_numbered(journal: Journal) -> None:
    give_back: Act = lambda tx: return_places(tx, service_date=DAY, trip=TRIP, seats=None, count=2)  # noqa: E731  one act among many
    live(journal, iter([counted(A, 3, 10), cash(A, 100), paid(A, 100), counted(B, 1, 10), give_back]))
    places = held_and_sold(journal, DAY, TRIP)
    assert (places.sold_count, places.held_count, places.returned_count) == (3, 1, 2)
    assert sellable(Grant(count=10), places).count == 4
    assert held_and_sold(journal, DAY, "OTHER") == Places()


def test_money_is_never_refused_even_after_a_release(journal: Journal) -> None:
    live(journal, iter([held(A, 1), released(A), cash(A, 1000, 7)]))
    assert money_in(journal, A) == 1000
    (owing,) = unfinished_orders(journal)
    assert (owing.order, owing.balance, owing.finished) == (A, 1000, False)
    live(journal, iter([claimed(A, 1000)]))
    assert unfinished_orders(journal) == []


def test_the_last_cash_counter_is_the_newest_not_the_highest(journal: Journal) -> None:
    assert last_cash_counter(journal) is None
    live(journal, iter([held(A, 1), cash(A, 100, 255), cash(A, 100, 1)]))
    assert last_cash_counter(journal) == 1


def test_what_is_not_cash_is_taken_when_it_is_confirmed(journal: Journal) -> None:
    live(journal, iter([held(A, 1), paid(A, method="qr")]))
    assert money_in(journal, A) == 4500
    kinds = [event.kind for event in journal.events(2, 10)]
    assert kinds == ["money.taken", "order.paid"]


@pytest.mark.parametrize(
    ("acts", "finished"),
    [
        ([held(A, 1)], False),
        ([held(A, 1), cash(A, 4500)], False),
        ([held(A, 1), cash(A, 4500), paid(A)], False),
        ([held(A, 1), cash(A, 4500), paid(A), issued(A, 1)], False),
        ([held(A, 1), cash(A, 4500), paid(A), issued(A, 1), printed(1)], True),
        ([held(A, 1), cash(A, 5000), paid(A), issued(A, 1), printed(1)], False),  # change of 500 is owed
        ([held(A, 1), cash(A, 5000), paid(A), issued(A, 1), printed(1), back(A, 500)], True),
        ([held(A, 1), cash(A, 5000), paid(A), issued(A, 1), printed(1), claimed(A, 500)], True),
        ([held(A, 1, 2, total=9000), cash(A, 9000), paid(A, 9000), issued(A, 1), printed(1)], False),
        ([held(A, 1, 2, total=9000), cash(A, 9000), paid(A, 9000), issued(A, 1), printed(1), claimed(A, 4500)], True),
        ([held(A, 1), cash(A, 4500), paid(A), claimed(A, 4500)], True),
        ([held(A, 1), released(A)], True),
        ([held(A, 1), cash(A, 100), back(A, 100), released(A)], True),
        ([held(A, 1), cash(A, 100), claimed(A, 100)], False),  # its place is still held
    ],
)
def test_a_till_knows_what_it_still_owes(journal: Journal, acts: list[Act], finished: bool) -> None:
    live(journal, iter(acts))
    order = find_order(journal, A)
    assert order is not None
    assert order.finished is finished
    assert [each.order for each in unfinished_orders(journal)] == ([] if finished else [A])


def test_an_order_is_read_back_whole_also_by_another_process(journal: Journal, tmp_path: Path) -> None:
    live(journal, till_life(1))
    reader = JournalReader(tmp_path / "journal.db")
    order = find_order(reader, UUID(int=10, version=4))
    assert order == find_order(journal, UUID(int=10, version=4))
    assert order is not None
    assert (order.seats, order.count, order.total, order.money_taken, order.paid) == ((11, 12), 2, 9000, 9000, True)
    first, second = order.tickets
    assert first.journey == journey(11)
    assert (first.deliveries[0].outcome, second.deliveries[0].outcome) == ("done", "unknown")
    assert find_ticket(reader, first.number) == first
    assert tickets_by_tag(reader, DAY, TRIP, bytes(8)) == [first, second]
    claim = find_claim(reader, "C1")
    assert claim is not None
    assert claim.settled_by == "B7"
    assert open_claims(reader) == []
    reader.close()


def test_issued_tickets_carry_their_expiry_and_code(journal: Journal) -> None:
    live(journal, iter([held(A, 1), cash(A, 4500), paid(A)]))
    with journal.transaction() as tx:
        record_issued(tx, A, number=ONE, journey=journey(1), expires=START, sealed=b"s", code="RT1:X")
    ticket = find_ticket(journal, ONE)
    assert ticket is not None
    assert (ticket.expires, ticket.code, ticket.order) == (START, "RT1:X", A)
    assert find_ticket(journal, TWO) is None


def _rows(journal: Journal) -> list[object]:
    tables = [name for (name,) in journal.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [journal.rows(f"SELECT count(*) FROM {table}") for table in tables]
