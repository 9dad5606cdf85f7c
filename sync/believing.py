"""What this machine believes of the centre: the pinned root, the newest trust list that it signed, and signed time."""

from collections.abc import Callable

from sync.cache_writer import CacheWriter
from sync.client import CentreClient
from sync.encoding import from_text
from sync.trusted_time import Clocks, TimeAnchor
from tickets.keys import PublicKey
from tickets.time_token import open_time
from tickets.trust import KeyUse, Trust, TrustFault, TrustList, open_trust_list

_SLOWEST_S = 10.0
"""An answer about the time that took longer than this says too little."""


class Belief:
    """The trust list in force. It is replaced only by a newer one that the pinned root has signed."""

    def __init__(self, cache: CacheWriter, root: PublicKey, enrolled: bytes) -> None:
        """`enrolled` is the list from enrolment, for as long as the cache has none. TrustFault when neither holds."""
        self._cache = cache
        self._root = root
        self._refused: bytes | None = None
        kept = cache.trust_list()
        data = enrolled if kept is None else kept
        self._list = open_trust_list(data, root)
        if kept is None:
            cache.set_trust(self._list.version, data)

    @property
    def trust_list(self) -> TrustList:
        """The list in force."""
        return self._list

    def keys(self, use: KeyUse) -> tuple[PublicKey, ...]:
        """The believed keys of one use."""
        return Trust(self._list).keys(use)

    def renew(self) -> TrustFault | None:
        """Take over a newer list that came with the records; answers what is wrong with it, once for each list."""
        offered = self._cache.record("trust", "")
        data = from_text(str(offered["list"])) if offered is not None else None
        if data is None or data in (self._refused, self._cache.trust_list()):
            return None
        try:
            self._list = open_trust_list(data, self._root, not_older_than=self._cache.trust_version())
        except TrustFault as fault:
            self._refused = data
            return fault
        self._cache.set_trust(self._list.version, data)
        return None


class TimeAsker:
    """Asks for signed time when there is none of this boot, and every `every` seconds after that."""

    def __init__(
        self,
        client: CentreClient,
        cache: CacheWriter,
        time_keys: Callable[[], tuple[PublicKey, ...]],
        clocks: Clocks,
        nonce: Callable[[], bytes],
        every: float = 600.0,
    ) -> None:
        self._client = client
        self._cache = cache
        self._time_keys = time_keys
        self._clocks = clocks
        self._nonce = nonce
        self._every = every

    def ask_when_due(self) -> bool:
        """Ask if it is time to; answers whether there is a new anchor. Raises LineDown, Refused, TimeFault.

        The token is believed for its key and our nonce, so it may also put a clock back that was ahead.
        """
        anchor = self._cache.time_anchor()
        started = self._clocks.boot()
        if (
            anchor is not None
            and anchor.boot_id == self._clocks.boot_id
            and started - anchor.boot_seconds < self._every
        ):
            return False
        nonce = self._nonce()
        token = self._client.time(nonce)
        ended = self._clocks.boot()
        if ended - started > _SLOWEST_S:
            return False
        centre_ms = open_time(token, nonce, self._time_keys())
        middle = (started + ended) / 2  # it was signed at some time in between; half the round trip is the error
        self._cache.set_time(TimeAnchor(boot_id=self._clocks.boot_id, boot_seconds=middle, centre_ms=centre_ms))
        return True
