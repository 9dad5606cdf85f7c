"""What a centre that begins on a copy of its database may still sell: nothing of the departures that the copy knows.

Between the making of the copy and now, places that are free in it were given to tills, and the web sold some: nobody
here knows which. So none of them is given out again; they stand withheld, unsold, until those who have them say so.
Departures made from now on are shared out as always.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from sync.server.allotments import CENTRE, FREE, GONE, WITHHELD, Allotments
from sync.server.changes import Changes
from sync.server.places.taken import read_taken
from sync.server.schema import counts, departures, places, stations, tickets


def withhold_places(connection: Connection) -> int:
    """Withhold, at every station, what the centre itself could still sell or give; answers how many departures."""
    touched = 0
    for station in sorted(connection.execute(select(stations.c.station_id)).scalars()):
        changes = Changes(connection, station)
        allotments = Allotments(connection, changes, station)
        of_station = connection.execute(
            select(departures.c.service_date, departures.c.trip).where(departures.c.station_id == station)
        ).all()
        for date, trip in of_station:
            _withhold(connection, station, date, trip)
            allotments.tell_left(date, trip)
        changes.save()
        touched += len(of_station)
    return touched


def _withhold(connection: Connection, station: int, date: str, trip: str) -> None:
    of_seats = (places.c.station_id == station, places.c.service_date == date, places.c.trip == trip)
    unsold = places.c.seat.not_in(sorted(read_taken(connection, station, date, trip).sold_seats))
    connection.execute(
        update(places).where(*of_seats, places.c.holder.in_((FREE, CENTRE)), unsold).values(holder=WITHHELD)
    )
    of_counts = (counts.c.station_id == station, counts.c.service_date == date, counts.c.trip == trip)
    connection.execute(
        update(counts).where(*of_counts, counts.c.holder.in_((FREE, GONE))).values(granted=counts.c.returned)
    )
    sold = (
        select(func.count())
        .select_from(tickets)
        .where(
            tickets.c.station_id == station,
            tickets.c.service_date == date,
            tickets.c.trip == trip,
            tickets.c.issuer == CENTRE,
            tickets.c.state == "valid",
        )
        .scalar_subquery()
    )
    connection.execute(
        update(counts).where(*of_counts, counts.c.holder == CENTRE).values(granted=counts.c.returned + sold)
    )
