"""Giving money back: by coins, to the phone's account, onto the card. What cannot be given is left to a claim.

Every payout is written down before anybody is told of it, and ends with what surely went out. One to an account goes
on for as long as it takes, whatever became of its order meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kiosk.till.caller import Calls
from kiosk.till.cashbook import CARD, QR, Cashbook
from kiosk.till.collecting import Collector
from kiosk.till.finding.ports import Returned, Way
from kiosk.till.payments import Heard, Said
from kiosk.till.purse import Purse
from sync.journal.payments import Payout
from sync.line.payment_schedule import reversal_pause
from sync.points import Point, Probe
from tickets.money import Fen

PATIENCE = 20.0
"""Seconds that a passenger waits for an account to answer; then it is told that the money is on its way."""
REFUND = "refund"
"""What a claim for a refund that could not be given says as its reason."""


@dataclass(slots=True, kw_only=True)
class Booking:
    """A payout to an account that has not ended. `again`: it was asked for before."""

    payout: Payout
    since: float
    next_at: float
    again: bool
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A payout has ended: `fen` of it went out, by `method`; `sure` is false when nobody knows about the rest."""

    order: UUID
    method: str
    fen: Fen
    asked: Fen
    sure: bool


class Payouts:
    """Gives the money of one till's orders and refunds back. It is what `finding.ports.Returns` asks for, too.

    `clock` is monotonic seconds, `new_claim` makes claim numbers.
    """

    def __init__(
        self,
        book: Cashbook,
        purse: Purse,
        calls: Mapping[str, Calls],
        collectors: Mapping[str, Collector],
        *,
        clock: Callable[[], float],
        new_id: Callable[[], UUID],
        new_claim: Callable[[], str],
        probe: Probe,
    ) -> None:
        self._book = book
        self._purse = purse
        self._calls = calls
        self._collectors = collectors
        self._clock = clock
        self._new_id = new_id
        self._new_claim = new_claim
        self._probe = probe
        self._bookings: dict[UUID, Booking] = {}
        self._old = book.unpaid_refunds()
        self._done: set[UUID] = set()
        self._promised: set[UUID] = set()

    def recover(self) -> None:
        """Take up the payouts that an earlier process left open. Called once, before any work."""
        self._purse.recover()
        for orphan in self._purse.orphans():
            self._end(orphan, Fen(0), sure=False)
        for payout in self._book.open_payouts():
            if payout.coins is None:
                self._promised.add(payout.order)  # whoever asked for it may be gone: a failure is claimed here
                self._book_back(payout, again=True)

    @property
    def giving_coins(self) -> bool:
        """Whether coins are on their way out."""
        return self._purse.busy

    def on_the_way(self, order: UUID) -> bool:
        """Whether any payout of this order or refund has not ended."""
        return any(each.order == order for each in self._book.open_payouts())

    def coins(self, order: UUID, fen: Fen, reason: str) -> bool:
        """Begin to give out as much of `fen` as one dispenser can; False when none can."""
        return self._purse.give(order, fen, reason)

    def to_account(self, order: UUID, fen: Fen, reason: str, method: str, payment: UUID | None) -> bool:
        """Begin to have `fen` booked back to where `payment` came from; False when nobody here can."""
        if method not in self._collectors:
            return False
        payout = self._new_id()
        self._book.ask_payout(payout, order, method, fen, reason, payment=payment)
        self._book_back(next(each for each in self._book.payouts_of(order) if each.payout == payout), again=False)
        return True

    def work(self) -> list[Gone]:
        """One round: what ended since, each written down."""
        gone: list[Gone] = []
        given = self._purse.work()
        if given is not None:
            gone.append(self._end(given.payout, given.fen, sure=given.sure))
        for booking in self._bookings.values():
            self._ask(booking)
        return gone

    def heard(self, key: str, value: object) -> Gone | None:
        """An answer from a caller whose question was ours; the payout that ended by it."""
        what, _, name = key.partition(":")
        booking = self._bookings.get(UUID(name)) if what == "give" else None
        if booking is None or not isinstance(value, Said):
            return None
        self._probe(Point.TILL_PAYOUT_AFTER)
        booking.again = True
        match value.heard:
            case Heard.PAID:
                del self._bookings[booking.payout.payout]
                return self._end(booking.payout, booking.payout.fen, sure=True, reference=value.reference)
            case Heard.FAILED:
                del self._bookings[booking.payout.payout]
                return self._end(booking.payout, Fen(0), sure=True)
            case _:
                return None

    # what the tasks about tickets ask

    def most_cash(self) -> Fen:
        """See Returns."""
        self._purse.look()
        return self._purse.most

    def can_give(self, fen: Fen) -> bool:
        """See Returns."""
        self._purse.look()
        return self._purse.can_give(fen)

    def pay_back(self, refund: UUID, fen: Fen, way: Way) -> Returned | None:
        """See Returns. After a restart no coins are begun to be given: nobody knows who stands there."""
        payouts = self._book.payouts_of(refund)
        waiting = [each for each in payouts if each.paid_out is None]
        gone = Fen(sum(each.paid_out or 0 for each in payouts))
        if waiting:
            if all(each.payout in self._bookings and self._late(each.payout) for each in waiting):
                self._promised.add(refund)
                late = Fen(sum(each.fen for each in waiting))
                return Returned(fen=Fen(gone + late), late=late)
            return None
        if refund in self._promised:
            return Returned(fen=fen)  # what of it did not go back after all was claimed when that was known
        sure = all(each.sure for each in payouts)
        if refund not in self._done and sure and gone < fen and self._begin(refund, Fen(fen - gone), way, payouts):
            return None
        self._done.add(refund)
        return Returned(fen=gone, sure=sure)

    def _begin(self, refund: UUID, fen: Fen, way: Way, before: list[Payout]) -> bool:
        old = refund in self._old
        match way.method:
            case "cash":
                return not old and self.coins(refund, fen, REFUND)
            case "qr":
                return not before and self.to_account(refund, fen, REFUND, QR, way.payment)
            case "card":
                return not before and not old and self.to_account(refund, fen, REFUND, CARD, way.payment)
            case "claim":
                return False

    # inside

    def _late(self, payout: UUID) -> bool:
        """Whether a passenger has waited long enough. A card terminal has its passenger until it has answered once."""
        booking = self._bookings[payout]
        return (booking.payout.method == QR or booking.again) and self._clock() - booking.since >= PATIENCE

    def _book_back(self, payout: Payout, *, again: bool) -> None:
        now = self._clock()
        booking = Booking(payout=payout, since=now, next_at=now, again=again)
        self._bookings[payout.payout] = booking
        self._ask(booking)

    def _ask(self, booking: Booking) -> None:
        payout = booking.payout
        calls, collector = self._calls.get(payout.method), self._collectors.get(payout.method)
        key = f"give:{payout.payout.hex}"
        if calls is None or collector is None or calls.asking(key) or self._clock() < booking.next_at:
            return
        booking.tries += 1
        booking.next_at = self._clock() + reversal_pause(booking.tries)
        payment = self._book.find_payment(payout.payment) if payout.payment is not None else None
        again = booking.again
        self._probe(Point.TILL_PAYOUT_BEFORE)
        calls.ask(key, lambda: collector.give_back(payout, payment, again=again))

    def _end(self, payout: Payout, fen: Fen, *, sure: bool, reference: str | None = None) -> Gone:
        """Write down what went out. Of an order's payout the rest is claimed at once, but for coins that were surely
        not given: another dispenser may have some.
        """
        owed = fen < payout.fen and (
            payout.order in self._promised if self._book.is_refund(payout.order) else payout.coins is None or not sure
        )
        claim = self._new_claim() if owed else None
        self._book.end_payout(payout, fen, sure=sure, claim=claim, reference=reference)
        return Gone(order=payout.order, method=payout.method, fen=fen, asked=payout.fen, sure=sure)
