"""Feeds the service manager's watchdog from the loops that do the work, and stops when one of them does not go round.

There is no thread that feeds: it would go on feeding for a lane that hangs. Each loop tells that it went round, and
whichever tells it, all are looked at.
"""

import threading
import time
from collections.abc import Callable, Iterable

from gate.observe import Observers
from station.sd_notify import SdNotify

FEEDS = 4
"""How often the watchdog is fed within the time that it allows."""


class Watchdog(Observers):
    """Feeds while every one of `loops` has gone round within half of the time that the manager allows.

    Also an `Observer` of lanes, each of which is a loop. Any thread may call it.
    """

    def __init__(
        self, notify: SdNotify, loops: Iterable[str], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Every loop is given the whole time at first: what it starts with may take a while."""
        super().__init__()
        self._notify = notify
        self._monotonic = monotonic
        self._allowed = notify.watchdog_seconds / 2
        self._lock = threading.Lock()
        self._seen = dict.fromkeys(loops, monotonic())
        self._feed_at = 0.0

    def stepped(self, lane: str) -> None:
        """This loop went round."""
        if not self._allowed:
            return
        now = self._monotonic()
        with self._lock:
            self._seen[lane] = now
            if now < self._feed_at or now - min(self._seen.values()) > self._allowed:
                return
            self._feed_at = now + 2 * self._allowed / FEEDS
        self._notify.alive()
