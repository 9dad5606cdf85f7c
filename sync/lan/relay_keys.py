"""The keys by which a terminal knows its relay, as the centre has told them."""

from pathlib import Path

from sync.cache.reader import CacheReader
from tickets.keys import PublicKey


class RelayKeys:
    """Answers the relay's keys, reading the cache again only when it has changed. Belongs to the thread that asks."""

    def __init__(self, cache: Path) -> None:
        """`cache` is the path of `cache.db`; it is opened with the first question."""
        self._cache = CacheReader(cache)
        self._keys: tuple[PublicKey, ...] = ()

    def __call__(self) -> tuple[PublicKey, ...]:
        """The keys of the active relays; none while the centre has told of none."""
        if self._cache.changed():
            self._keys = self._cache.relay_keys()
        return self._keys

    def close(self) -> None:
        """Let the file go."""
        self._cache.close()
