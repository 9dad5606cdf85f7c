"""A card terminal over ZVT (PA00P015, PA00P016): the till asks over TCP, the terminal has the passenger and the bank.

How money is kept safe here:
- A payment is asked only on a connection that has just answered a status enquiry: a line that broke unnoticed is found
  before money is at stake, not after.
- From the first byte of an authorisation on, anything but a clear word of the terminal is CardUnclear. It is never
  asked again by itself: `last` asks the terminal what it booked.
- Before its first payment the driver notes what the terminal booked last. A booking that it, or its caller through it,
  has heard of before is never told as the one in doubt.
- A terminal that is still busy says so, and that is no answer: only an idle one can tell what it did not book.
"""

import threading
import time
from collections.abc import Callable

from drivers.card import CardDeclined, CardPaid, CardUnclear
from drivers.card.codec import Apdu
from drivers.card.conversation import Conversation, Ended
from drivers.card.messages import (
    MOST_FEN,
    Booking,
    authorisation,
    end_of_day,
    parts,
    refund,
    registration,
    repeat_receipt,
    reversal,
    status_enquiry,
    terminal_status,
)
from drivers.card.results import ALREADY_REVERSED, BOOKED, NOTHING_TO_REPEAT, WAIT, explain, why
from drivers.faults import DeviceFault, DeviceNonsense, DeviceRefused
from drivers.health import Health
from drivers.link import Link

ACK_SECONDS = 5.0
SHORT_SECONDS = 15.0
"""For what involves neither a passenger nor a card. The bank may be asked by an end-of-day: that has the long time."""
MOST_REMEMBERED = 16
"""Bookings whose references are kept: a terminal tells the last one only."""

_ASK_LAST = "Ask the terminal what became of it before anything else is offered."


class _Busy(DeviceRefused):
    """It cannot be asked now, and can be later."""


class ZvtTerminal:
    """Implements drivers.card.CardTerminal. `open_link` connects anew after the line broke.

    `password` is the terminal's (up to six digits); `wait_seconds` is how long a payment may take, the passenger's and
    the bank's time together.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        password: int = 0,
        wait_seconds: float = 90.0,
        ack_seconds: float = ACK_SECONDS,
        short_seconds: float = SHORT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._terminal = Conversation(open_link, ack_seconds=ack_seconds, stop_seconds=short_seconds, clock=clock)
        self._password = password
        self._wait = wait_seconds
        self._short = short_seconds
        self._told: dict[str, str] = {}  # the reference of each booking that was there before, or was told
        self._noted = False  # whether it is known what was booked before the first payment
        self._asked: tuple[str, int] | None = None  # reference and fen of the last payment asked in this process
        self._lock = threading.Lock()  # a conversation with another in between would be nobody's

    def pay(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        """See CardTerminal.pay."""
        with self._lock:
            return self._book(authorisation(_checked(fen)), fen, reference)

    def refund(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        """See CardTerminal.refund."""
        with self._lock:
            return self._book(refund(self._password, _checked(fen)), fen, reference)

    def last(self, reference: str) -> CardPaid | CardDeclined | None:
        """See CardTerminal.last."""
        with self._lock:
            return self._found(reference)

    def _found(self, reference: str) -> CardPaid | CardDeclined | None:
        self._make_ready()
        seen = self._last_booking()
        ours = self._asked is not None and self._asked[0] == reference
        if seen is None and self._told:
            what = "The terminal has forgotten its bookings, by an end-of-day perhaps"
            raise DeviceNonsense(what, "Look the payment up in the terminal's journal by hand.")
        if seen is None:
            return CardDeclined(why="fault") if ours else None
        if seen.result != BOOKED:
            return CardDeclined(why=why(seen.result))
        if not seen.receipt and not seen.trace:
            what = "The terminal has done something else since, an end-of-day perhaps, and tells no payment any more"
            raise DeviceNonsense(what, "Look the payment up in the terminal's journal by hand.")
        if seen.reverses is not None or self._told.get(seen.name, reference) != reference:
            return CardDeclined(why="fault")  # the last booking is an older one: nothing was booked since
        if ours and self._asked is not None and seen.fen != self._asked[1]:
            what = f"The terminal's last booking is of {seen.fen} fen where {self._asked[1]} were asked for"
            raise DeviceNonsense(what, "Compare the terminal's journal with ours by hand.")
        if seen.fen is None:
            raise DeviceNonsense("The terminal tells a booking without its amount", _ASK_LAST)
        self._remember(seen, reference)
        return CardPaid(receipt=seen.name, fen=seen.fen)

    def reverse(self, receipt: str, fen: int) -> bool:
        """See CardTerminal.reverse."""
        named = parts(receipt)
        if named is None:
            raise ValueError("That is no receipt of this driver")
        with self._lock:
            return self._undo(receipt, *named, fen)

    def _undo(self, receipt: str, terminal: int, trace: int, number: int, fen: int) -> bool:
        self._make_ready()
        ended = self._ask_money(reversal(self._password, number, _checked(fen)))
        seen = ended.booking
        if seen is not None and seen.result == BOOKED:
            self._remember(seen, receipt)
            if (seen.terminal or terminal) != terminal or seen.reverses not in (None, trace):
                what = f"The terminal undid another booking than {receipt}"
                raise DeviceNonsense(what, "Compare the terminal's journal with ours by hand.")
            return True
        code = ended.code or (seen.result if seen is not None else BOOKED)
        if code in WAIT:
            raise _Busy(*_told_by(code))
        if code == BOOKED:
            raise CardUnclear("The terminal ended the reversal without saying what it did", "Ask again.")
        return code == ALREADY_REVERSED

    def end_day(self) -> None:
        """See CardTerminal.end_day."""
        with self._lock:
            self._make_ready()
            self._complain(self._terminal.ask(end_of_day(self._password), self._wait))

    def stop(self) -> None:
        """See CardTerminal.stop. It takes effect within SLICE seconds."""
        self._terminal.stop_wanted = True

    def health(self) -> Health:
        """See CardTerminal.health. While another thread has it serve a passenger, it was ready a moment ago."""
        if not self._lock.acquire(blocking=False):
            return Health(ok=True, what="The card terminal is serving a passenger", hint="")
        try:
            self._make_ready()
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        finally:
            self._lock.release()
        return Health(ok=True, what="The card terminal answers and is ready", hint="")

    def close(self) -> None:
        """See CardTerminal.close. Waits for what another thread has under way: stop that first."""
        with self._lock:
            self._terminal.drop()

    def _book(self, asked: Apdu, fen: int, reference: str) -> CardPaid | CardDeclined:
        self._terminal.stop_wanted = False
        self._make_ready()
        self._note_what_was_there()
        self._asked = reference, fen
        ended = self._ask_money(asked)
        seen = ended.booking
        if seen is not None and seen.result == BOOKED and not ended.code and seen.fen in (None, fen):
            self._remember(seen, reference)
            return CardPaid(receipt=seen.name, fen=fen)
        if seen is not None and seen.result == BOOKED:
            raise CardUnclear("The terminal booked and then said something else", _ASK_LAST)
        code = ended.code or (seen.result if seen is not None else BOOKED)
        if code == BOOKED:
            raise CardUnclear("The terminal ended without saying whether it booked", _ASK_LAST)
        return CardDeclined(why="timeout" if ended.ran_out else why(code))

    def _make_ready(self) -> None:
        """Leave a connection that has just answered. Raises DeviceFault; nothing has been booked then."""
        if self._terminal.connected:
            try:
                self._enquire()
                return
            except _Busy:
                raise
            except DeviceFault:
                self._terminal.drop()  # a connection that was closed meanwhile, or a till forgotten: dial again
        self._terminal.dial()
        try:
            self._complain(self._terminal.ask(registration(self._password), self._short))
        except DeviceFault:
            self._terminal.drop()
            raise
        self._enquire()

    def _enquire(self) -> None:
        ended = self._terminal.ask(status_enquiry(self._password), self._short)
        self._complain(ended)
        status = terminal_status(ended.completion)
        if status:
            raise _Busy(*_told_by(status))

    def _complain(self, ended: Ended) -> None:
        if ended.code:
            raise (_Busy if ended.code in WAIT else DeviceRefused)(*_told_by(ended.code))

    def _remember(self, seen: Booking, reference: str) -> None:
        self._told[seen.name] = reference
        while len(self._told) > MOST_REMEMBERED:
            del self._told[next(iter(self._told))]

    def _note_what_was_there(self) -> None:
        """Before the first payment: a booking that is there already will not be taken for this one."""
        if self._noted:
            return
        try:
            before = self._last_booking()
        except DeviceRefused as refused:
            if isinstance(refused, _Busy):
                raise
            return  # it cannot tell: then the caller compares, as after a start
        if before is not None:
            self._remember(before, "")
        self._noted = True

    def _last_booking(self) -> Booking | None:
        """Ask for the last receipt again; None when there is none. Raises DeviceRefused when it does not tell."""
        ended = self._terminal.ask(repeat_receipt(self._password), self._short)
        if ended.code in NOTHING_TO_REPEAT:
            return None
        self._complain(ended)
        if ended.booking is None:
            raise DeviceNonsense("The card terminal repeated a receipt without a booking", _ASK_LAST)
        return ended.booking

    def _ask_money(self, asked: Apdu) -> Ended:
        """Ask what moves money: anything that leaves open whether it was done is CardUnclear."""
        try:
            return self._terminal.ask(asked, self._wait, stoppable=True)
        except DeviceFault as fault:
            raise CardUnclear(f"{fault.what}, and may have booked", _ASK_LAST) from fault


def _checked(fen: int) -> int:
    if not 1 <= fen <= MOST_FEN:
        raise ValueError(f"A card terminal takes 1 to {MOST_FEN} fen, not {fen}")
    return fen


def _told_by(code: int) -> tuple[str, str]:
    what, hint = explain(code)
    return f"The card terminal cannot be used now: {what[:1].lower()}{what[1:]}", hint
