"""Comparing over the line: one number for all that is known of a departure, asked of the centre and counted here.

| call | signed by the device | body | answer |
|---|---|---|---|
| `GET /v1/sync/digest?service_date=&trip=&epoch=` | yes | – | `DigestAnswer` |
| `POST /v1/sync/digest` | yes | `DigestDiffers` | `DigestAnswer` |

Each digest is made as `sync.comparing.digest` says. `told` is of what terminals are told: tickets in their latest
state, the record `use` of each use of them, allotments. `own` is of what the asking device has reported: tickets as it
issued them (state `valid`), its uses, and money of one journal epoch, taken and returned for orders on the departure.
"""

from pydantic import Field

from sync.wire.types import Hex32, Hex64, IsoDate, TripCode, Wire


class DigestAnswer(Wire):
    """What the centre counts. `own` is None when no epoch was named, or one that is not the device's; and of a
    departure for which the device may have done something before its journal was lost: the present one lacks that.
    """

    service_date: IsoDate
    trip: TripCode
    told: Hex64
    own: Hex64 | None = None


class DigestDiffers(Wire):
    """What a device counts, after it has asked `times` and found another number each time: staff are told."""

    service_date: IsoDate
    trip: TripCode
    epoch: Hex32 | None = None
    told: Hex64
    own: Hex64 | None = None
    times: int = Field(ge=1, le=1000)
