"""One ccTalk line and everybody on it: a question and its answer at a time, whoever asks.

Half duplex, 9600 8N1. On the usual one-wire adaptor the host hears its own bytes; devices are told apart by their
addresses. What the bus promises to its devices:
- one exchange at a time, also when devices are worked by several threads;
- an answer counts only after the echo of its own question (where there is an echo), from the address that was asked:
  a late answer of somebody else is nobody's answer;
- after silence or nonsense the line is left to fall quiet before the next question, so that half a frame or a late
  answer is not read as the answer to another question;
- a line that broke (an adaptor pulled) is opened anew by the next question, whoever asks it.
"""

import threading
import time
from collections.abc import Callable

from drivers.cash.codec import HOST, Decoder, Frame, Header, encode
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.link import Link, drain

TRIES = 3
QUIET = 0.06
"""Seconds without a byte after which nobody on the line is in the middle of a frame (part 1: 50 ms between bytes)."""

SETTLE = 0.3
"""The longest wait for that: a line that noise never leaves must not hold up its devices for ever."""


class CcTalkBus:
    """The line. `open_link` opens it anew after it broke; `echo` says that the host hears its own bytes."""

    def __init__(
        self, open_link: Callable[[], Link], *, echo: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_link = open_link
        self._echo = echo
        self._clock = clock
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._present: set[int] = set()  # addresses that have been asked and did not leave
        self._doubtful = False  # the last exchange did not end with an answer

    @property
    def clock(self) -> Callable[[], float]:
        """The time by which answers are awaited, in seconds."""
        return self._clock

    def ask(self, question: Frame, *, timeout: float, name: str, hint: str) -> Frame:
        """Send `question` once and return the answer, whatever its header.

        Raises DeviceGone, DeviceSilent (nothing within `timeout` seconds) or DeviceNonsense, which name the device
        as `name` ("The coin acceptor") and say `hint`.
        """
        with self._lock:
            self._present.add(question.destination)
            try:
                answer = self._exchange(question, timeout, name, hint)
            except DeviceGone:
                self._drop()
                raise
            except DeviceFault:
                self._doubtful = True
                raise
            self._doubtful = False
            return answer

    def leave(self, address: int) -> None:
        """Say that the device at `address` is not used any more; the last one to leave closes the port."""
        with self._lock:
            self._present.discard(address)
            if not self._present:
                self._drop()

    def _exchange(self, question: Frame, timeout: float, name: str, hint: str) -> Frame:
        link = self._link
        if link is None:
            link = self._link = self._open_link()
        if self._doubtful:
            drain(link, QUIET, within=SETTLE)
        else:
            drain(link)
        link.write(encode(question))
        decoder = Decoder(frozenset({HOST, *self._present}))
        seen, echoed = b"", not self._echo
        until = self._clock() + timeout
        while (left := until - self._clock()) > 0:
            data = link.read(left)
            seen += data[:64] if len(seen) < 64 else b""
            for frame in decoder.feed(data):
                if frame == question:
                    echoed = True
                elif echoed and frame.destination == HOST and frame.source == question.destination:
                    return frame
        if decoder.discarded:
            raise DeviceNonsense(f"What came from {_inside(name)} is no ccTalk", hint, seen)
        if seen and not echoed:
            what = f"The line of {_inside(name)} did not give back what was sent"
            raise DeviceSilent(what, "Check the adaptor, or configure the line as one without echo.")
        raise DeviceSilent(f"{name} does not answer", hint)

    def _drop(self) -> None:
        self._doubtful = False
        if self._link is not None:
            self._link.close()
            self._link = None


class BusDevice:
    """One device on a bus, asked until it answers. `name` begins sentences ("The bill validator")."""

    def __init__(self, bus: CcTalkBus, address: int, *, name: str, answer_timeout: float) -> None:
        self._bus = bus
        self.address = address
        self.name = name
        self.hint = f"Check the power of {_inside(name)}, its cable and its ccTalk address."
        self._answer_timeout = answer_timeout
        self.in_use = False
        """Whether it has been asked anything since it last left the line."""

    def ask(self, header: Header, data: bytes = b"", *, tries: int = TRIES) -> bytes:
        """Return the data of the answer, asking up to `tries` times: more than once only what may be said twice.

        Raises DeviceFault; DeviceRefused when the device said no.
        """
        question = Frame(destination=self.address, source=HOST, header=header, data=data)
        self.in_use = True
        for left in range(tries - 1, -1, -1):
            try:
                return self._checked(
                    self._bus.ask(question, timeout=self._answer_timeout, name=self.name, hint=self.hint)
                )
            except (DeviceSilent, DeviceNonsense):
                if not left:
                    raise
        raise AssertionError("tries is at least 1")

    def leave(self) -> None:
        """Let go of the line."""
        self.in_use = False
        self._bus.leave(self.address)

    def _checked(self, frame: Frame) -> bytes:
        if frame.header == Header.ACK:
            return frame.data
        if frame.header in (Header.NAK, Header.BUSY):
            raise DeviceRefused(f"{self.name} refused a command", "Try again; if it stays, switch it off and on.")
        raise DeviceNonsense(
            f"{self.name} answered with header {frame.header}", "Check that nothing else is at its address."
        )


def as_bus(line: "CcTalkBus | Callable[[], Link]", *, echo: bool, clock: Callable[[], float]) -> CcTalkBus:
    """Return the bus, or one for a device that has a line to itself, given as a function that opens it."""
    return line if isinstance(line, CcTalkBus) else CcTalkBus(line, echo=echo, clock=clock)


def _inside(name: str) -> str:
    """The name within a sentence."""
    return name[:1].lower() + name[1:]
