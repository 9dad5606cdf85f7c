"""What a ticket is for: which coach, from where to where, who sits where, for how much."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from tickets.money import Fen

TAG_BYTES = 8
MOST_CHILDREN = 9
HIGHEST_FARE = Fen(10_000_000)
EPOCH = date(1970, 1, 1)


class TicketKind(IntEnum):
    """Who travels. The numbers are written in tickets: they are never reused."""

    ADULT = 0
    CHILD = 1
    CONCESSION = 2
    FREE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One passenger's journey as sold. `children` are carried free on the same seat and walk through with its holder.

    `seat` is None on a coach without fixed seats. `tag` is the identity tag (8 bytes), or b"" where the line does not
    ask for a name. Stops are the numbers of the station's list. Raises ValueError for anything out of range.
    """

    service_date: date
    trip: str
    boarding: int
    alighting: int
    seat: int | None
    kind: TicketKind
    children: int
    fare: Fen
    tag: bytes

    def __post_init__(self) -> None:
        """Refuses what no station sells, so that nothing later has to ask again."""
        if not (1 <= len(self.trip) <= 16 and self.trip.isascii() and self.trip.isprintable()):
            raise ValueError("a trip is named by 1 to 16 printable ASCII characters")
        if self.service_date < EPOCH:
            raise ValueError("a service date is not before 1970")
        _within("boarding stop", self.boarding, 0, 2**32 - 1)
        _within("alighting stop", self.alighting, 0, 2**32 - 1)
        if self.seat is not None:
            _within("seat", self.seat, 1, 255)
        _within("number of carried children", self.children, 0, MOST_CHILDREN)
        _within("fare in fen", self.fare, 0, HIGHEST_FARE)
        if len(self.tag) not in (0, TAG_BYTES):
            raise ValueError("an identity tag has 8 bytes, or none")

    @property
    def persons(self) -> int:
        """How many walk through the gate with this ticket."""
        return self.children + 1


def _within(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{what} is not between {least} and {most}")
