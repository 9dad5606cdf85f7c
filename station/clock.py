"""The terminal's trusted clock, renewed from what sync has learnt."""

from sync.cache.reader import CacheReader
from sync.trusted_time import Clocks, TrustedClock, system_clocks
from tickets.admission import TrustedNow

RENEW_SECONDS = 1.0


class TerminalClock:
    """Answers the time; looks into the cache at most once a second for a newer anchor. Belongs to one thread."""

    def __init__(self, cache: CacheReader, clocks: Clocks | None = None) -> None:
        self._cache = cache
        self._clocks = clocks or system_clocks()
        self._own_floor_ms = 0
        self._clock = TrustedClock(
            cache.time_anchor(), cache.time_floor_ms(), self._clocks.boot, self._clocks.wall, self._clocks.boot_id
        )
        self._renewed = self._clocks.boot()

    def not_before(self, floor_ms: int) -> None:
        """Take the own journal's word for the earliest time that it can be, while the cache has none."""
        self._own_floor_ms = floor_ms
        self._renew()

    def __call__(self) -> TrustedNow:
        """The best time known, and how far to trust it."""
        if self._clocks.boot() - self._renewed > RENEW_SECONDS:
            self._renew()
        return self._clock.now()

    def _renew(self) -> None:
        self._clock.renew(self._cache.time_anchor(), self._cache.time_floor_ms() or self._own_floor_ms)
        self._renewed = self._clocks.boot()
