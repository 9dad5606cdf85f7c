"""A station's timetable as data, and the departures that follow from it.

A line leaves every so many minutes between its first and last time of day, at the station's local time. A trip is named
by the line and its local time (`QD0930`); that is unique within a service day, which runs from 03:00 to 03:00.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
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


class Timetable(_Part):
    """All of it; the first stop that a line calls at is not the station's own."""

    about: str = ""
    station: StationPart
    check_in: CheckInPart
    horizon: HorizonPart
    stops: tuple[StopPart, ...]
    lines: tuple[LinePart, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = {stop.id for stop in self.stops}
        if len(known) != len(self.stops):
            raise ValueError("a stop is listed twice")
        if len({line.code for line in self.lines}) != len(self.lines):
            raise ValueError("a line is listed twice")
        if self.station.stop not in known:
            raise ValueError("the station's own stop is not among the stops")
        for line in self.lines:
            if strangers := [call.stop for call in line.stops if call.stop not in known]:
                raise ValueError(f"line {line.code} calls at {strangers[0]}, which is not among the stops")
            if line.seats is not None and line.seats != line.places:
                raise ValueError(f"line {line.code} has numbered seats, so places must equal seats")
        if self.check_in.closes_minutes >= self.check_in.opens_minutes:
            raise ValueError("check-in closes before it opens")
        ZoneInfo(self.station.timezone)
        return self

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
        """Every departure that leaves at or after `start` and before `end` (aware), line by line."""
        zone = self.zone
        day, last_day = start.astimezone(zone).date(), end.astimezone(zone).date()
        while day <= last_day:
            for line in self.lines:
                for run, local in enumerate(line.times()):
                    at = datetime.combine(day, local, zone).astimezone(UTC)
                    if start <= at < end:
                        yield self._departure(line, at, local, run)
            day += timedelta(days=1)

    def _departure(self, line: LinePart, at: datetime, local: time, run: int) -> Departure:
        return Departure(
            service_date=service_date(at, self.zone),
            trip=f"{line.code}{local:%H%M}",
            departs_at=at,
            boarding=self.station.stop,
            gate=line.gate,
            bay=line.bay,
            plate=line.plates[run % len(line.plates)],
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
