"""What staff do to a departure, for its places: another coach, merged, cancelled, a silent till's places freed.

Nothing is taken from a till here but what staff free by name. What the centre has is put right at once; tills are asked
to give back what is not there any more, and seats that come back go to whoever is without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from sync.server.allotments import CENTRE, FREE, GONE, SEATED, Allotments, of_departure
from sync.server.changes import Changes
from sync.server.incidents import IncidentKind, report
from sync.server.places.books import Books, find_departure, read_books
from sync.server.places.freeing import Freeing
from sync.server.places.giving import Giving
from sync.server.places.left import tell_left
from sync.server.places.seating import Seating, Sold, seat_all
from sync.server.schema import counts, departures, incidents, places, records, tickets
from sync.server.schema_places import seatings
from sync.server.settings import Policy
from sync.wire.places import OfficeSeating
from tickets.departures import Departure, DepartureState
from tickets.staff import Act, StaffFact

_PLANNED: Final = select(departures.c.planned).where(*of_departure(departures))
_MOST_MERGES: Final = 8
_ABOUT_PLACES: Final = frozenset({Act.COACH, Act.MERGE, Act.CANCEL, Act.REINSTATE})


def read_seating(connection: Connection, station: int, date: str, trip: str) -> OfficeSeating:
    """Who sits elsewhere than the ticket says, as terminals were told; nobody where nothing was."""
    text = connection.execute(
        select(records.c.body).where(
            records.c.station_id == station, records.c.kind == "seating", records.c.key == f"{date}/{trip}"
        )
    ).scalar_one_or_none()
    if text is None:
        return OfficeSeating(service_date=date, trip=trip)
    return OfficeSeating.model_validate_json(text)


class Coaches:
    """Puts one station's places right, inside one write transaction."""

    def __init__(self, connection: Connection, changes: Changes, station: int, policy: Policy, now_ms: int) -> None:
        """`now_ms` is the centre's time."""
        self._connection = connection
        self._changes = changes
        self._station = station
        self._now_ms = now_ms
        self._allotments = Allotments(connection, changes, station)
        self._giving = Giving(connection, changes, station, policy, now_ms)
        self._freeing = Freeing(connection, station, self._allotments, self._giving, now_ms)

    def obey(self, facts: Iterable[StaffFact]) -> None:
        """Do what newly taken acts mean for places."""
        for fact in facts:
            if fact.service_date is None or fact.trip is None:
                continue
            date = fact.service_date.isoformat()
            if fact.act is Act.FREE and fact.device is not None:
                if self._freeing.free(date, fact.trip, fact.device, fact.badge):
                    self.settle(date, fact.trip)
            elif fact.act in _ABOUT_PLACES:
                self.settle(date, fact.trip)

    def put_right(self, touched: Iterable[tuple[str, str]]) -> None:
        """Places of these departures were sold, given back or refunded: settle those that staff have acted on."""
        for date, trip in sorted(touched):
            here = {"station": self._station, "date": date, "coach": trip}
            planned = self._connection.execute(_PLANNED, here).scalar_one_or_none()
            if planned is not None or self._told(date, trip):
                self.settle(date, trip)

    def settle(self, date: str, trip: str) -> None:
        """Put the places of a departure right as it now stands, and those of the coach on which its passengers travel.

        Doing it again at once changes nothing.
        """
        goes = trip
        for _ in range(_MOST_MERGES):
            departure = find_departure(self._connection, self._station, date, goes)
            if departure is None:
                return
            self._fit(date, goes, departure)
            if departure.merged_into is None:
                break
            goes = departure.merged_into
        self._seat(date, goes)
        for other in self._was_merged_into(date, trip, goes):
            self._seat(date, other)
        for other in self._told_cancelled(date):
            if (departure := find_departure(self._connection, self._station, date, other)) is not None:
                self._tell_cancelled(date, other, departure)

    # ------------------------------------------------------------------ the coach

    def _fit(self, date: str, trip: str, departure: Departure) -> None:
        """Let the places that the centre has be those of the coach, and ask tills for seats that it does not have."""
        books = read_books(self._connection, self._station, date, trip)
        assert books is not None, "its departure was found"
        self._tell_cancelled(date, trip, departure)
        if not books.numbered:
            self._fit_count(date, trip, books)
        elif departure.seats is not None:
            self._fit_seats(date, trip, departure.seats, books)
        if books.on_sale:
            self._allotments.tell_left(date, trip)
        else:
            tell_left(self._connection, self._changes, self._station, date, trip, 0)

    def _fit_seats(self, date: str, trip: str, seats: int, books: Books) -> None:
        here = self._of(places, date, trip)
        unsold = [seat for seat in (*books.free_seats, *books.web_seats) if seat > seats]
        if unsold:
            self._connection.execute(update(places).where(*here, places.c.seat.in_(unsold)).values(holder=GONE))
        self._connection.execute(
            update(places).where(*here, places.c.holder == GONE, places.c.seat <= seats).values(holder=FREE)
        )
        known = set(self._connection.execute(select(places.c.seat).where(*here)).scalars())
        new = [seat for seat in range(1, seats + 1) if seat not in known]
        if new:
            base = {"station_id": self._station, "service_date": date, "trip": trip, "holder": FREE}
            self._connection.execute(insert(places), [{**base, "seat": seat} for seat in new])
        for till, its in books.tills.items():
            gone = [seat for seat in its.seats if seat > seats]
            if gone:
                self._giving.recall(date, trip, till, seats=gone)

    def _fit_count(self, date: str, trip: str, books: Books) -> None:
        """Let no more counted places be sold, held and to be had, all together, than the coach that goes has."""
        aside = max(0, self._allotments.counted(date, trip, SEATED) or 0)
        at_tills = sum(its.left for its in books.tills.values())
        over = books.sold + at_tills + aside + books.free + books.web - books.total
        if over < 0:
            self._allotments.regain_count(date, trip, -over)
            return
        lost = self._allotments.lose_count(date, trip, over)
        if lost < over:
            for till, its in books.tills.items():
                if its.left:
                    self._giving.recall(date, trip, till, keep=0)

    # ------------------------------------------------------------------ seats

    def _seat(self, date: str, trip: str) -> None:
        """Seat everybody who travels on this coach, and report those for whom there is no seat."""
        departure = find_departure(self._connection, self._station, date, trip)
        books = read_books(self._connection, self._station, date, trip)
        if departure is None or books is None or departure.merged_into is not None:
            self._keep(date, trip, Seating(seats={}, without=()))
            return
        travelling = self._travelling(date, trip)
        before = {
            row.number: row.seat
            for row in self._connection.execute(
                select(seatings.c.number, seatings.c.seat).where(*self._of(seatings, date, trip))
            )
        }
        if books.numbered:
            coach = departure.seats if departure.seats is not None else books.total
            mine = set(before.values())
            taken = {
                row.seat
                for row in self._connection.execute(
                    select(places.c.seat, places.c.holder).where(*self._of(places, date, trip))
                )
                if row.holder not in (FREE, CENTRE, SEATED) and row.seat not in mine
            }
            able = sorted({*books.free_seats, *(before.values())}) + sorted(books.web_seats)
            seating = seat_all(travelling, coach, before, able, taken)
        else:
            seating = self._count_in(date, trip, travelling, books)
        self._keep(date, trip, seating)
        short = seating.without
        if short:
            for till, its in books.tills.items():
                if its.left:
                    self._giving.recall(date, trip, till, keep=0)
        self._report_short(date, trip, short, books.total)
        if books.on_sale:
            self._allotments.tell_left(date, trip)

    def _count_in(self, date: str, trip: str, travelling: list[Sold], books: Books) -> Seating:
        """Set counted places aside for passengers of merged departures, out of what the centre has."""
        guests = sorted(each.number for each in travelling if not each.own)
        aside = max(0, self._allotments.counted(date, trip, SEATED) or 0)
        own = sorted(each.number for each in travelling if each.own)
        sold_away = max(0, len(own) - books.total)  # a smaller coach than was sold for
        more = len(guests) - aside
        free = min(books.free, max(0, more))
        web = min(books.web, max(0, more - free))
        if more > 0 and free + web:
            self._allotments.give_count(date, trip, SEATED, free, web, tell=False)
        elif more < 0:
            self._allotments.give_count(date, trip, SEATED, more, tell=False)
        fits = min(len(guests), aside + free + web, max(0, books.total - len(own)))
        return Seating(seats={}, without=(*own[len(own) - sold_away :], *guests[fits:]))

    def _keep(self, date: str, trip: str, seating: Seating) -> None:
        """Write down who sits where, and let gates know."""
        here = self._of(seatings, date, trip)
        before = {
            row.number: row.seat
            for row in self._connection.execute(select(seatings.c.number, seatings.c.seat).where(*here))
        }
        if not before and not seating.seats and not seating.without and not self._told(date, trip):
            return
        if before != dict(seating.seats):
            self._connection.execute(delete(seatings).where(*here))
            base = {"station_id": self._station, "service_date": date, "trip": trip}
            rows = [{**base, "number": number, "seat": seat} for number, seat in seating.seats.items()]
            if rows:
                self._connection.execute(insert(seatings), rows)
            kept = set(seating.seats.values())
            freed = [seat for seat in before.values() if seat not in kept]
            for seats, holder in ((freed, FREE), (sorted(kept), SEATED)):
                if seats:
                    self._connection.execute(
                        update(places)
                        .where(
                            *self._of(places, date, trip),
                            places.c.seat.in_(seats),
                            places.c.holder.in_((FREE, CENTRE, SEATED)),
                        )
                        .values(holder=holder)
                    )
        body = {
            "service_date": date,
            "trip": trip,
            "seats": dict(sorted(seating.seats.items())),
            "without": list(seating.without),
        }
        told = self._giving.record("seating", f"{date}/{trip}")
        if told is None or json.loads(told) != body:
            self._changes.put("seating", f"{date}/{trip}", body, date)

    def _told(self, date: str, trip: str) -> bool:
        return self._giving.record("seating", f"{date}/{trip}") is not None

    def _travelling(self, date: str, trip: str) -> list[Sold]:
        """The valid tickets of this departure and of all that were merged into it."""
        trips, new = {trip}, {trip}
        rows = self._connection.execute(
            select(departures.c.trip, departures.c.body).where(
                departures.c.station_id == self._station,
                departures.c.service_date == date,
                departures.c.planned.is_not(None),
            )
        ).all()
        into = {row.trip: json.loads(row.body).get("merged_into") for row in rows}
        while new:
            new = {one for one, other in into.items() if other in trips} - trips
            trips |= new
        found = self._connection.execute(
            select(tickets.c.number, tickets.c.seat, tickets.c.trip).where(
                tickets.c.station_id == self._station,
                tickets.c.service_date == date,
                tickets.c.trip.in_(sorted(trips)),
                tickets.c.state == "valid",
            )
        )
        return [Sold(number=row.number, seat=row.seat, own=row.trip == trip) for row in found]

    def _was_merged_into(self, date: str, trip: str, goes: str) -> list[str]:
        """Coaches that carried this departure's passengers until it was reinstated or merged elsewhere."""
        numbers = select(tickets.c.number).where(*self._of(tickets, date, trip))
        found = self._connection.execute(
            select(seatings.c.trip)
            .where(
                seatings.c.station_id == self._station,
                seatings.c.service_date == date,
                seatings.c.trip.not_in([trip, goes]),
                seatings.c.number.in_(numbers),
            )
            .distinct()
        ).scalars()
        counted = self._connection.execute(
            select(counts.c.trip).where(
                counts.c.station_id == self._station,
                counts.c.service_date == date,
                counts.c.trip.not_in([trip, goes]),
                counts.c.holder == SEATED,
                counts.c.granted > 0,
            )
        ).scalars()
        return sorted({*found, *counted})

    # ------------------------------------------------------------------ what is told of it

    def _report_short(self, date: str, trip: str, without: tuple[str, ...], total: int) -> None:
        subject = f"{date}/{trip}"
        if without or self._reported(IncidentKind.OVERBOOKED, subject):
            body = {"without": list(without), "seats": total}
            report(self._connection, self._station, IncidentKind.OVERBOOKED, subject, body, self._now_ms)

    def _tell_cancelled(self, date: str, trip: str, departure: Departure) -> None:
        """List the tickets of those who would travel on a cancelled coach, also of departures that were merged into it:
        their money is to be given back, or they are to be changed.
        """
        subject, cancelled = f"{date}/{trip}", departure.state is DepartureState.CANCELLED
        numbers = sorted(each.number for each in self._travelling(date, trip)) if cancelled else []
        if numbers or self._reported(IncidentKind.CANCELLED_WITH_TICKETS, subject):
            body = {"cancelled": cancelled, "numbers": numbers}
            report(self._connection, self._station, IncidentKind.CANCELLED_WITH_TICKETS, subject, body, self._now_ms)

    def _told_cancelled(self, date: str) -> list[str]:
        """The coaches of this day whose tickets were listed because they were cancelled."""
        subjects = self._connection.execute(
            select(incidents.c.subject).where(
                incidents.c.station_id == self._station,
                incidents.c.kind == str(IncidentKind.CANCELLED_WITH_TICKETS),
                incidents.c.subject.startswith(f"{date}/", autoescape=True),
            )
        ).scalars()
        return sorted(subject.partition("/")[2] for subject in subjects)

    def _reported(self, kind: IncidentKind, subject: str) -> bool:
        found = self._connection.execute(
            select(func.count())
            .select_from(incidents)
            .where(
                incidents.c.station_id == self._station,
                incidents.c.kind == str(kind),
                incidents.c.subject == subject,
            )
        ).scalar_one()
        return bool(found)

    def _of(self, table: Table, date: str, trip: str) -> tuple[ColumnElement[bool], ...]:
        return (table.c.station_id == self._station, table.c.service_date == date, table.c.trip == trip)
