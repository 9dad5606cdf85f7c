"""What this machine believes of the centre: the pinned root, the newest trust list that it signed, and signed time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sync.cache.writer import CacheWriter
from sync.encoding import from_text
from sync.line.client import CentreClient
from sync.trusted_time import Clocks, TimeAnchor
from tickets.admission import TimeQuality, TrustedNow
from tickets.freshness import FreshnessFault, NewestList, open_newest
from tickets.keys import PublicKey
from tickets.time_token import open_time
from tickets.trust import Freshness, KeyUse, Trust, TrustFault, TrustList, open_trust_list

SILENT_FOR = timedelta(days=2)
"""The centre says every hour which list is the newest; a line that was down for a night is no reason to worry."""
_SLOWEST_S = 10.0
"""An answer about the time that took longer than this says too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """Something that staff should hear of, and what they can do about it; it stops nothing."""

    what: str
    hint: str


class Belief:
    """The trust list in force. It is replaced only by a newer one that the pinned root has signed."""

    def __init__(
        self,
        cache: CacheWriter,
        root: PublicKey,
        enrolled: bytes,
        keep: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """`enrolled` is the list from enrolment, or the newest that was given to `keep`, which outlives the cache: when
        that is lost, it begins with this one, and takes none that is older. TrustFault when neither holds.
        """
        self._cache = cache
        self._root = root
        self._keep = keep
        self._refused: bytes | None = None
        self._heard: bytes | None = None
        self._newest: NewestList | None = None
        kept = cache.trust_list()
        self._list, data = _newer(root, enrolled if kept is None else kept, enrolled)
        if kept != data:
            cache.set_trust(self._list.version, data)
        if enrolled != data:
            keep(data)

    @property
    def trust_list(self) -> TrustList:
        """The list in force."""
        return self._list

    def worry(self, now: TrustedNow) -> Worry | None:
        """What staff should hear of the list's age, before it matters; None when all is well.

        It stops nothing: tickets are checked with the list there is. Ages are judged by trusted time alone.
        """
        said = self._word()
        if said is not None and said.version > self._list.version:
            return Worry(
                what=f"The centre has a newer trust list ({said.version}) that has not come ({self._list.version} has)",
                hint="It is fetched again by itself. If this stays, somebody may be holding it back: tell the centre.",
            )
        if now.quality is not TimeQuality.TRUSTED:
            return None
        if said is not None and now.at - said.at > SILENT_FOR:
            return Worry(
                what=f"The centre has not said since {said.at:%Y-%m-%d} which trust list is the newest",
                hint="Check the line. If it is up, somebody may be keeping news back: tell the centre.",
            )
        match self._list.staleness(now.at):
            case Freshness.FRESH:
                return None
            case Freshness.WARN:
                return Worry(
                    what=f"The trust list ends on {self._list.expires:%Y-%m-%d}",
                    hint="The centre should sign a new one: tell its operator. Nothing stops meanwhile.",
                )
            case Freshness.STALE:
                return Worry(
                    what=f"The trust list has ended on {self._list.expires:%Y-%m-%d}",
                    hint="Tickets are still checked with it; revoked tills may be unknown. Tell the centre's operator.",
                )

    def _word(self) -> NewestList | None:
        """What the centre last said of the newest list, if a key that may say it did; never an older word."""
        offered = self._cache.record("freshness", "")
        data = from_text(str(offered["statement"])) if offered is not None else None
        if data is not None and data != self._heard:
            self._heard = data
            try:
                said = open_newest(data, self.keys(KeyUse.LIST))
            except FreshnessFault:
                return self._newest
            if self._newest is None or said.at >= self._newest.at:
                self._newest = said
        return self._newest

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
            here = self._list.root or self._root
            self._list = open_trust_list(data, here, not_older_than=self._cache.trust_version())
        except TrustFault as fault:
            self._refused = data
            return fault
        self._cache.set_trust(self._list.version, data)
        self._keep(data)
        self._heard = None  # a word by a key that is on this list only
        return None


def _newer(root: PublicKey, first: bytes, second: bytes) -> tuple[TrustList, bytes]:
    """The newer of two lists, opened: after a power cut either place may have lost its last. TrustFault without one."""
    opened: list[tuple[TrustList, bytes]] = []
    for data in (first, second):
        try:
            opened.append((open_trust_list(data, root), data))
        except TrustFault:
            if data is second and not opened:
                raise
    return max(opened, key=lambda one: one[0].version)


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
