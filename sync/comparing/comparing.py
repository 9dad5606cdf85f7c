"""Comparing with the centre, departure by departure, once they have left: do both sides know the same?

Every few minutes the departures that left a while ago are asked for, each until its digests are equal. What differs is
fetched and sent again by the ordinary ways meanwhile; what still differs after several tries is told: here in the
status, at the centre as an incident. Nothing is changed by comparing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, cast

from sync.cache.writer import CacheWriter
from sync.comparing.digests_here import own_here, told_here
from sync.journal.reader import JournalReader
from sync.wire.digest import DigestAnswer, DigestDiffers
from tickets.errors import PeerError

EVERY_S: Final = 60.0
AT_ONCE: Final = 5
"""Departures asked for in one round: it must not hold up what there is to send."""
TRIES: Final = 3
_AFTER, _UNTIL = timedelta(minutes=20), timedelta(hours=24)
"""How long ago a departure that is compared has left."""

_LEFT = """SELECT json_extract(body, '$.service_date'), json_extract(body, '$.trip') FROM records
    WHERE kind = 'departure' AND CASE WHEN json_valid(body) THEN json_extract(body, '$.departs_at') END
    BETWEEN ? AND ? ORDER BY json_extract(body, '$.departs_at'), key"""

Departure = tuple[str, str]
"""A service date and a trip."""


class DigestLine(Protocol):
    """The way to the centre."""

    def digest(self, service_date: str, trip: str, epoch: str | None) -> DigestAnswer:
        """Ask what it counts. Raises LineDown, Refused, PeerError."""
        ...

    def digest_differs(self, told: DigestDiffers) -> DigestAnswer:
        """Tell it that another number was counted here, again and again."""
        ...


class DigestsDiffer(PeerError):
    """The centre and this terminal know different things of a departure."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted here; `own` is None without a journal."""

    told: str
    own: str | None
    epoch: str | None


class Comparing:
    """Compares what this terminal knows. `differing` says of which departures it knows something else."""

    def __init__(
        self, line: DigestLine, cache: CacheWriter, journals: Sequence[JournalReader], boot: Callable[[], float]
    ) -> None:
        """`boot` is a clock in seconds that never goes back. Only the first journal is compared."""
        self._line = line
        self._cache = cache
        self._journal = journals[0] if journals else None
        self._boot = boot
        self._next = 0.0
        self._same: dict[Departure, None] = {}
        self._tries: dict[Departure, int] = {}

    @property
    def differing(self) -> tuple[Departure, ...]:
        """The departures of which both sides know different things, for all that was tried."""
        return tuple(departure for departure, tries in self._tries.items() if tries >= TRIES)

    @property
    def problem(self) -> DigestsDiffer | None:
        """What staff are told."""
        if not (differing := self.differing):
            return None
        named = ", ".join(f"{trip} of {day}" for day, trip in differing[:3])
        return DigestsDiffer(
            f"The centre and this terminal know different things of {named}",
            "Nothing is lost: both keep what they have. Report it; the centre's incident names this terminal.",
        )

    def compare_when_due(self, now: datetime) -> int:
        """Compare some departures if it is time to; answers how many. Raises LineDown, Refused, PeerError.

        To be called when all that was written here is sent and all that the centre has is fetched.
        """
        if self._boot() < self._next:
            return 0
        self._next = self._boot() + EVERY_S
        left = self._left(now)
        self._same = {departure: None for departure in left if departure in self._same}
        self._tries = {departure: self._tries[departure] for departure in left if departure in self._tries}
        due = sorted((each for each in left if each not in self._same), key=lambda each: self._tries.get(each, 0))
        for departure in due[:AT_ONCE]:
            self._compare(departure)
        return len(due[:AT_ONCE])

    def _left(self, now: datetime) -> list[Departure]:
        from_ms, until_ms = (int((now - ago).timestamp() * 1000) for ago in (_UNTIL, _AFTER))
        return cast("list[Departure]", self._cache.all(_LEFT, from_ms, until_ms))

    def _compare(self, departure: Departure) -> None:
        here = self._count(departure)
        answer = self._line.digest(*departure, here.epoch)
        if answer.told == here.told and (answer.own is None or answer.own == here.own):
            self._same[departure] = None
            self._tries.pop(departure, None)
            return
        tries = self._tries[departure] = self._tries.get(departure, 0) + 1
        if tries == TRIES:
            service_date, trip = departure
            self._line.digest_differs(
                DigestDiffers(
                    service_date=service_date, trip=trip, epoch=here.epoch, told=here.told, own=here.own, times=tries
                )
            )

    def _count(self, departure: Departure) -> _Counted:
        told = told_here(self._cache.all, *departure)
        epoch = None if self._journal is None else self._journal.epoch()
        if self._journal is None or epoch is None:
            return _Counted(told, None, None)
        own = own_here(self._journal, epoch.device, epoch.epoch.hex, *departure)
        return _Counted(told, own, epoch.epoch.hex)
