"""What the drivers of scanners that answer have in common: ask, wait a little, ask again, and notice silence."""

import contextlib
from abc import abstractmethod
from collections import deque
from collections.abc import Callable

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.health import Health
from drivers.link import Link
from drivers.scanner import Scan, Scanner, Unreadable

TRIES = 3
ROUND = 4.0
"""Seconds after which a scanner is told again to read; its answer is what proves that it is there."""
READ_TENTHS = 60
"""Tenths of a second that it then reads: longer than ROUND, so it never pauses, and it stops when the host is gone."""
QUIET = 0.2
"""Seconds without a byte after which what has begun will not be finished: no scanner pauses inside a frame or code."""


class AskingScanner(Scanner):
    """A scanner that is asked one thing at a time. The port is opened at the first call and again after a fault.

    A question not answered within `answer` seconds (more than QUIET, so that noise before an answer is over by then)
    is asked again; after three times the scanner is silent, or what it says is nonsense. Nothing waits longer than the
    caller of `read` allows, so a question may span several calls: call `read` or `health` at least once a second.
    """

    def __init__(self, open_link: Callable[[], Link], *, answer: float, clock: Callable[[], float], hint: str) -> None:
        self._open_link = open_link
        self._clock = clock
        self._answer = answer
        self._hint = hint
        self._link: Link | None = None
        self._ready: deque[Scan | Unreadable] = deque()
        self._last_byte = 0.0
        self._due = 0.0  # when to ask next, while nothing is asked
        self._asked: float | None = None
        self._tries = 0
        self._answered_at: float | None = None
        self._noise_before = 0

    @abstractmethod
    def _begin(self) -> None:
        """Forget everything about the scanner on the old line."""

    @abstractmethod
    def _question(self, again: bool) -> bytes:
        """Return what is to be asked now; `again` when the same was asked and not answered."""

    @abstractmethod
    def _farewell(self) -> bytes:
        """Return what ends the reading."""

    @abstractmethod
    def _hear(self, data: bytes) -> None:
        """Take what came. Calls `_answered` for an answer and `_found` for a code. Raises DeviceFault."""

    @abstractmethod
    def _fell_quiet(self) -> None:
        """Give up what has begun: nothing came for QUIET seconds."""

    @abstractmethod
    def _unfinished(self) -> bool:
        """Whether something has begun and not ended."""

    @abstractmethod
    def _discarded(self) -> int:
        """How many bytes so far made no sense."""

    def read(self, timeout: float) -> Scan | Unreadable | None:
        """See Scanner.read. Raises DeviceSilent or DeviceNonsense after three questions without an answer."""
        until = self._clock() + timeout
        while not self._ready:
            self._turn(max(0.0, until - self._clock()))
            if not self._ready and self._clock() >= until:
                return None
        return self._ready.popleft()

    def health(self) -> Health:
        """See Scanner.health. Good when the scanner has answered within the last round."""
        try:
            if not self._ready:  # nobody fetches: what is there already need not grow
                self._turn(0.0)
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        fresh = ROUND + (TRIES + 1) * self._answer
        if self._answered_at is not None and self._clock() - self._answered_at <= fresh:
            return Health(ok=True, what="The scanner answers", hint="")
        return Health(ok=False, what="The scanner was asked and has not answered yet", hint=self._hint)

    def close(self) -> None:
        """See Scanner.close. A scanner that reads is told to stop, if the line still takes it."""
        link, was_told = self._link, self._answered_at is not None
        self._drop()
        if link:
            if was_told:
                with contextlib.suppress(DeviceGone):
                    link.write(self._farewell())
            link.close()

    def _answered(self, *, next_in: float = 0.0) -> None:
        """The question was answered; the next is due in `next_in` seconds."""
        now = self._clock()
        self._asked, self._tries, self._due = None, 0, now + next_in
        self._answered_at = now
        self._noise_before = self._discarded()

    def _ask_again(self) -> None:
        """The scanner did not understand: ask the same at once. Counts as a try."""
        self._asked, self._due = None, 0.0
        if self._tries >= TRIES:
            raise self._unanswered()

    def _found(self, event: Scan | Unreadable) -> None:
        self._ready.append(event)
        self._due = 0.0  # a code ends a reading

    def _write(self, data: bytes) -> None:
        assert self._link is not None
        self._link.write(data)

    def _drop(self) -> None:
        self._link = None
        self._ready.clear()
        self._asked, self._tries, self._due = None, 0, 0.0
        self._answered_at = None
        self._begin()

    def _turn(self, timeout: float) -> None:
        """Ask what is to be asked, and take what comes within `timeout` seconds or until it is time to act."""
        try:
            if self._link is None:
                self._link = self._open_link()
                self._noise_before = self._discarded()
            link = self._link
            now = self._clock()
            if self._asked is not None and now - self._asked >= self._answer:
                self._ask_again()
            if self._asked is None and now >= self._due:
                link.write(self._question(self._tries > 0))
                self._asked = now
                self._tries += 1
            wake = self._due if self._asked is None else self._asked + self._answer
            if self._unfinished():
                wake = min(wake, now + QUIET / 4)
            data = link.read(max(0.0, min(timeout, wake - now)))
            if data:
                self._last_byte = self._clock()
                self._hear(data)
            elif self._unfinished() and self._clock() - self._last_byte >= QUIET:
                self._fell_quiet()
        except DeviceFault:
            broken = self._link
            self._drop()
            if broken:
                broken.close()
            raise

    def _unanswered(self) -> DeviceFault:
        if self._unfinished() or self._discarded() > self._noise_before:
            return DeviceNonsense("What comes from the scanner is no answer of its kind", self._hint)
        return DeviceSilent("The scanner does not answer", self._hint)
