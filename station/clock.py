"""The terminal's trusted clock, renewed from what sync has learnt."""

import time

from sync.cache import CacheReader
from sync.trusted_time import TrustedClock, boot_clock, boot_id
from tickets.admission import TrustedNow

RENEW_SECONDS = 1.0


class TerminalClock:
    """Answers the time; looks into the cache at most once a second for a newer anchor. Belongs to one thread."""

    def __init__(self, cache: CacheReader) -> None:
        self._cache = cache
        self._clock = TrustedClock(cache.time_anchor(), cache.time_floor_ms(), boot_clock, time.time, boot_id())
        self._renewed = boot_clock()

    def __call__(self) -> TrustedNow:
        """The best time known, and how far to trust it."""
        if boot_clock() - self._renewed > RENEW_SECONDS:
            self._clock.renew(self._cache.time_anchor(), self._cache.time_floor_ms())
            self._renewed = boot_clock()
        return self._clock.now()
