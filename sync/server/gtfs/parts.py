"""What a feed says, as values: only what a station's timetable needs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop, platform or station. `place` is where travellers say they go: its station, or itself."""

    stop: str
    name: str
    place: str
    zone: str
    latitude: float | None
    longitude: float | None
    platform: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route by its names; `coach` is false where something else than a bus or coach runs on it."""

    route: str
    agency: str
    short_name: str
    long_name: str
    coach: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A trip and the line of `trips.txt` that it is in."""

    trip: str
    route: str
    service: str
    short_name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A trip at a stop: seconds of the service day, None where the feed leaves them to be worked out."""

    sequence: int
    stop: str
    arrives: int | None
    leaves: int | None
    boards: bool
    alights: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The days of a service: a range of weekdays ("1111100", Monday first), with days added and removed."""

    first: date
    last: date
    weekdays: str
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def last_day(self) -> date | None:
        """The last day on which it runs, None if there is none."""
        days = set(self.added)
        at = self.last
        while at >= self.first and "1" in self.weekdays:
            if self.weekdays[at.weekday()] == "1" and at not in self.removed:
                days.add(at)
                break
            at -= timedelta(days=1)
        return max(days, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """A row of `frequencies.txt`: from `start` until before `end`, every `seconds`."""

    start: int
    end: int
    seconds: int
    exact: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FareRule:
    """A row of `fare_rules.txt`; an empty member does not matter."""

    route: str
    origin: str
    destination: str
    contains: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fare:
    """A fare in fen and the rules that say when it holds: any of them, or always where there is none."""

    fare: str
    fen: int
    agency: str
    rules: Sequence[FareRule] = ()


@dataclass(slots=True, kw_only=True)
class Content:
    """All of a feed that concerns the trips which call at one station; `spoilt` are ids whose own row was wrong."""

    agencies: dict[str, str] = field(default_factory=dict)
    timezone: str = ""
    language: str = ""
    stops: dict[str, Stop] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    trips: dict[str, Trip] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=dict)
    every: dict[str, list[Every]] = field(default_factory=dict)
    fares: Sequence[Fare] = ()
    translations: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)
    """By table, field, language (`en`, `zh`), and record id or field value."""
    spoilt: set[tuple[str, str]] = field(default_factory=set)
