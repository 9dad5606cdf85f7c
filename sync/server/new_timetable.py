"""A new timetable in the place of a station's old one, while departures of the old one are on sale.

What has not been made yet simply follows the new one. A departure that exists, and has not left, is compared with it:

- gone from the timetable: it is cancelled, which everybody who has a ticket for it, sold with or without a line, can
  be told at any machine;
- there with other times, gate, bay, stops or fares: it is changed, and tickets keep their trip;
- there with other seats or places: it keeps those that it has, because they are shared out to tills already; a
  replacement coach is the way to change them;
- cancelled by an earlier timetable and back in this one: it goes again;
- added by hand, in neither timetable: it stays as it is.

What staff have done to a departure stays done, on top of the new plan.

A timetable may be `partial`: made of a feed with errors. What is missing in it may be missing by mistake, and tills
that have not reported may have sold it, so nothing is taken away by it unasked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, select, update

from sync.server.changes import Changes
from sync.server.schema import departures, staff_acts, stations, tickets
from sync.server.timetable import Timetable, read_timetable
from tickets.departures import Departure, DepartureState
from tickets.staff import read_fact
from tickets.standing import with_acts

_LONG: Final = timedelta(minutes=15)
"""A departure that moves by more is one that its passengers may miss, or wait for."""


class What(StrEnum):
    """What a new timetable does to a departure that exists."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    CHANGED = "changed"
    RESTORED = "restored"
    KEEPS_PLACES = "keeps places"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One departure that is to be otherwise than it was. `sold` counts the good tickets that the centre knows of, and
    `stranded` those of them to a stop where it will not call any more; tills that have not reported may have sold more.
    `partial` says whether the new timetable may have left out something by mistake.
    """

    service_date: str
    trip: str
    what: tuple[What, ...]
    sold: int
    stranded: int
    partial: bool
    was: Departure
    planned: Departure

    @property
    def grave(self) -> bool:
        """Whether people with tickets have to be told: it does not go, or not when or where they think."""
        gone = What.CANCELLED in self.what
        if self.partial and (gone or _stops(self.was) - _stops(self.planned)):
            return True
        late = abs(self.planned.departs_at - self.was.departs_at) > _LONG
        return self.sold > 0 and (gone or late or self.stranded > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableChange:
    """What a new timetable changes, and whether it was taken."""

    differences: Sequence[Difference]
    done: bool


def take_place(
    connection: Connection,
    changes: Changes,
    station: int,
    timetable: Timetable,
    now: datetime,
    *,
    accept: bool,
    partial: bool,
) -> TimetableChange:
    """Put `timetable` in the place of the station's, unless people with tickets would have to be told (`grave`) and
    nobody has accepted that. What of it has to be made now, and the places of what it changes, are for the caller.
    """
    found = differences(connection, station, timetable, now, partial=partial)
    if not accept and any(each.grave for each in found):
        return TimetableChange(differences=found, done=False)
    old = _timetable(connection, station)
    _apply(connection, changes, station, timetable, found)
    _tell_station(changes, old, timetable, _called_at(connection, station))
    return TimetableChange(differences=found, done=True)


def differences(
    connection: Connection, station: int, timetable: Timetable, now: datetime, *, partial: bool
) -> list[Difference]:
    """What `timetable` changes of the departures that exist and have not left at `now`, in order of time."""
    rows = connection.execute(
        select(departures.c.service_date, departures.c.trip, departures.c.body, departures.c.planned)
        .where(departures.c.station_id == station, departures.c.departs_ms > int(now.timestamp() * 1000))
        .order_by(departures.c.departs_ms, departures.c.trip)
    ).all()
    plans = [Departure.from_record(json.loads(row.body if row.planned is None else row.planned)) for row in rows]
    if not plans:
        return []
    begin, end = now - timedelta(days=1), max(plan.departs_at for plan in plans) + timedelta(days=1)
    coming = {(each.service_date, each.trip): each for each in timetable.departures(begin, end)}
    before = {(each.service_date, each.trip) for each in _timetable(connection, station).departures(begin, end)}
    found = []
    for plan in plans:
        there = coming.get((plan.service_date, plan.trip))
        if there is None and (plan.service_date, plan.trip) not in before:
            continue  # added by hand, or cancelled by an earlier timetable: not this one's to take away
        planned = _gone(plan) if there is None else _there(plan, there)
        what = _what(plan, planned, there)
        if what:
            date = plan.service_date.isoformat()
            sold = _sold(connection, station, date, plan.trip)
            found.append(
                Difference(
                    service_date=date,
                    trip=plan.trip,
                    what=what,
                    sold=sum(sold.values()),
                    stranded=sum(count for stop, count in sold.items() if stop not in _stops(planned)),
                    partial=partial,
                    was=plan,
                    planned=planned,
                )
            )
    return found


def _apply(
    connection: Connection, changes: Changes, station: int, timetable: Timetable, found: Sequence[Difference]
) -> None:
    """Put the timetable in the place of the old one, with these differences. Doing it again changes nothing."""
    connection.execute(
        update(stations).where(stations.c.station_id == station).values(timetable=timetable.model_dump_json())
    )
    for each in found:
        here = (
            departures.c.station_id == station,
            departures.c.service_date == each.service_date,
            departures.c.trip == each.trip,
        )
        signed = connection.execute(
            select(staff_acts.c.bytes).where(
                staff_acts.c.station_id == station,
                staff_acts.c.service_date == each.service_date,
                staff_acts.c.trip == each.trip,
            )
        ).scalars()
        facts = [read_fact(data) for data in signed]
        planned = json.dumps(each.planned.to_record(), ensure_ascii=False)
        told = with_acts(each.planned, facts).to_record()
        connection.execute(
            update(departures)
            .where(*here)
            .values(
                departs_ms=int(each.planned.departs_at.timestamp() * 1000),
                body=json.dumps(told, ensure_ascii=False),
                planned=planned if facts else None,
            )
        )
        changes.put("departure", f"{each.service_date}/{each.trip}", told, each.service_date)


def _tell_station(changes: Changes, old: Timetable, new: Timetable, called: set[int]) -> None:
    """Let terminals have the station and its stops as they now are; a stop goes when no departure calls there."""
    if new.station != old.station:
        changes.put("station", "", new.station.model_dump(mode="json"))
    before = {stop.id: stop for stop in old.stops}
    for stop in new.stops:
        if before.pop(stop.id, None) != stop:
            changes.put("stop", str(stop.id), stop.model_dump(mode="json"))
    for number in sorted(before.keys() - called):
        changes.drop("stop", str(number))


def _called_at(connection: Connection, station: int) -> set[int]:
    """The stops that departures which the centre still knows call at."""
    bodies = connection.execute(select(departures.c.body).where(departures.c.station_id == station)).scalars()
    return {call["stop"] for body in bodies for call in json.loads(body)["stops"]}


def _timetable(connection: Connection, station: int) -> Timetable:
    kept = connection.execute(select(stations.c.timetable).where(stations.c.station_id == station)).scalar_one()
    return read_timetable(kept, f"of station {station}")


def _gone(plan: Departure) -> Departure:
    return replace(plan, state=DepartureState.CANCELLED)


def _there(plan: Departure, there: Departure) -> Departure:
    return replace(there, seats=plan.seats, places=plan.places, plate=there.plate or plan.plate)


def _what(plan: Departure, planned: Departure, there: Departure | None) -> tuple[What, ...]:
    what = []
    if planned.state is not plan.state:
        what.append(What.CANCELLED if there is None else What.RESTORED)
    if planned.departs_at != plan.departs_at:
        what.append(What.MOVED)
    if (
        replace(planned, state=plan.state, departs_at=plan.departs_at, opens_at=plan.opens_at, closes_at=plan.closes_at)
        != plan
    ):
        what.append(What.CHANGED)
    if there is not None and (there.seats, there.places) != (plan.seats, plan.places):
        what.append(What.KEEPS_PLACES)
    return tuple(what)


def _stops(plan: Departure) -> set[int]:
    return {call.stop for call in plan.stops}


def _sold(connection: Connection, station: int, date: str, trip: str) -> dict[int, int]:
    """How many good tickets there are to each stop."""
    found = connection.execute(
        select(tickets.c.alighting, func.count().label("sold"))
        .where(
            tickets.c.station_id == station,
            tickets.c.service_date == date,
            tickets.c.trip == trip,
            tickets.c.state == "valid",
        )
        .group_by(tickets.c.alighting)
    )
    return {row.alighting: row.sold for row in found}
