"""The beat of a process with one loop: told by the loop itself, passed on to systemd's watchdog."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from station.sd_notify import SdNotify
from station.watchdog import FEEDS, Watchdog
from sync.engine.bell import Bell

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_LOOP = "loop"
SLICE_SECONDS = 2.0
"""A loop that has nothing to do for longer beats at least so often."""


class Heart:
    """Beats for one loop. `ready` first, then `beat` whenever the loop goes round or makes progress."""

    def __init__(self, notify: SdNotify, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._notify = notify
        self._monotonic = monotonic
        self._watchdog = Watchdog(notify, [_LOOP], monotonic=monotonic)

    def ready(self) -> None:
        """The process serves."""
        self._notify.ready()

    def beat(self) -> None:
        """The loop makes progress."""
        self._watchdog.stepped(_LOOP)

    def stopping(self) -> None:
        """The process ends by its own will."""
        self._notify.stopping()

    def waits_for(self, stop: threading.Event) -> Callable[[float], bool]:
        """A `stop.wait` that beats while it waits."""

        def wait(seconds: float) -> bool:
            until = self._monotonic() + seconds
            while True:
                self.beat()
                left = until - self._monotonic()
                if stop.wait(max(0.0, min(left, SLICE_SECONDS))):
                    return True
                if left <= SLICE_SECONDS:
                    return False

        return wait

    def waits_on(self, bell: Bell) -> Callable[[float], bool]:
        """Waits so many seconds or until it rings, and beats meanwhile; True when it was stopped."""

        def wait(seconds: float) -> bool:
            until = self._monotonic() + seconds
            while not bell.stopped:
                self.beat()
                left = until - self._monotonic()
                if left <= 0 or bell.wait(min(left, SLICE_SECONDS)):
                    break
            return bell.stopped

        return wait

    def beats_in(self, loop: "AbstractEventLoop") -> None:
        """Beat from an event loop, as long as it goes round. Does nothing where there is no watchdog."""
        every = self._notify.watchdog_seconds / (2 * FEEDS)
        if not every:
            return

        def beat() -> None:
            self.beat()
            loop.call_later(every, beat)

        beat()
