"""The contract about places between a till and the centre. Spelt as in `sync.wire`; every call is signed by the device.

| call | body | answer |
|---|---|---|
| `POST /v1/sync/places` | `PlacesAsk` | `PlacesAnswer`; the same ask gets the same for ever, 409 for another wish |

What is given belongs to the till from the moment of the answer on, and is in its allotment record too. A till that does
not hear the answer finds it there later and may sell it then.

`RecallBody` is how the centre asks for places back. A till obeys when it can, by its own *returned* fact, and never
gives back what is set aside or sold; nothing is taken from one that does not.
"""

from typing import Annotated

from pydantic import Field

from sync.wire import AllotmentBody, Hex32, IsoDate, Seat, TripCode, Wire

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
