"""What the centre knows of one departure's places at this moment: whose they are, which are sold, and by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from sync.server.allotments import CENTRE, FREE, GONE, SEATED, WITHHELD
from sync.server.places.taken import read_taken
from sync.server.rows import of_departure
from sync.server.schema import counts, departures, places
from sync.server.schema_places import past_places
from tickets.departures import Departure, DepartureState

_CENTRAL: Final = frozenset({CENTRE, FREE, GONE, SEATED, WITHHELD})

_DEPARTURE: Final = select(departures.c.body).where(*of_departure(departures))
_GRANTED: Final = select(counts.c.holder, counts.c.granted, counts.c.returned).where(*of_departure(counts))
_HELD: Final = select(places.c.seat, places.c.holder).where(*of_departure(places)).order_by(places.c.seat)
_ONCE_HAD: Final = select(past_places.c.device).where(*of_departure(past_places)).distinct()


@dataclass(frozen=True, slots=True, kw_only=True)
class TillBooks:
    """One till's places: `left` are those that it has neither sold nor set aside, as far as it has reported; `seats`
    which those are, where places are numbered. `sold` is how many it sold or set aside that were not taken back since.
    """

    left: int
    sold: int
    seats: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One departure. `free` and `web` are what the centre can still give; `free_seats` and `web_seats` which those are,
    where places are numbered. `total` is how many places its coach has.
    """

    departure: Departure
    numbered: bool
    total: int
    sold: int
    free: int
    web: int
    free_seats: tuple[int, ...]
    web_seats: tuple[int, ...]
    tills: Mapping[str, TillBooks]

    @property
    def on_sale(self) -> bool:
        """Whether it goes, as itself."""
        return self.departure.state is DepartureState.SCHEDULED and self.departure.merged_into is None


def find_departure(connection: Connection, station: int, date: str, trip: str) -> Departure | None:
    """A departure as the centre tells it, or None."""
    here = {"station": station, "date": date, "coach": trip}
    text = connection.execute(_DEPARTURE, here).scalar_one_or_none()
    return None if text is None else Departure.from_record(json.loads(text))


def read_books(connection: Connection, station: int, date: str, trip: str) -> Books | None:
    """The books of a departure; None when the station has none of this name."""
    departure = find_departure(connection, station, date, trip)
    if departure is None:
        return None
    here = {"station": station, "date": date, "coach": trip}
    taken = read_taken(connection, station, date, trip)
    sold = sum(taken.sold.values())
    granted = connection.execute(_GRANTED, here).all()
    if granted:
        had = {row.holder: row.granted - row.returned for row in granted}
        return Books(
            departure=departure,
            numbered=False,
            total=departure.places if departure.seats is None else min(departure.places, departure.seats),
            sold=sold,
            free=max(0, had.get(FREE, 0)),
            web=max(0, had.get(CENTRE, 0) - taken.sold.get(CENTRE, 0)),
            free_seats=(),
            web_seats=(),
            tills={
                holder: TillBooks(left=max(0, number - taken.spent.get(holder, 0)), sold=taken.sold.get(holder, 0))
                for holder, number in had.items()
                if holder not in _CENTRAL
            },
        )
    held: dict[str, list[int]] = {}
    for each in connection.execute(_HELD, here):
        held.setdefault(each.holder, []).append(each.seat)
    gone = taken.seats
    unsold = {holder: tuple(seat for seat in seats if seat not in gone) for holder, seats in held.items()}
    known = {*held, *taken.spent, *connection.execute(_ONCE_HAD, here).scalars()} - _CENTRAL
    return Books(
        departure=departure,
        numbered=True,
        total=sum(len(seats) for holder, seats in held.items() if holder != GONE),
        sold=sold,
        free=len(unsold.get(FREE, ())),
        web=len(unsold.get(CENTRE, ())),
        free_seats=unsold.get(FREE, ()),
        web_seats=unsold.get(CENTRE, ()),
        tills={
            till: TillBooks(left=len(unsold.get(till, ())), sold=taken.sold.get(till, 0), seats=unsold.get(till, ()))
            for till in sorted(known)
        },
    )
