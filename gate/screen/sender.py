"""The gate's end: sends to whoever listens, and goes on at once when nobody does."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from gate.announcement import CLOSED, Announcement, Showing
from gate.screen.message import Message, socket_path
from sync.lan.near_socket import short_address

BEAT_MS = 1000
"""How often the last announcement is sent again: proof of life, and the first picture of a display that comes late."""


def monotonic_ms() -> int:
    """Milliseconds of the clock that gate and display share."""
    return time.monotonic_ns() // 1_000_000


class ScreenSender:
    """Carries announcements to the display. Never waits and never raises for a display that is absent, full or stuck.

    Belongs to its lane's thread: whoever calls `beat` says that this thread is alive.
    """

    def __init__(self, directory: Path, name: str = "display", *, clock: Callable[[], int] = monotonic_ms) -> None:
        """`directory` is the terminal's, `name` the display's."""
        self._to = socket_path(directory, name)
        self._clock = clock
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._said: tuple[Announcement, int] | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say that the lane is closed, for nobody decides here any more; in a fire the way out stays on show."""
        if self._said is None or self._said[0].showing is not Showing.EMERGENCY:
            self.announce(CLOSED)
        self._socket.close()

    def announce(self, announcement: Announcement) -> None:
        """Send a new announcement. No two are said at one millisecond: the second would pass for a heartbeat."""
        now = self._clock()
        self._said = announcement, now if self._said is None else max(now, self._said[1] + 1)
        self._send()

    def beat(self) -> None:
        """Send the last announcement again when that is due."""
        if self._clock() - self._sent >= BEAT_MS:
            self._send()

    def _send(self) -> None:
        self._sent = self._clock()
        if self._said is None:
            return
        announcement, said = self._said
        datagram = Message(announcement=announcement, said_ms=said, sent_ms=self._sent).encode()
        with suppress(OSError), short_address(self._to) as address:
            self._socket.sendto(datagram, address)  # nobody listens, or does not keep up: the next beat says it again
