"""A departure that the timetable does not have: another coach like one of the day, put on by the office."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select

from sync.server.allotments import Allotments
from sync.server.changes import Changes
from sync.server.devices import active_tills
from sync.server.office import NotDone
from sync.server.places.books import find_departure
from sync.server.schema import departures
from sync.server.settings import Policy
from sync.server.timetable import Timetable
from sync.wire.places import OfficeDeparture
from tickets.departures import Departure, DepartureState
from tickets.reading import ms_of
from tickets.service_day import service_date, service_day_bounds

_NOT_THERE: Final = NotDone(
    status=404, what="there is no such departure to go by", hint="take one of the same service day"
)
_OTHER: Final = NotDone(status=409, what="another departure has this trip", hint="give the new one a trip of its own")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_THE_TIMETABLES: Final = NotDone(
    status=409, what="the timetable has a departure of this trip that day", hint="give the new one a trip of its own"
)
_OTHER_DAY: Final = NotDone(
    status=400, what="this time is not of that service day", hint="a service day ends at 03:00, local time"
)


def add_departure(
    connection: Connection, changes: Changes, station: int, timetable: Timetable, policy: Policy, asked: OfficeDeparture
) -> Departure | NotDone:
    """Make the departure, share its places out and tell everybody; the same again changes nothing.

    "The same" is by what was asked: the departure to go by may have another gate by now. A trip that `timetable` has
    that day is refused, made already or not: it will be made under this name.
    """
    date, zone = asked.service_date, timetable.zone
    planned = _planned(connection, station, date, asked.like)
    if planned is None:
        return _NOT_THERE
    at = EPOCH + timedelta(milliseconds=asked.departs_at)
    if service_date(at, zone).isoformat() != date:
        return _OTHER_DAY
    start, end = service_day_bounds(planned.service_date, zone)
    if any(each.trip == asked.trip for each in timetable.departures(start, end)):
        return _THE_TIMETABLES
    known = _planned(connection, station, date, asked.trip)
    if known is not None:
        now = find_departure(connection, station, date, asked.trip)
        return now if now is not None and _is_what(known, asked) else _OTHER
    shift = at - planned.departs_at
    places = asked.places or planned.places
    made = replace(
        planned,
        trip=asked.trip,
        departs_at=at,
        opens_at=planned.opens_at + shift,
        closes_at=planned.closes_at + shift,
        plate=asked.plate or planned.plate,
        gate=asked.gate or planned.gate,
        bay=asked.bay or planned.bay,
        places=places,
        seats=None if planned.seats is None else places,
        state=DepartureState.SCHEDULED,
        merged_into=None,
        acts=(),
    )
    body = made.to_record()
    row = {"station_id": station, "service_date": date, "trip": made.trip, "departs_ms": body["departs_at"]}
    connection.execute(insert(departures), [{**row, "body": json.dumps(body, ensure_ascii=False)}])
    changes.put("departure", f"{date}/{made.trip}", body, date)
    tills = [till.device for till in active_tills(connection, station)]
    Allotments(connection, changes, station).share_out([made], tills, policy)
    return made


def _is_what(known: Departure, asked: OfficeDeparture) -> bool:
    """Whether a departure that is there is the one asked for: at that time, and with all that the wish names."""
    named = ((asked.plate, known.plate), (asked.gate, known.gate), (asked.bay, known.bay), (asked.places, known.places))
    return ms_of(known.departs_at) == asked.departs_at and all(wish is None or wish == has for wish, has in named)


def _planned(connection: Connection, station: int, date: str, trip: str) -> Departure | None:
    """A departure as it was planned, before staff acted on it."""
    row = connection.execute(
        select(departures.c.body, departures.c.planned).where(
            departures.c.station_id == station, departures.c.service_date == date, departures.c.trip == trip
        )
    ).one_or_none()
    return None if row is None else Departure.from_record(json.loads(row.planned or row.body))
