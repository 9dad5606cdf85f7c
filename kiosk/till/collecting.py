"""Whom a till asks for money without cash: the centre for phones, a card terminal for cards. Calls that may take long.

Each of them is run on a caller's thread: they touch no journal and keep nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from drivers.card import CardDeclined, CardPaid, CardTerminal, CardUnclear
from drivers.faults import DeviceFault
from kiosk.till.payments import Heard, Said
from sync.journal.payments import Payment, Payout
from sync.line.faults import LineDown, Refused
from sync.line.till_calls import MoneyCalls
from sync.wire.money import GiveBackAsk, PaymentAnswer, PaymentAsk
from tickets.errors import PeerError

SILENCE = Said(heard=Heard.SILENCE)
NO_PROVIDER = "no provider"
"""Why a payment failed that this centre cannot take at all."""
_NOT_FOUND, _NO_PROVIDER = 404, 501
_NEVER = frozenset({400, 409, 422})
"""Answers by which the centre says that it will not have such a payment."""


class Collector(Protocol):
    """Collects payments of one kind and gives them back. Every method may block; none raises a fault."""

    def ask(self, payment: Payment, code: str) -> Said:
        """Have it paid. `code` is what the passenger's phone shows, empty where there is none; it is not kept."""
        ...

    def query(self, payment: Payment) -> Said:
        """Ask what became of it."""
        ...

    def reverse(self, payment: Payment) -> Said:
        """Have it undone."""
        ...

    def give_back(self, payout: Payout, payment: Payment | None, *, again: bool) -> Said:
        """Have a payout booked to where its payment came from: PAID when it went back, FAILED when it will not.

        `payment` is that payment if it was made here; `again`: this was asked before, by whomever.
        """
        ...


class PhoneCollector:
    """The centre, which asks the phones' provider."""

    def __init__(self, calls: MoneyCalls) -> None:
        self._calls = calls

    def ask(self, payment: Payment, code: str) -> Said:
        """See Collector. The same payment again is the same one there."""
        show = payment.way == "show"
        ask = PaymentAsk(
            payment=payment.payment.hex,
            order=payment.order.hex,
            fen=payment.fen,
            way="show" if show else "scan",
            auth_code=None if show else code,
        )
        return _told(lambda: self._calls.pay(ask), {_NO_PROVIDER: Said(heard=Heard.FAILED, why=NO_PROVIDER)})

    def query(self, payment: Payment) -> Said:
        """See Collector."""
        return _told(lambda: self._calls.payment(payment.payment.hex))

    def reverse(self, payment: Payment) -> Said:
        """See Collector. The centre takes note of a payment that it never heard of, so that it is not paid later."""
        said = _told(lambda: self._calls.reverse(payment.payment.hex))
        return said if said.heard is Heard.REVERSED else SILENCE

    def give_back(self, payout: Payout, payment: Payment | None, *, again: bool) -> Said:  # noqa: ARG002  the same payout is the same one there
        """See Collector."""
        if payout.payment is None:
            return Said(heard=Heard.FAILED)
        try:
            answer = self._calls.give_back(payout.payment.hex, GiveBackAsk(refund=payout.payout.hex, fen=payout.fen))
        except Refused as refused:
            return Said(heard=Heard.FAILED) if refused.status in _NEVER | {_NOT_FOUND} else SILENCE
        except (LineDown, PeerError):
            return SILENCE
        match answer.state:
            case "done":
                return Said(heard=Heard.PAID)
            case "failed":
                return Said(heard=Heard.FAILED)
            case "waiting":
                return Said(heard=Heard.WAITING)


def _told(call: Callable[[], PaymentAnswer], refusals: Mapping[int, Said] = MappingProxyType({})) -> Said:
    try:
        answer = call()
    except Refused as refused:
        if refused.status in refusals:
            return refusals[refused.status]
        return Said(heard=Heard.UNKNOWN) if refused.status in _NEVER | {_NOT_FOUND} else SILENCE
    except (LineDown, PeerError):
        return SILENCE
    return Said(heard=Heard(answer.state), code=answer.code, reference=answer.reference, why=answer.why)


class CardCollector:
    """A card terminal. `receipts` gives every receipt that was ever recorded here, oldest first: a booking under one of
    them is not the payment that is asked after.
    """

    def __init__(self, terminal: CardTerminal, receipts: Callable[[], Sequence[str]]) -> None:
        self._terminal = terminal
        self._receipts = receipts

    def ask(self, payment: Payment, code: str) -> Said:  # noqa: ARG002  a card shows no code
        """See Collector. Waits for the passenger's card."""
        try:
            return _booked(self._terminal.pay(payment.fen, payment.payment.hex))
        except CardUnclear:
            return SILENCE
        except DeviceFault:  # surely not booked: the port says so
            return Said(heard=Heard.FAILED, why="fault")

    def query(self, payment: Payment) -> Said:
        """See Collector."""
        return self._last(payment.payment.hex, payment.fen)

    def reverse(self, payment: Payment) -> Said:
        """See Collector. What was booked is looked for first if its receipt is not known."""
        receipt = payment.receipt
        if receipt is None:
            said = self._last(payment.payment.hex, payment.fen)
            if said.heard is not Heard.PAID:
                return said
            receipt = said.reference
        if self._number_used_since(receipt):
            return Said(heard=Heard.CANNOT_UNDO, reference=receipt)
        try:
            undone = self._terminal.reverse(receipt, payment.fen)
        except DeviceFault:
            return SILENCE
        return Said(heard=Heard.REVERSED if undone else Heard.CANNOT_UNDO, reference=receipt)

    def give_back(self, payout: Payout, payment: Payment | None, *, again: bool) -> Said:
        """See Collector. A whole payment is undone, which needs no card; else the passenger's card is waited for.

        What was asked before is looked for, and not booked a second time: nobody may be there with a card any more.
        """
        whole = payment is not None and payment.fen == payout.fen
        if whole and payment is not None and payment.reference and not self._number_used_since(payment.reference):
            try:
                if self._terminal.reverse(payment.reference, payment.fen):
                    return Said(heard=Heard.PAID)
            except DeviceFault:
                return SILENCE
        if again:
            return self._last(payout.payout.hex, payout.fen)
        try:
            return _booked(self._terminal.refund(payout.fen, payout.payout.hex))
        except CardUnclear:
            return SILENCE
        except DeviceFault:
            return Said(heard=Heard.FAILED, why="fault")

    def stop(self) -> None:
        """Break off what the terminal waits for; from the till's thread."""
        self._terminal.stop()

    def _number_used_since(self, receipt: str) -> bool:
        """Whether a later booking has the same number, by which a terminal finds what to undo: they begin anew."""
        known = self._receipts()
        later = known[known.index(receipt) + 1 :] if receipt in known else ()
        number = receipt.rpartition("-")[2]
        return any(each != receipt and each.rpartition("-")[2] == number for each in later)

    def _last(self, reference: str, fen: int) -> Said:
        try:
            found = self._terminal.last(reference)
        except DeviceFault:
            return SILENCE
        if not isinstance(found, CardPaid):
            return Said(heard=Heard.FAILED, why=found.why if found is not None else "")
        if found.fen != fen or found.receipt in self._receipts():
            return Said(heard=Heard.FAILED)
        return Said(heard=Heard.PAID, reference=found.receipt)


def _booked(answer: CardPaid | CardDeclined) -> Said:
    if isinstance(answer, CardPaid):
        return Said(heard=Heard.PAID, reference=answer.receipt)
    return Said(heard=Heard.FAILED, why=answer.why)
