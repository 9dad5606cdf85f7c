"""Who may sell which place. Every place of a departure has one holder: a till, the centre, or nobody any more.

What the centre has is in two parts: `centre` is kept for the web, `free` is for whoever comes. A till's grant only
grows: a place leaves a till by the till's own *returned* fact, with its ticket's refund, or freed by staff by name, and
that till never gets it again, so that no till can be told two things about one place. Another till may.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from sync.server.changes import Changes
from sync.server.devices import active_tills
from sync.server.places.left import put_left, tell_left
from sync.server.places.targets import least
from sync.server.schema import counts, departures, places, tickets
from sync.server.schema_places import past_places
from sync.server.settings import Policy
from tickets.departures import Departure

CENTRE: Final = "centre"
FREE: Final = "free"
GONE: Final = "gone"
"""The holder of seats that the coach which goes does not have."""
SEATED: Final = "seated"
"""The holder of seats in which somebody sits whose ticket was sold for another coach."""
WITHHELD: Final = "withheld"
"""The holder of seats of which a copy of the database cannot say who has them (see `places.withheld`)."""
COUNTED: Final = 0
"""Stands for a seat where places are only counted."""


def shares(total: int, tills: int, policy: Policy) -> tuple[int, int]:
    """How many of `total` places each of so many tills gets, and how many the web keeps; the rest is free for later."""
    web = int(total * Fraction(policy.web_share))
    if tills == 0:
        return 0, web
    return min(least(total, tills, policy.habits()), (total - web) // tills), web


class Allotments:
    """The holders of one station's places, inside one write transaction."""

    def __init__(self, connection: Connection, changes: Changes, station: int) -> None:
        """Work in the transaction of `connection`; what tills are to learn goes into `changes`."""
        self._connection = connection
        self._changes = changes
        self._station = station

    def share_out(self, made: Sequence[Departure], tills: Sequence[str], policy: Policy) -> None:
        """Give every place of these new departures its first holder: tills from the front, the web from the back."""
        seat_rows: list[dict[str, object]] = []
        count_rows: list[dict[str, object]] = []
        for departure in made:
            each, web = shares(departure.places, len(tills), policy)
            date, trip = departure.service_date.isoformat(), departure.trip
            base = {"station_id": self._station, "service_date": date, "trip": trip}
            free = departure.places - web - each * len(tills)
            holders = [(till, each) for till in tills] + [(FREE, free), (CENTRE, web)]
            first = 1
            for holder, number in holders:
                if departure.seats is None:
                    count_rows.append({**base, "holder": holder, "granted": number, "returned": 0})
                else:
                    seat_rows += [{**base, "seat": seat, "holder": holder} for seat in range(first, first + number)]
                    first += number
                if holder in tills:
                    granted = list(range(first - number, first)) if departure.seats is not None else None
                    self._put(date, trip, holder, granted, number)
            put_left(self._changes, date, trip, free + web)
        if seat_rows:
            self._connection.execute(insert(places), seat_rows)
        if count_rows:
            self._connection.execute(insert(counts), count_rows)

    def welcome(self, till: str, now_ms: int, policy: Policy) -> None:
        """Give a newly enrolled till its share of what is still free on every departure that has not left."""
        tills = max(1, len(active_tills(self._connection, self._station)))
        coming = [
            (row.service_date, row.trip)
            for row in self._connection.execute(
                select(departures.c.service_date, departures.c.trip).where(
                    departures.c.station_id == self._station, departures.c.departs_ms > now_ms
                )
            )
        ]
        total: dict[tuple[str, str], int] = {}
        free: dict[tuple[str, str], list[int]] = {}
        for row in self._connection.execute(
            select(places.c.service_date, places.c.trip, places.c.seat, places.c.holder)
            .where(places.c.station_id == self._station)
            .order_by(places.c.seat)
        ):
            total[row.service_date, row.trip] = total.get((row.service_date, row.trip), 0) + 1
            if row.holder == FREE:
                free.setdefault((row.service_date, row.trip), []).append(row.seat)
        for date, trip in coming:
            if (date, trip) in total:
                wanted, _ = shares(total[date, trip], tills, policy)
                self.give_seats(date, trip, till, free.get((date, trip), [])[:wanted])
            else:
                self._first_count(date, trip, till, tills, policy)
            self.tell_left(date, trip)

    def give_seats(self, date: str, trip: str, till: str, seats: Sequence[int]) -> None:
        """Give a till these seats, which the centre has and nobody sits in, and tell it all that it ever had."""
        if seats:
            self._connection.execute(
                update(places)
                .where(
                    *self._departure(places, date, trip), places.c.seat.in_(seats), places.c.holder.in_((FREE, CENTRE))
                )
                .values(holder=till)
            )
        self.tell(date, trip, till, numbered=True)

    def give_count(self, date: str, trip: str, till: str, number: int, from_web: int = 0, *, tell: bool = True) -> None:
        """Give a till so many counted places of the free ones and of the web's, and tell it."""
        for holder, some in ((FREE, number), (CENTRE, from_web)):
            self._connection.execute(
                update(counts).where(*self._count_of(date, trip, holder)).values(granted=counts.c.granted - some)
            )
        here = self._count_of(date, trip, till)
        more = number + from_web
        done = self._connection.execute(update(counts).where(*here).values(granted=counts.c.granted + more)).rowcount
        if done == 0:
            row = {"station_id": self._station, "service_date": date, "trip": trip, "holder": till}
            self._connection.execute(insert(counts), [{**row, "granted": more, "returned": 0}])
        if tell:
            self.tell(date, trip, till, numbered=False)

    def give_back(self, date: str, trip: str, till: str, seats: Sequence[int] | None, count: int) -> list[int]:
        """Take back what a till returned; answer the seats that were not the till's.

        Where places are only counted, [0] is answered when the till returned more than it ever had. What staff have
        freed before is not the till's any more, and is no mistake to return.
        """
        for seat in seats or ():
            self.hand_over(date, trip, seat, till)
        if seats is None:
            strangers = [] if self._return_count(date, trip, till, count) else [COUNTED]
        else:
            strangers = [
                seat
                for seat in seats
                if not self.take_seat(date, trip, seat, till, "returned") and not self.was_freed(date, trip, seat, till)
            ]
        self.tell_left(date, trip)
        return strangers

    def free_after_refund(self, date: str, trip: str, seat: int | None, issuer: str) -> None:
        """Let others sell the place of a ticket that is no longer valid. (The till that sold it never will.)"""
        if seat is None:
            if issuer != CENTRE:
                self.add_free(date, trip, 1)
        elif issuer != CENTRE:
            self.take_seat(date, trip, seat, issuer, "refunded")
        self.tell_left(date, trip)

    def take_seat(self, date: str, trip: str, seat: int, till: str, how: str) -> bool:
        """A seat leaves a till: it is the centre's again. False when it was not the till's."""
        moved = self._connection.execute(
            update(places)
            .where(*self._departure(places, date, trip), places.c.seat == seat, places.c.holder == till)
            .values(holder=FREE if self._is_there(date, trip, seat) else GONE)
        )
        if moved.rowcount == 1:
            self._note_past(date, trip, till, seat, how, 1)
        return moved.rowcount == 1

    def free_count(self, date: str, trip: str, till: str, number: int) -> None:
        """Staff have freed so many counted places of a till."""
        self._connection.execute(
            update(counts).where(*self._count_of(date, trip, till)).values(returned=counts.c.returned + number)
        )
        self._note_past(date, trip, till, COUNTED, "freed", number)
        self.add_free(date, trip, number)

    def add_free(self, date: str, trip: str, count: int) -> None:
        """Let anybody have `count` more of the counted places."""
        self._connection.execute(
            update(counts).where(*self._count_of(date, trip, FREE)).values(granted=counts.c.granted + count)
        )

    def holder(self, date: str, trip: str, seat: int) -> str | None:
        """Who may sell this seat; None when there is no such seat."""
        return self._connection.execute(
            select(places.c.holder).where(*self._departure(places, date, trip), places.c.seat == seat)
        ).scalar_one_or_none()

    def hand_over(self, date: str, trip: str, seat: int, till: str) -> None:
        """A seat that was withheld is this till's after all, as its own journal says."""
        self._connection.execute(
            update(places)
            .where(*self._departure(places, date, trip), places.c.seat == seat, places.c.holder == WITHHELD)
            .values(holder=till)
        )

    def counted(self, date: str, trip: str, holder: str) -> int | None:
        """How many counted places a holder has had and not returned; None where there are none of this departure."""
        return self._connection.execute(
            select(counts.c.granted - counts.c.returned).where(*self._count_of(date, trip, holder))
        ).scalar_one_or_none()

    def was_freed(self, date: str, trip: str, seat: int, till: str) -> bool:
        """Whether staff have freed this seat of this till."""
        here = (*self._departure(past_places, date, trip), past_places.c.device == till, past_places.c.how == "freed")
        found = self._connection.execute(select(past_places.c.seat).where(*here, past_places.c.seat == seat))
        return found.one_or_none() is not None

    def web_place(self, date: str, trip: str) -> tuple[bool, int | None]:
        """A place that the web may sell now, the web's from here on: (there is one, its seat or None where places are
        only counted). The web's own go first, then free ones.
        """
        mine = self.counted(date, trip, CENTRE)
        if mine is not None:
            sold = self._connection.execute(
                select(func.count())
                .select_from(tickets)
                .where(*self._departure(tickets, date, trip), tickets.c.state == "valid", tickets.c.issuer == CENTRE)
            ).scalar_one()
            if sold < mine:
                return True, None
            if (self.counted(date, trip, FREE) or 0) <= 0:
                return False, None
            for holder, by in ((FREE, -1), (CENTRE, 1)):
                self._connection.execute(
                    update(counts).where(*self._count_of(date, trip, holder)).values(granted=counts.c.granted + by)
                )
            return True, None
        for holder in (CENTRE, FREE):
            seats = self.unsold(date, trip, (holder,))
            if seats:
                self._connection.execute(
                    update(places)
                    .where(*self._departure(places, date, trip), places.c.seat == seats[0])
                    .values(holder=CENTRE)
                )
                return True, seats[0]
        return False, None

    def unsold(self, date: str, trip: str, holders: Sequence[str]) -> list[int]:
        """The seats of these holders for which no valid ticket is known, lowest first."""
        taken = select(tickets.c.seat).where(
            *self._departure(tickets, date, trip), tickets.c.state == "valid", tickets.c.seat.is_not(None)
        )
        return list(
            self._connection.execute(
                select(places.c.seat)
                .where(*self._departure(places, date, trip), places.c.holder.in_(holders), places.c.seat.not_in(taken))
                .order_by(places.c.seat)
            ).scalars()
        )

    def left(self, date: str, trip: str) -> int:
        """How many places the centre itself can still give or sell."""
        web = self.counted(date, trip, CENTRE)
        if web is None:
            return len(self.unsold(date, trip, (FREE, CENTRE)))
        sold = self._connection.execute(
            select(func.count())
            .select_from(tickets)
            .where(*self._departure(tickets, date, trip), tickets.c.state == "valid", tickets.c.issuer == CENTRE)
        ).scalar_one()
        return max(0, web - int(sold)) + max(0, self.counted(date, trip, FREE) or 0)

    def tell_left(self, date: str, trip: str) -> None:
        """Let tills know roughly how many places the centre still has."""
        tell_left(self._connection, self._changes, self._station, date, trip, self.left(date, trip))

    def tell(self, date: str, trip: str, till: str, *, numbered: bool) -> None:
        """Let a till know all that it was ever granted of a departure."""
        if not numbered:
            granted = self._connection.execute(
                select(counts.c.granted).where(*self._count_of(date, trip, till))
            ).scalar_one()
            self._put(date, trip, till, None, granted)
            return
        has = self._connection.execute(
            select(places.c.seat).where(*self._departure(places, date, trip), places.c.holder == till)
        ).scalars()
        self._put(date, trip, till, sorted({*has, *self.had(date, trip, till)}), 0)

    def had(self, date: str, trip: str, till: str) -> set[int]:
        """The seats that a till once had and has no more: it will not sell them again, whoever gives them to it."""
        return set(
            self._connection.execute(
                select(past_places.c.seat).where(
                    *self._departure(past_places, date, trip), past_places.c.device == till, past_places.c.seat > 0
                )
            ).scalars()
        )

    def _is_there(self, date: str, trip: str, seat: int) -> bool:
        """Whether the coach that goes has this seat."""
        text = self._connection.execute(
            select(departures.c.body).where(*self._departure(departures, date, trip))
        ).scalar_one_or_none()
        seats = None if text is None else json.loads(text)["seats"]
        return seats is None or seat <= int(seats)

    def _return_count(self, date: str, trip: str, till: str, count: int) -> bool:
        """Count what a till returned, first against what staff have freed of it already."""
        here = (*self._departure(past_places, date, trip), past_places.c.device == till, past_places.c.seat == COUNTED)
        freed = self._connection.execute(
            select(past_places.c.count).where(*here, past_places.c.how == "freed")
        ).scalar_one_or_none()
        known = min(freed or 0, count)
        if known:
            self._connection.execute(
                update(past_places).where(*here, past_places.c.how == "freed").values(count=past_places.c.count - known)
            )
        rest = count - known
        if rest == 0:
            return True
        done = self._connection.execute(
            update(counts)
            .where(*self._count_of(date, trip, till), counts.c.returned + rest <= counts.c.granted)
            .values(returned=counts.c.returned + rest)
        ).rowcount
        if done:
            self.add_free(date, trip, rest)
        return done == 1

    def _note_past(self, date: str, trip: str, till: str, seat: int, how: str, count: int) -> None:
        row = {"station_id": self._station, "service_date": date, "trip": trip, "device": till, "seat": seat}
        here = [past_places.c[name] == value for name, value in row.items()]
        before = self._connection.execute(
            select(past_places.c.count).where(*here, past_places.c.how == how)
        ).scalar_one_or_none()
        if before is not None:
            self._connection.execute(delete(past_places).where(*here, past_places.c.how == how))
        self._connection.execute(insert(past_places), [{**row, "how": how, "count": count + (before or 0)}])

    def _departure(self, table: Table, date: str, trip: str) -> tuple[ColumnElement[bool], ...]:
        return (table.c.station_id == self._station, table.c.service_date == date, table.c.trip == trip)

    def _count_of(self, date: str, trip: str, holder: str) -> tuple[ColumnElement[bool], ...]:
        return (*self._departure(counts, date, trip), counts.c.holder == holder)

    def _first_count(self, date: str, trip: str, till: str, tills: int, policy: Policy) -> None:
        rows = self._connection.execute(
            select(counts.c.holder, counts.c.granted).where(*self._departure(counts, date, trip))
        ).all()
        granted = {row.holder: row.granted for row in rows}
        given = min(max(0, granted.get(FREE, 0)), shares(sum(granted.values()), tills, policy)[0])
        self.give_count(date, trip, till, given)

    def _put(self, date: str, trip: str, till: str, seats: list[int] | None, number: int) -> None:
        body: dict[str, object] = {"service_date": date, "trip": trip, "device": till}
        body |= {"seats": None, "count": number} if seats is None else {"seats": seats, "count": None}
        self._changes.put("allotment", f"{date}/{trip}/{till}", body, date)
