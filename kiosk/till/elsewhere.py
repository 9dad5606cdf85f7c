"""Places that the centre has and this till does not: how many, asked for, and given.

A till sells its own places, line or no line. Where those are too few for whoever stands here, the centre is asked, once
and for at most a second; what it gives is this till's from its answer on, also if the answer is never heard: then the
till finds it in its allotment and sells it to somebody else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from kiosk.till.caller import Calls
from sync.cache.reader import CacheReader
from sync.journal.order_reader import Grant
from sync.line.faults import LineDown
from sync.wire.places import MOST_ASKED, PlacesAnswer, PlacesAsk

ANSWER_WITHIN: Final = 1.0
"""Seconds that a passenger waits for the centre before the till sells what it has."""
QUIET: Final = 10.0
"""Seconds after an ask that nobody answered in which no other is made: the line is down, whatever sync still thinks."""
HEARD_WITHIN: Final = timedelta(seconds=90)
"""The line is taken for up while the cache was in step within this time."""
_KEY: Final = "places"


class PlaceCalls(Protocol):
    """How the centre is asked for places. Raises LineDown, Refused or PeerError."""

    def ask_places(self, ask: PlacesAsk) -> PlacesAnswer:
        """Give this till places: all that it asks for, or none. The same ask again gets the same."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


@dataclass(frozen=True, slots=True)
class _Departure:
    service_date: date
    trip: str


class Elsewhere:
    """The centre's places as this till can have them; belongs to the till's thread. Without `centre` there are none."""

    def __init__(
        self,
        cache: CacheReader,
        now: Callable[[], datetime],
        *,
        centre: PlaceCalls | None = None,
        line: Calls | None = None,
        clock: Callable[[], float] = lambda: 0.0,
        new_id: Callable[[], UUID] = lambda: UUID(int=0),
    ) -> None:
        """`now` is trusted time, `clock` monotonic seconds; `line` waits for the centre on a thread of its own."""
        self._cache = cache
        self._now = now
        self._centre = centre
        self._line = line
        self._clock = clock
        self._new_id = new_id
        self._given: dict[_Departure, Grant] = {}
        self._open: _Departure | None = None
        self._until = 0.0
        self._quiet_until = float("-inf")

    def up(self) -> bool:
        """Whether the centre can be asked now."""
        if self._centre is None or self._line is None or self._clock() < self._quiet_until:
            return False
        status, age = self._cache.status(), self._cache.age(self._now())
        return status is not None and status.line_up and age is not None and age <= HEARD_WITHIN

    def left(self, service_date: date, trip: str) -> int:
        """How many places the centre has left there, at least, as far as it has told; ask only while `up`."""
        return self._cache.pool(service_date, trip)

    def given(self, service_date: date, trip: str) -> Grant:
        """What answers said that this till was ever granted there; the cache may not have it yet."""
        return self._given.get(_Departure(service_date, trip), _NOTHING)

    @property
    def asking(self) -> bool:
        """Whether an answer may still come in time."""
        return self._open is not None and self._clock() < self._until

    def ask(self, service_date: date, trip: str, count: int, seats: tuple[int, ...] = ()) -> bool:
        """Ask for `count` places more, of these `seats` if it may be. False when the centre cannot be asked now."""
        if self._centre is None or self._line is None or not self.up() or not 1 <= count <= MOST_ASKED:
            return False
        if self._line.asking(_KEY):
            return False
        wish = PlacesAsk(
            ask=self._new_id().hex, service_date=service_date.isoformat(), trip=trip, count=count, seats=seats
        )
        centre = self._centre
        self._open, self._until = _Departure(service_date, trip), self._clock() + ANSWER_WITHIN
        self._line.ask(_KEY, lambda: centre.ask_places(wish))
        return True

    def work(self) -> None:
        """Take in what was answered. Too late for whoever asked, it is still this till's."""
        if self._line is None:
            return
        if self._open is not None and self._clock() >= self._until and self._line.asking(_KEY):
            self._quiet_until = self._clock() + QUIET
            self._open = None
        for answer in self._line.answers():
            self._open = None
            if isinstance(answer.fault, LineDown):
                self._quiet_until = self._clock() + QUIET
            if isinstance(answer.value, PlacesAnswer) and answer.value.allotment is not None:
                body = answer.value.allotment
                key = _Departure(date.fromisoformat(body.service_date), body.trip)
                before = self._given.get(key, _NOTHING)
                self._given[key] = union(before, Grant(seats=frozenset(body.seats or ()), count=body.count or 0))

    def close(self) -> None:
        """Ask nothing more."""
        if self._line is not None:
            self._line.close()
        if self._centre is not None and self._open is None:
            self._centre.close()


def union(one: Grant, other: Grant) -> Grant:
    """All that two tellings of one grant say: a grant only grows, so the larger is the newer."""
    return Grant(seats=one.seats | other.seats, count=max(one.count, other.count))


_NOTHING: Final = Grant()
