"""Whose station this is: its names and its zone, wherever they are kept."""

from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from kiosk.paper.face import Words
from sync.wire.records import StationBody
from tickets.service_day import CHINA


@dataclass(frozen=True, slots=True, kw_only=True)
class StationWords:
    """What papers and screens say of a station."""

    name: Words = ("本站", "This station")
    operator: Words = ("客运站", "Coach station")
    zone: ZoneInfo = CHINA

    @classmethod
    def of(cls, body: StationBody | None) -> Self:
        """From the centre's record; plain words while that is not known."""
        if body is None:
            return cls()
        return cls(name=body.name, operator=body.operator, zone=ZoneInfo(body.timezone))
