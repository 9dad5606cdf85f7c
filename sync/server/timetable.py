"""A station's timetable as data, and the departures that follow from it.

A line leaves every so many minutes between its first and last time of day, at the station's local time. A trip is named
by the line and its local time (`QD0930`); that is unique within a service day, which runs from 03:00 to 03:00.

A timetable that came from elsewhere (`sync.server.gtfs`) has runs instead: each a trip by name with days of its own.
Their times may be past midnight of the day that they are listed for; which service day a coach belongs to follows from
when it really leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tickets.departures import Departure, IdentityPolicy, StopCall
from tickets.errors import EnvironmentFault
from tickets.money import Fen
from tickets.service_day import service_date

Names = tuple[str, str]
"""A name in Chinese and in English."""
LineCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]
TripName = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,16}$")]
StopId = Annotated[int, Field(ge=0, le=2**32 - 1)]
DEMO: Final = Path(__file__).parents[2] / "assets" / "timetable.json"
"""The demonstration timetable that comes with the product."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StationPart(_Part):
    """Who the station is; `stop` is its own stop, where passengers board."""

    code: Annotated[int, Field(ge=1, le=2**31 - 1)]
    name: Names
    operator: Names
    timezone: str
    stop: StopId


class CheckInPart(_Part):
    """When the gates take a departure's passengers, in minutes before it leaves."""

    opens_minutes: Annotated[int, Field(ge=1, le=600)]
    closes_minutes: Annotated[int, Field(ge=0, le=120)]


class HorizonPart(_Part):
    """Which departures exist at any moment: from so many minutes ago to so many minutes ahead."""

    behind_minutes: Annotated[int, Field(ge=0, le=1440)]
    ahead_minutes: Annotated[int, Field(ge=1, le=21600)]


class StopPart(_Part):
    """A stop by its names; `popular` is larger where more people go."""

    id: StopId
    name: Names
    pinyin: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    initials: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    popular: Annotated[int, Field(ge=0)]


class CallPart(_Part):
    """A stop of a line: the full fare to it in fen, and the minutes from departure."""

    stop: StopId
    fare: Annotated[int, Field(ge=0, le=10_000_000)]
    minutes: Annotated[int, Field(ge=1, le=6000)]


class LinePart(_Part):
    """A line. `seats` is null on a coach without numbered seats; `places` is how many may travel in any case."""

    code: LineCode
    first: time
    last: time
    every_minutes: Annotated[int, Field(ge=1, le=1440)]
    gate: Annotated[str, Field(min_length=1, max_length=16)]
    bay: Annotated[str, Field(min_length=1, max_length=16)]
    seats: Annotated[int, Field(ge=1, le=255)] | None
    places: Annotated[int, Field(ge=1, le=255)]
    identity: IdentityPolicy
    plates: Annotated[tuple[str, ...], Field(min_length=1)]
    stops: Annotated[tuple[CallPart, ...], Field(min_length=1)]

    def times(self) -> Iterator[time]:
        """The local times of day at which it leaves."""
        minute, last = self.first.hour * 60 + self.first.minute, self.last.hour * 60 + self.last.minute
        for at in range(minute, last + 1, self.every_minutes):
            yield time(at // 60, at % 60)


class CalendarPart(_Part):
    """Days: those of `weekdays` ("1111100", Monday first) from `first` to `last`, with some added and some removed."""

    first: date
    last: date
    weekdays: Annotated[str, StringConstraints(pattern=r"^[01]{7}$")]
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def has(self, day: date) -> bool:
        """Whether this day is one of them."""
        if day in self.added:
            return True
        return self.first <= day <= self.last and self.weekdays[day.weekday()] == "1" and day not in self.removed

    def days(self) -> Iterator[date]:
        """All of them, in order."""
        first, last = min(self.first, *self.added, self.first), max(self.last, *self.added, self.last)
        for ahead in range((last - first).days + 1):
            if self.has(day := first + timedelta(days=ahead)):
                yield day


class RunPart(_Part):
    """A trip by its own name. It leaves `leaves_s` seconds after noon less twelve hours of each day of its calendar,
    which may be the next morning. `source` is what it is called where it came from.
    """

    trip: TripName
    source: str
    calendar: str
    leaves_s: Annotated[int, Field(ge=0, le=96 * 3600)]
    gate: Annotated[str, Field(min_length=1, max_length=16)]
    bay: Annotated[str, Field(min_length=1, max_length=16)]
    seats: Annotated[int, Field(ge=1, le=255)] | None
    places: Annotated[int, Field(ge=1, le=255)]
    identity: IdentityPolicy
    plates: tuple[str, ...] = ()
    stops: Annotated[tuple[CallPart, ...], Field(min_length=1)]

    def leaves_at(self, day: date, zone: ZoneInfo) -> datetime:
        """When it leaves for a day of its calendar, in UTC."""
        noon = datetime.combine(day, time(12), zone).astimezone(UTC)
        return noon - timedelta(hours=12) + timedelta(seconds=self.leaves_s)


class Timetable(_Part):
    """All of it; the first stop that a line calls at is not the station's own."""

    about: str = ""
    station: StationPart
    check_in: CheckInPart
    horizon: HorizonPart
    stops: tuple[StopPart, ...]
    lines: tuple[LinePart, ...]
    runs: tuple[RunPart, ...] = ()
    calendars: dict[str, CalendarPart] = {}

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = {stop.id for stop in self.stops}
        if len(known) != len(self.stops):
            raise ValueError("a stop is listed twice")
        if len({line.code for line in self.lines}) != len(self.lines):
            raise ValueError("a line is listed twice")
        if self.station.stop not in known:
            raise ValueError("the station's own stop is not among the stops")
        parts: list[tuple[str, LinePart | RunPart]] = [(f"line {line.code}", line) for line in self.lines]
        parts += [(f"trip {run.trip}", run) for run in self.runs]
        for name, each in parts:
            if strangers := [call.stop for call in each.stops if call.stop not in known]:
                raise ValueError(f"{name} calls at {strangers[0]}, which is not among the stops")
            if each.seats is not None and each.seats != each.places:
                raise ValueError(f"{name} has numbered seats, so places must equal seats")
        if unknown := {run.calendar for run in self.runs} - self.calendars.keys():
            raise ValueError(f"there is no calendar {min(unknown)}")
        self._every_departure_has_its_own_name()
        if self.check_in.closes_minutes >= self.check_in.opens_minutes:
            raise ValueError("check-in closes before it opens")
        ZoneInfo(self.station.timezone)
        return self

    def _every_departure_has_its_own_name(self) -> None:
        by_trip: dict[str, list[RunPart]] = {}
        for run in self.runs:
            by_trip.setdefault(run.trip, []).append(run)
        for line in self.lines:
            for at in line.times() if by_trip else ():
                if (name := f"{line.code}{at:%H%M}") in by_trip:
                    raise ValueError(f"trip {name} is also one of line {line.code}")
        for name, runs in by_trip.items():
            if len(runs) > 1:
                days = [day for run in runs for day in self.service_dates(run)]
                if len(set(days)) != len(days):
                    raise ValueError(f"trip {name} leaves twice on one service day")

    def service_dates(self, run: RunPart) -> Iterator[date]:
        """The service days on which a run leaves."""
        for day in self.calendars[run.calendar].days():
            yield service_date(run.leaves_at(day, self.zone), self.zone)

    def stop(self, number: int) -> StopPart | None:
        """The stop of this number, or None."""
        return next((stop for stop in self.stops if stop.id == number), None)

    @property
    def zone(self) -> ZoneInfo:
        """The station's own time zone."""
        return ZoneInfo(self.station.timezone)

    def horizon_at(self, now: datetime) -> tuple[datetime, datetime]:
        """From when to when departures are to exist at `now`."""
        return now - timedelta(minutes=self.horizon.behind_minutes), now + timedelta(minutes=self.horizon.ahead_minutes)

    def departures(self, start: datetime, end: datetime) -> Iterator[Departure]:
        """Every departure that leaves at or after `start` and before `end` (aware), line by line, then run by run."""
        zone = self.zone
        yield from self._of_lines(start, end, zone)
        first = start.astimezone(zone).date()
        for run in self.runs:
            calendar = self.calendars[run.calendar]
            over = run.leaves_s // 86_400 + 1
            for ahead in range(-over, (end.astimezone(zone).date() - first).days + 1):
                day = first + timedelta(days=ahead)
                if calendar.has(day) and start <= (at := run.leaves_at(day, zone)) < end:
                    plate = run.plates[day.toordinal() % len(run.plates)] if run.plates else ""
                    yield self._departure(run, at, run.trip, plate)

    def _of_lines(self, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Departure]:
        day, last_day = start.astimezone(zone).date(), end.astimezone(zone).date()
        while day <= last_day:
            for line in self.lines:
                for run, local in enumerate(line.times()):
                    at = datetime.combine(day, local, zone).astimezone(UTC)
                    if start <= at < end:
                        plate = line.plates[run % len(line.plates)]
                        yield self._departure(line, at, f"{line.code}{local:%H%M}", plate)
            day += timedelta(days=1)

    def _departure(self, line: LinePart | RunPart, at: datetime, trip: str, plate: str) -> Departure:
        return Departure(
            service_date=service_date(at, self.zone),
            trip=trip,
            departs_at=at,
            boarding=self.station.stop,
            gate=line.gate,
            bay=line.bay,
            plate=plate,
            seats=line.seats,
            places=line.places,
            stops=tuple(StopCall(stop=call.stop, fare=Fen(call.fare), minutes=call.minutes) for call in line.stops),
            opens_at=at - timedelta(minutes=self.check_in.opens_minutes),
            closes_at=at - timedelta(minutes=self.check_in.closes_minutes),
            identity=line.identity,
        )


def read_timetable(text: str, where: str) -> Timetable:
    """Read a timetable from JSON text. EnvironmentFault naming the first thing wrong, and `where` it was read."""
    try:
        return Timetable.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise EnvironmentFault(
            f"the timetable {where} cannot be used: {place}: {first['msg']}", "correct it and try again"
        ) from error


def load_timetable(path: Path = DEMO) -> Timetable:
    """Read a timetable file, by default the demonstration's. EnvironmentFault when it is absent or cannot be used."""
    try:
        return read_timetable(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise EnvironmentFault(
            f"the timetable {path} cannot be read: {error.strerror}", "give the path of a timetable file"
        ) from error
    except UnicodeDecodeError as error:
        raise EnvironmentFault(f"the timetable {path} is not text in UTF-8", "save it as UTF-8") from error
