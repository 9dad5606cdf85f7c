"""Payments, payouts, refunds and shifts in a journal: what is refused, what is read back, and what pruning leaves."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from sync.journal.journal import Journal, RuleBroken
from sync.journal.orders import Direction, find_order, hold, open_claim, record_money, release, unfinished_orders
from sync.journal.payments import (
    Coins,
    ask_payment,
    ask_payout,
    end_payment,
    end_payout,
    find_payment,
    open_payments,
    open_payouts,
    payments_of,
    payouts_of,
    want_no_more,
)
from sync.journal.pruning import prune
from sync.journal.refunds import copies_handed_out, find_refund, invoices_of, open_refund, refund_of, unpaid_refunds
from sync.journal.shifts import close_shift, current_shift, move_money, open_shift
from tests.sync.till_life import DAY, SEATS, TRIP, Act, append, live, money_life, open_journal, ticket_number
from tickets.events import Kind
from tickets.money import Fen

A, B, P, Q, R, S = (UUID(int=n, version=4) for n in range(1, 7))
LATER = DAY + timedelta(days=1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.db") as journal:
        yield journal


def held(tx: object) -> None:
    hold(tx, order=A, service_date=DAY, trip=TRIP, seats=[1], count=1, total=Fen(4500), grant=SEATS)  # type: ignore[arg-type]  # an Act's tx


def cash(fen: int) -> Act:
    return lambda tx: record_money(tx, A, direction=Direction.TAKEN, fen=Fen(fen), method="cash")


def asked(fen: int, payment: UUID = P) -> Act:
    return lambda tx: ask_payment(tx, payment=payment, order=A, method="qr", fen=Fen(fen), way="scan")


def paying(fen: int, payout: UUID = P, order: UUID = A) -> Act:
    return lambda tx: ask_payout(tx, payout=payout, order=order, method="cash", fen=Fen(fen), reason="surplus")


def refund(tx: object) -> None:
    open_refund(tx, refund=R, number=ticket_number(1), fare=Fen(4500), fee=Fen(450), fen=Fen(4050), way="cash")  # type: ignore[arg-type]  # an Act's tx


def shift(name: UUID) -> Act:
    return lambda tx: open_shift(tx, shift=name, badge="0101", fen=Fen(100))


BROKEN: dict[str, tuple[list[Act], Act, str]] = {
    "a payment for no order": ([], asked(1), "FOREIGN KEY"),
    "a payment twice": ([held, asked(1)], asked(1), "UNIQUE"),
    "a payment ends twice": (
        [held, asked(1), lambda tx: end_payment(tx, P, outcome="failed")],
        lambda tx: end_payment(tx, P, outcome="paid"),
        "UNIQUE",
    ),
    "an unknown payment ends": ([held], lambda tx: end_payment(tx, P, outcome="paid"), "FOREIGN KEY"),
    "a payout of what is not there": ([held, cash(1000)], paying(1001), "no more is paid out"),
    "two payouts of the same money": ([held, cash(1000), paying(600)], paying(600, Q), "no more is paid out"),
    "a payout of claimed money": (
        [held, cash(1000), lambda tx: open_claim(tx, claim="1", order=A, fen=Fen(900), reason="x")],
        paying(200),
        "no more is paid out",
    ),
    "a payout for nobody": ([], paying(1), "order or a refund"),
    "more goes out than was asked for": (
        [held, cash(1000), paying(600)],
        lambda tx: end_payout(tx, P, fen=Fen(601), sure=True),
        "no more goes out",
    ),
    "a payout of more than a refund": ([refund], paying(4051, order=R), "no more is paid out"),
    "a refund's claim beside its payout": (
        [refund, paying(4000, order=R)],
        lambda tx: open_claim(tx, claim="1", order=R, fen=Fen(51), reason="x"),
        "no more is claimed",
    ),
    "a refund with a wrong sum": (
        [],
        lambda tx: open_refund(tx, refund=R, number=ticket_number(1), fare=Fen(9), fee=Fen(1), fen=Fen(9), way="qr"),
        "fare less the fee",
    ),
    "money taken for a refund": (
        [refund],
        lambda tx: record_money(tx, R, direction=Direction.TAKEN, fen=Fen(1), method="cash"),
        "nothing is taken",
    ),
    "two shifts at once": ([shift(S)], shift(P), "one shift at a time"),
    "a move after the shift": (
        [shift(S), lambda tx: close_shift(tx, shift=S, expected=1, counted=Fen(1), badge="1")],
        lambda tx: move_money(tx, shift=S, direction="removed", where="coins", fen=Fen(1), badge="1"),
        "the shift is closed",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_refused_and_writes_nothing(journal: Journal, name: str) -> None:
    before, breaking, message = BROKEN[name]
    live(journal, iter(before))
    head = journal.head()
    with pytest.raises(RuleBroken, match=message), journal.transaction() as tx:
        breaking(tx)
    assert journal.head() == head


def test_a_payment_is_open_until_it_ended(journal: Journal) -> None:
    live(journal, iter([held, asked(4500), lambda tx: want_no_more(tx, P)]))
    (payment,) = open_payments(journal)
    assert (payment.order, payment.fen, payment.way, payment.unwanted) == (A, 4500, "scan", True)
    assert payment.asked_at is not None
    live(journal, iter([lambda tx: end_payment(tx, P, outcome="reversed", reference="4200")]))
    assert open_payments(journal) == []
    ended = find_payment(journal, P)
    assert ended is not None
    assert payments_of(journal, A) == [ended]
    assert (ended.outcome, ended.reference, ended.way) == ("reversed", "4200", None)
    assert find_payment(journal, Q) is None


def test_money_on_its_way_out_is_neither_here_nor_gone(journal: Journal) -> None:
    coins = Coins(dispenser="hopper-1", coin=Fen(100), coins=6, counter=9)
    live(journal, iter([held, cash(1000)]))
    live(
        journal,
        iter([lambda tx: ask_payout(tx, payout=P, order=A, method="cash", fen=Fen(600), reason="x", coins=coins)]),
    )
    (payout,) = open_payouts(journal)
    assert (payout.coins, payout.paid_out, payout.reason) == (coins, None, "x")
    order = find_order(journal, A)
    assert order is not None
    assert (order.leaving, order.balance) == (600, 400)

    def ended(tx: object) -> None:
        record_money(tx, A, direction=Direction.RETURNED, fen=Fen(500), method="cash")  # type: ignore[arg-type]  # an Act's tx
        end_payout(tx, P, fen=Fen(500), sure=False)  # type: ignore[arg-type]  # an Act's tx
        open_claim(tx, claim="1", order=A, fen=Fen(500), reason="x")  # type: ignore[arg-type]  # an Act's tx
        release(tx, A, reason="x")  # type: ignore[arg-type]  # an Act's tx

    live(journal, iter([ended]))
    assert open_payouts(journal) == []
    (gone,) = payouts_of(journal, A)
    assert (gone.paid_out, gone.sure, gone.coins) == (500, False, None)
    assert unfinished_orders(journal) == []


def test_a_refund_tells_what_is_left_of_it(journal: Journal) -> None:
    live(journal, iter([refund]))
    assert [each.left for each in unpaid_refunds(journal)] == [4050]
    live(journal, iter([paying(4000, order=R)]))
    assert [each.left for each in unpaid_refunds(journal)] == [50]
    live(journal, iter([lambda tx: open_claim(tx, claim="1", order=R, fen=Fen(50), reason="x")]))
    assert unpaid_refunds(journal) == []
    found = find_refund(journal, R)
    assert found is not None
    assert refund_of(journal, ticket_number(1)) == found
    assert (found.fee, found.way, found.left) == (450, "cash", 0)


def test_a_whole_life_is_read_back(journal: Journal) -> None:
    acts = list(money_life(1))
    live(journal, iter(acts[:-1]))
    found = current_shift(journal)
    assert found is not None
    assert [(move.direction, move.where, move.fen) for move in found.moves] == [("refilled", "hopper-1", 5000)]
    (invoice,) = invoices_of(journal, ticket_number(19))
    assert (invoice.fen, invoice.why) == (450, "refund")
    assert copies_handed_out(journal, ticket_number(11, 0x00FFEE)) == 1
    order = find_order(journal, invoice.invoice)
    assert order is not None
    assert order.changes == ticket_number(11, 0x00FFEE)
    live(journal, iter(acts[-1:]))
    assert current_shift(journal) is None


@pytest.mark.parametrize("left", range(1, 25))
def test_pruning_leaves_what_is_open_and_all_after_it(journal: Journal, left: int) -> None:
    """Cut the life anywhere: what is open then is still there after pruning, and the life goes on."""
    acts = list(money_life(1))
    read: list[Callable[[], object]] = [
        lambda: open_payments(journal),
        lambda: open_payouts(journal),
        lambda: unpaid_refunds(journal),
        lambda: current_shift(journal),
    ]
    live(journal, iter(acts[:left]))
    before = [each() for each in read]
    prune(journal, kept_through=99, closed_before=LATER)
    assert [each() for each in read] == before
    live(journal, iter([*acts[left:], append(Kind.DEVICE_BACK, device="printer")]))  # the newest event always stays
    assert prune(journal, kept_through=99, closed_before=LATER) > 0
    assert journal.rows("SELECT count(*) FROM events") == [(1,)]
