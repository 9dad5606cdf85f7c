"""The driver of every scanner that sends its codes as lines over a serial port, USB serial or TCP."""

import time
from collections import deque
from collections.abc import Callable

from drivers.faults import DeviceFault
from drivers.health import Health
from drivers.link import Link
from drivers.scanner import Scan, Scanner, Unreadable
from drivers.scanner.codec import LineDecoder

IDLE_ENDS_LINE = 0.2
"""Seconds without a byte after which a line without an ending is taken as whole: no scanner pauses inside a code."""


class LineScanner(Scanner):
    """A line scanner. The port is opened at the first call and again at the next call after a fault.

    `ending` is the suffix set in the scanner, if it is neither CR nor LF. With `leaves_with_port` the port is taken to
    vanish with the scanner (USB), so an open port is a scanner; over a plain serial line only a scan proves it.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        ending: bytes = b"\r",
        leaves_with_port: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_link = open_link
        self._clock = clock
        self._leaves_with_port = leaves_with_port
        self._decoder = LineDecoder(ending)
        self._link: Link | None = None
        self._ready: deque[Scan | Unreadable] = deque()
        self._last_byte = 0.0
        self._scanned = False

    def read(self, timeout: float) -> Scan | Unreadable | None:
        """See Scanner.read. A scan that came between two calls is kept; none is kept over a lost port."""
        until = self._clock() + timeout
        while not self._ready:
            left = until - self._clock()
            self._take(max(0.0, min(left, IDLE_ENDS_LINE / 4 if self._decoder.unfinished else left)))
            if not self._ready and self._clock() >= until:
                return None
        return self._ready.popleft()

    def health(self) -> Health:
        """See Scanner.health."""
        try:
            if not self._ready:  # nobody fetches: what is there already need not grow
                self._take(0.0)
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        if self._scanned:
            return Health(ok=True, what="The scanner reads", hint="")
        if self._leaves_with_port:
            return Health(ok=True, what="The scanner is there and has not read anything yet", hint="")
        return Health(
            ok=False,
            what="The port is open and nothing has been scanned since",
            hint="Hold a code in front of the scanner; if nothing comes, check its power, cable and baud rate.",
        )

    def close(self) -> None:
        """See Scanner.close."""
        link, self._link = self._link, None
        self._decoder.reset()
        self._ready.clear()
        self._scanned = False
        if link:
            link.close()

    def _take(self, timeout: float) -> None:
        try:
            if self._link is None:
                self._link = self._open_link()
            data = self._link.read(timeout)
        except DeviceFault:
            self.close()
            raise
        if data:
            self._last_byte = self._clock()
            self._ready += self._decoder.feed(data)
        elif self._decoder.unfinished and self._clock() - self._last_byte >= IDLE_ENDS_LINE:
            self._ready += self._decoder.end_line()
        self._scanned = self._scanned or any(isinstance(event, Scan) for event in self._ready)
