"""A working life for a gate and for a till, used by several tests: every kind of event that a journal writes."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sync.journal.journal import Journal, Transaction
from sync.journal.orders import (
    Direction,
    Grant,
    hold,
    mark_paid,
    open_claim,
    record_delivery,
    record_issued,
    record_money,
    release,
    return_places,
    settle_claim,
)
from sync.journal.payments import Coins, ask_payment, ask_payout, end_payment, end_payout, want_no_more
from sync.journal.refunds import ask_invoice, open_refund, record_handed_out
from sync.journal.shifts import close_shift, move_money, open_shift
from sync.journal.uses import claim_use, end_use
from sync.points import Probe, no_probe
from tickets.admission import TimeQuality, TrustedNow
from tickets.events import Kind
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

DAY = date(2026, 11, 22)
TRIP = "K8801"
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PREFIX = 0x00A1B2
SEATS = Grant(seats=frozenset(range(1, 256)))

Act = Callable[[Transaction], None]


class TickingClock:
    """A clock that moves on by a second each time it is asked."""

    def __init__(self, at: datetime = START, quality: TimeQuality = TimeQuality.TRUSTED) -> None:
        self.at = at
        self.quality = quality

    def __call__(self) -> TrustedNow:
        self.at += timedelta(seconds=1)
        return TrustedNow(at=self.at, quality=self.quality)


def open_journal(
    path: Path, *, prefix: int | None = PREFIX, device: str | None = None, seed: int = 1, probe: Probe = no_probe
) -> Journal:
    name = device or ("gate-1" if prefix is None else "kiosk-1")
    return Journal.create_or_open(
        path, device=name, prefix=prefix, clock=TickingClock(), random=Random(seed).randbytes, probe=probe
    )


def ticket_number(n: int, prefix: int = PREFIX) -> TicketNumber:
    return TicketNumber(prefix << 40 | n)


def journey(seat: int | None, fare: int = 4500, trip: str = TRIP) -> Journey:
    return Journey(
        service_date=DAY,
        trip=trip,
        boarding=310_101,
        alighting=310_202,
        seat=seat,
        kind=TicketKind.ADULT,
        children=0,
        fare=Fen(fare),
        tag=bytes(8),
    )


def issue(
    tx: Transaction, order: UUID, number: TicketNumber, seat: int | None, fare: int = 4500, trip: str = TRIP
) -> None:
    record_issued(
        tx,
        order,
        number=number,
        journey=journey(seat, fare, trip),
        expires=START + timedelta(days=2),
        sealed=b"sealed identity",
        code="RT1:" + number.digits,
    )


def claim(tx: Transaction, number: TicketNumber, use_no: int, attempt: UUID, *, lane: str = "1") -> bool:
    return claim_use(
        tx,
        ticket=number,
        use_no=use_no,
        attempt=attempt,
        service_date=DAY,
        trip=TRIP,
        lane=lane,
        persons=1,
        by="code",
        flags=["time unknown"],
    )


def gate_life(n: int, prefix: int = PREFIX) -> Iterator[Act]:
    """The transactions of a gate around one passenger after another; `n` tells lives apart."""

    def let_in(number: TicketNumber, use_no: int) -> Act:
        return lambda tx: _must(claim(tx, number, use_no, _attempt(number, use_no)))

    def ended(number: TicketNumber, use_no: int, end: UseEnd) -> Act:
        return lambda tx: end_use(tx, ticket=number, use_no=use_no, attempt=_attempt(number, use_no), end=end)

    a, b, c = (ticket_number(n * 10 + i, prefix) for i in range(3))
    yield let_in(a, 1)
    yield ended(a, 1, UseEnd.PASSED)
    yield let_in(b, 1)
    yield ended(b, 1, UseEnd.RELEASED)
    yield let_in(b, 2)
    yield ended(b, 2, UseEnd.PASSED)
    yield let_in(c, 1)
    yield ended(c, 1, UseEnd.UNRESOLVED)
    yield append(Kind.SCAN_REFUSED, number=a.digits, reason="USED", lane="1", by="code")
    yield append(Kind.LANE_EVENT, lane="1", what="forced")
    yield append(Kind.DEVICE_FAULT, device="barrier", what="does not answer")
    yield append(Kind.DEVICE_BACK, device="barrier")


def till_life(n: int, prefix: int = PREFIX, trip: str = TRIP) -> Iterator[Act]:
    """The transactions of a till: a sale of two tickets, one that is given up, one that ends in a claim, a return.

    A departure has room for twenty such lives.
    """
    first, second = n * 10 % 200 + 1, n * 10 % 200 + 2
    sale, given_up, owed = (UUID(int=n * 10 + i, version=4) for i in range(3))
    a, b = ticket_number(n * 10 + 7, prefix), ticket_number(n * 10 + 8, prefix)

    def held(order: UUID, *seats: int) -> Act:
        return lambda tx: hold(
            tx,
            order=order,
            service_date=DAY,
            trip=trip,
            seats=seats,
            count=len(seats),
            total=Fen(4500 * len(seats)),
            grant=SEATS,
        )

    def cash(order: UUID, fen: int, counter: int) -> Act:
        return lambda tx: record_money(
            tx, order, direction=Direction.TAKEN, fen=Fen(fen), method="cash", counter=counter
        )

    def both(tx: Transaction) -> None:
        issue(tx, sale, a, first, trip=trip)
        issue(tx, sale, b, second, trip=trip)

    yield held(sale, first, second)
    yield cash(sale, 5000, 1)
    yield cash(sale, 4000, 2)
    yield lambda tx: mark_paid(tx, sale, fen=Fen(9000), method="cash")
    yield both
    yield lambda tx: record_delivery(tx, a, how="printed", outcome="done")
    yield lambda tx: record_delivery(tx, b, how="printed", outcome="unknown")
    yield held(given_up, first + 2)
    yield cash(given_up, 1000, 3)
    yield lambda tx: record_money(tx, given_up, direction=Direction.RETURNED, fen=Fen(1000), method="cash")
    yield lambda tx: release(tx, given_up, reason="given up")
    yield held(owed, first + 3)
    yield cash(owed, 5000, 4)
    yield lambda tx: open_claim(tx, claim=f"C{n}", order=owed, fen=Fen(5000), reason="no certificate")
    yield lambda tx: release(tx, owed, reason="claimed")
    yield lambda tx: settle_claim(tx, claim=f"C{n}", fen=Fen(5000), by="B7")
    yield lambda tx: return_places(tx, service_date=DAY, trip=trip, seats=[first + 4], count=1)
    yield append(Kind.DEVICE_FAULT, device="printer", what="no paper")
    yield append(Kind.DEVICE_BACK, device="printer")


def money_life(n: int, prefix: int = PREFIX) -> Iterator[Act]:
    """What a till does with money beyond notes: a payment by phone reversed, another one paid, change, a refund,
    an invoice, a paper of somebody else's ticket, a cashier's shift, and a call for staff.
    """
    order, unpaid, paid, change, refund, back, shift = (UUID(int=n * 1000 + 900 + i, version=4) for i in range(7))
    seat, mine, other = n * 10 % 200 + 9, ticket_number(n * 10 + 9, prefix), ticket_number(n * 10 + 1, 0x00FFEE)

    def taken(tx: Transaction) -> None:
        record_money(tx, order, direction=Direction.TAKEN, fen=Fen(4700), method="qr")
        end_payment(tx, paid, outcome="paid", reference="P1")
        mark_paid(tx, order, fen=Fen(4500), method="qr")

    def changed(tx: Transaction) -> None:
        record_money(tx, order, direction=Direction.RETURNED, fen=Fen(100), method="cash")
        end_payout(tx, change, fen=Fen(100), sure=True)
        open_claim(tx, claim=f"M{n}", order=order, fen=Fen(100), reason="surplus")

    def given_back(tx: Transaction) -> None:
        record_money(tx, refund, direction=Direction.RETURNED, fen=Fen(3000), method="qr")
        end_payout(tx, back, fen=Fen(3000), sure=True)
        open_claim(tx, claim=f"R{n}", order=refund, fen=Fen(1050), reason="refund")

    coins = Coins(dispenser="hopper-1", coin=Fen(100), coins=2, counter=7)
    yield lambda tx: open_shift(tx, shift=shift, badge="0101", fen=Fen(20_000))
    yield lambda tx: move_money(tx, shift=shift, direction="refilled", where="hopper-1", fen=Fen(5000), badge="0101")
    yield lambda tx: hold(
        tx, order=order, service_date=DAY, trip=TRIP, seats=[seat], count=1, total=Fen(4500), grant=SEATS, changes=other
    )
    yield lambda tx: ask_payment(tx, payment=unpaid, order=order, method="qr", fen=Fen(4500), way="scan")
    yield lambda tx: want_no_more(tx, unpaid)
    yield lambda tx: end_payment(tx, unpaid, outcome="reversed")
    yield lambda tx: ask_payment(tx, payment=paid, order=order, method="qr", fen=Fen(4700), way="show")
    yield taken
    yield lambda tx: issue(tx, order, mine, seat)
    yield lambda tx: record_delivery(tx, mine, how="printed", outcome="done")
    yield lambda tx: ask_payout(
        tx, payout=change, order=order, method="cash", fen=Fen(200), reason="surplus", coins=coins
    )
    yield changed
    yield lambda tx: _must(claim(tx, mine, 1, _attempt(mine, 1)))
    yield lambda tx: open_refund(tx, refund=refund, number=mine, fare=Fen(4500), fee=Fen(450), fen=Fen(4050), way="qr")
    yield lambda tx: ask_payout(
        tx, payout=back, order=refund, method="qr", fen=Fen(4050), reason="refund", payment=paid
    )
    yield given_back
    yield lambda tx: end_use(tx, ticket=mine, use_no=1, attempt=_attempt(mine, 1), end=UseEnd.PASSED)
    yield lambda tx: settle_claim(tx, claim=f"M{n}", fen=Fen(100), by="B7")
    yield lambda tx: settle_claim(tx, claim=f"R{n}", fen=Fen(1050), by="B7")
    yield lambda tx: ask_invoice(tx, invoice=order, number=mine, fen=Fen(450), why="refund", token=refund.hex)
    yield lambda tx: record_handed_out(tx, other, how="printed", outcome="done")
    yield append(Kind.STAFF_CALLED, where="kiosk-1")
    yield lambda tx: close_shift(tx, shift=shift, expected=24_900, counted=Fen(24_800), badge="0101")


def live(journal: Journal, acts: Iterator[Act]) -> None:
    for act in acts:
        with journal.transaction() as tx:
            act(tx)


def _attempt(number: TicketNumber, use_no: int) -> UUID:
    return UUID(int=number.value << 32 | use_no)


def append(kind: Kind, **body: object) -> Act:
    def act(tx: Transaction) -> None:
        tx.append(kind, body)

    return act


def _must(done: bool) -> None:
    assert done
