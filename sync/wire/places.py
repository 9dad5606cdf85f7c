"""The contract about places between a till and the centre. Spelt as in `types`; every call is signed by the device.

| call | body | answer |
|---|---|---|
| `POST /v1/sync/places` | `PlacesAsk` | `PlacesAnswer`; the same ask gets the same for ever, 409 for another wish |
| `POST /v1/office/departures` (office token) | `OfficeDeparture` | `DepartureBody`; 400, 404, 409, 422 |
| `GET /v1/office/seating?service_date=&trip=` (office token) | – | `OfficeSeating` |

What is given belongs to the till from the moment of the answer on, and is in its allotment record too. A till that does
not hear the answer finds it there later and may sell it then.

`RecallBody` is how the centre asks for places back. A till obeys when it can, by its own *returned* fact, and never
gives back what is set aside or sold; nothing is taken from one that does not.
"""

from typing import Annotated

from pydantic import Field

from sync.wire.records import AllotmentBody
from sync.wire.types import Digits, Hex32, IsoDate, Millis, Seat, TripCode, Wire

MOST_ASKED = 9
"""Most places in one ask."""


class PlacesAsk(Wire):
    """A till wants `count` places more of a departure, of these `seats` if there are any it would like best.

    All or nothing: fewer would not be enough for the passengers who wait.
    """

    ask: Hex32
    service_date: IsoDate
    trip: TripCode
    count: Annotated[int, Field(ge=1, le=MOST_ASKED)]
    seats: tuple[Seat, ...] = Field(default=(), max_length=MOST_ASKED)


class PlacesAnswer(Wire):
    """What this ask was given: `seats`, or `count` where places are only counted; none of either when it was given
    nothing. `allotment` is all that the till was ever granted there, as its record says; `left` is how many places
    the centre still has, at least.
    """

    seats: tuple[Seat, ...] = ()
    count: Annotated[int, Field(ge=0)] = 0
    allotment: AllotmentBody | None = None
    left: Annotated[int, Field(ge=0)] = 0


# ---------------------------------------------------------------- for the office


class OfficeDeparture(Wire):
    """Let another coach go (加班车): as `like` of the same service day, at another time, under a trip of its own.

    The same again changes nothing. What is left out is as the other's; `places` is how many seats it has, too, where
    they are numbered.
    """

    service_date: IsoDate
    like: TripCode
    trip: TripCode
    departs_at: Millis
    plate: str | None = Field(default=None, min_length=1, max_length=16)
    gate: str | None = Field(default=None, min_length=1, max_length=16)
    bay: str | None = Field(default=None, min_length=1, max_length=16)
    places: Annotated[int, Field(ge=1, le=255)] | None = None


class OfficeSeating(Wire):
    """Who sits elsewhere than the ticket says on a coach, and the tickets for which there is no seat."""

    service_date: IsoDate
    trip: TripCode
    seats: dict[Digits, Seat] = Field(default_factory=dict)
    without: tuple[Digits, ...] = ()
