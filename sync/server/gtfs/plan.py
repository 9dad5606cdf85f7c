"""What a feed does not say about a station: its number, gates, coaches, check-in, and a tariff. A TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sync.server.timetable import CheckInPart, HorizonPart, Names, StopId
from tickets.departures import IdentityPolicy
from tickets.errors import EnvironmentFault

Short = Annotated[str, Field(min_length=1, max_length=16)]
Places = Annotated[int, Field(ge=1, le=255)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tariff(_Part):
    """Fares where a feed has none: `base` and `per_km` in fen, rounded up to `rounded_to`, at least `least`.

    Kilometres are straight lines times `detour`.
    """

    base: Annotated[int, Field(ge=0, le=100_000)] = 0
    per_km: Annotated[int, Field(ge=0, le=10_000)]
    least: Annotated[int, Field(ge=0, le=100_000)] = 0
    rounded_to: Annotated[int, Field(ge=1, le=10_000)] = 100
    detour: Annotated[float, Field(ge=1, le=5)] = 1.25


class Coach(_Part):
    """How a route is run. `seats` 0: no numbered seats, and `places` says how many may travel."""

    gate: Short | None = None
    bay: Short | None = None
    seats: Annotated[int, Field(ge=0, le=255)] | None = None
    places: Places | None = None
    identity: IdentityPolicy | None = None
    plates: tuple[Annotated[str, Field(min_length=1, max_length=16)], ...] | None = None

    def over(self, other: Coach) -> Coach:
        """This one, and what the other says where this one says nothing."""
        mine = {name: value for name, value in self if value is not None}
        if "seats" in mine and mine["seats"] and "places" not in mine:
            mine["places"] = mine["seats"]
        return Coach.model_validate({name: value for name, value in other if value is not None} | mine)


class StationPlan(_Part):
    """All of it. `stop` is the station's stop_id in the feed; `route` is by route_id or short name."""

    stop: Annotated[str, Field(min_length=1)]
    code: Annotated[int, Field(ge=1, le=2**31 - 1)]
    name: Names | None = None
    operator: Names | None = None
    timezone: str | None = None
    check_in: CheckInPart = CheckInPart(opens_minutes=40, closes_minutes=3)
    horizon: HorizonPart = HorizonPart(behind_minutes=45, ahead_minutes=720)
    coach: Coach
    route: dict[str, Coach] = {}
    tariff: Tariff | None = None
    numbers: dict[str, StopId] = {}
    names: dict[str, Names] = {}

    @field_validator("timezone")
    @classmethod
    def _there_is_such_a_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError("there is no such time zone")
        return value

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a plan. EnvironmentFault naming what is wrong with it."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text("utf-8")))
        except OSError as error:
            raise EnvironmentFault(f"the plan {path} cannot be read: {error.strerror}", "give its path") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise EnvironmentFault(f"the plan {path} is not TOML", str(error)) from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise EnvironmentFault(
                f"the plan {path} cannot be used: {place}: {first['msg']}", "see docs/timetables.md and correct it"
            ) from error
