"""One ZVT conversation at a time with a card terminal: ask, acknowledge all that it says, and hear how it ended.

The till asks, the terminal acknowledges (80 00 00) or refuses (84 and a code). Then the terminal has the word: status
informations, intermediate status, lines of slips, each of which the till acknowledges, until a completion (06 0F) or
an abort (06 1E) hands the word back.
"""

import contextlib
import time
from collections.abc import Callable

from drivers.card.codec import Apdu, Decoder, encode
from drivers.card.messages import ACK, REFUSED_CLASS, STOP, Booking, Command, booking
from drivers.card.results import BOOKED
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import Link

SLICE = 0.1
"""Seconds within which the wish to stop is noticed."""

_CHECK_LINE = "Check the terminal's power, its network cable and its configured address."


class Ended:
    """How a conversation ended: what was said of bookings, the code of its end (0 for a completion), the completion's
    data, and whether it was broken off because its time ran out.
    """

    def __init__(self) -> None:
        self.booking: Booking | None = None
        self.code = BOOKED
        self.completion = b""
        self.ran_out = False


class Conversation:
    """The connection. The terminal has `ack_seconds` for its first word, `stop_seconds` to end what it is told to."""

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        ack_seconds: float,
        stop_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_link = open_link
        self._ack_seconds = ack_seconds
        self._stop_seconds = stop_seconds
        self._clock = clock
        self._link: Link | None = None
        self._decoder = Decoder()
        self._heard: list[Apdu] = []
        self.stop_wanted = False
        """Set it from any thread: what is stoppable is broken off within SLICE seconds."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection that was not found broken."""
        return self._link is not None

    def dial(self) -> None:
        """Open a connection in the place of any other. Raises DeviceGone."""
        self.drop()
        self._link = self._open_link()

    def drop(self) -> None:
        """Give the connection up."""
        link, self._link = self._link, None
        self._decoder, self._heard = Decoder(), []
        if link is not None:
            link.close()

    def ask(self, asked: Apdu, seconds: float, *, stoppable: bool = False) -> Ended:
        """Ask and return how it ended, within `seconds` and the time that stopping takes.

        Raises DeviceFault when that is not known. The connection is given up then: what it would say next is about
        something else.
        """
        try:
            return self._talk(asked, seconds, stoppable=stoppable)
        except DeviceFault:
            self.drop()
            raise

    def _talk(self, asked: Apdu, seconds: float, *, stoppable: bool) -> Ended:
        ended = Ended()
        self._send(asked)
        answer = self._await(self._clock() + self._ack_seconds)
        if answer is None:
            raise DeviceSilent("The card terminal does not answer", _CHECK_LINE)
        if answer.command >> 8 == REFUSED_CLASS:
            ended.code = answer.command & 0xFF or 0xFF
            return ended
        if answer.command != Command.UNDERSTOOD:
            raise DeviceNonsense(f"The card terminal answered {answer.command:04X} to a command", _CHECK_LINE)
        if self._listen(ended, self._clock() + seconds, stoppable=stoppable):
            return ended
        ended.ran_out = not self.stop_wanted
        self.stop_wanted = False
        self._send(STOP)
        if not self._listen(ended, self._clock() + self._stop_seconds):
            raise DeviceSilent("The card terminal did not end what it was asked to stop", _CHECK_LINE)
        return ended

    def _listen(self, ended: Ended, until: float, *, stoppable: bool = False) -> bool:
        """Take what the terminal says until it hands back the word. False when time is up or somebody said stop."""
        while (heard := self._await(until, stoppable=stoppable)) is not None:
            match heard.command:
                case Command.COMPLETION | Command.ABORTED:
                    if heard.command == Command.ABORTED:
                        ended.code = (heard.data[0] if heard.data else 0) or 0xFF
                    ended.completion = heard.data
                    with contextlib.suppress(DeviceGone):  # it has said all; the next call dials again
                        self._send(ACK)
                    return True
                case Command.STATUS_INFORMATION:
                    ended.booking = booking(heard.data) or ended.booking
                    self._send(ACK)
                case Command.UNDERSTOOD:
                    pass  # it heard us say stop
                case _ if heard.command >> 8 == REFUSED_CLASS:
                    pass  # it does not stop: it has gone too far
                case _:
                    self._send(ACK)  # intermediate status and receipt lines: not ours to keep
        return False

    def _send(self, apdu: Apdu) -> None:
        if self._link is None:
            raise DeviceGone("The connection to the card terminal is closed", _CHECK_LINE)
        self._link.write(encode(apdu))

    def _await(self, until: float, *, stoppable: bool = False) -> Apdu | None:
        """Return the next message; None when there is none until then, or when somebody said stop."""
        while not self._heard:
            left = until - self._clock()
            if left <= 0 or (stoppable and self.stop_wanted):
                return None
            if self._link is None:
                raise DeviceGone("The connection to the card terminal is closed", _CHECK_LINE)
            self._heard += self._decoder.feed(self._link.read(min(left, SLICE)))
            if self._decoder.spoilt:
                raise DeviceNonsense("What came from the card terminal is no ZVT", _CHECK_LINE)
        return self._heard.pop(0)
