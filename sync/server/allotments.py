"""Who may sell which place. Every place of a departure has one holder: a till, the centre (for the web), or nobody yet.

A departure is shared out when it is made, and a till enrolled later gets its share of what is still free. A share only
grows: a place leaves a till by the till's own *returned* fact (or with its ticket's refund) and then goes to the web,
never back, so that no till can be told two things about one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from sync.server.changes import Changes
from sync.server.schema import counts, departures, places, tickets
from sync.server.settings import Policy
from tickets.departures import Departure

CENTRE: Final = "centre"
FREE: Final = "free"


def shares(total: int, tills: int, policy: Policy) -> tuple[int, int]:
    """How many of `total` places each of so many tills gets, and how many the web keeps; the rest is free for later."""
    web = int(total * Fraction(policy.web_share))
    if tills == 0:
        return 0, web
    return min(int(total * Fraction(policy.till_share)), (total - web) // tills), web


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
                    self._tell(date, trip, holder, granted, number)
        if seat_rows:
            self._connection.execute(insert(places), seat_rows)
        if count_rows:
            self._connection.execute(insert(counts), count_rows)

    def welcome(self, till: str, now_ms: int, policy: Policy) -> None:
        """Give a newly enrolled till its share of what is still free on every departure that has not left."""
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
                wanted, _ = shares(total[date, trip], 1, policy)
                self._give_seats(date, trip, till, free.get((date, trip), [])[:wanted])
            else:
                self._give_count(date, trip, till, policy)

    def give_back(self, date: str, trip: str, till: str, seats: Iterable[int] | None, count: int) -> list[int]:
        """Take back what a till returned and let the web sell it; answer the seats that were not the till's.

        Where places are only counted, [0] is answered when the till returned more than it ever had.
        """
        if seats is None:
            here = self._count_of(date, trip, till)
            done = self._connection.execute(
                update(counts)
                .where(*here, counts.c.returned + count <= counts.c.granted)
                .values(returned=counts.c.returned + count)
            ).rowcount
            if done == 0:
                return [0]
            self.add_to_web(date, trip, count)
            return []
        return [seat for seat in seats if not self._move(date, trip, seat, till)]

    def free_after_refund(self, date: str, trip: str, seat: int | None, issuer: str) -> None:
        """Let the web sell the place of a ticket that is no longer valid. (The till that sold it never will.)"""
        if seat is not None:
            self._move(date, trip, seat, issuer)
        elif issuer != CENTRE:
            self.add_to_web(date, trip, 1)

    def add_to_web(self, date: str, trip: str, count: int) -> None:
        """Let the web sell `count` more of the counted places."""
        self._connection.execute(
            update(counts).where(*self._count_of(date, trip, CENTRE)).values(granted=counts.c.granted + count)
        )

    def holder(self, date: str, trip: str, seat: int) -> str | None:
        """Who may sell this seat; None when there is no such seat."""
        return self._connection.execute(
            select(places.c.holder).where(*self._departure(places, date, trip), places.c.seat == seat)
        ).scalar_one_or_none()

    def counted(self, date: str, trip: str, holder: str) -> int | None:
        """How many counted places a holder has had and not returned; None where there are none of this departure."""
        return self._connection.execute(
            select(counts.c.granted - counts.c.returned).where(*self._count_of(date, trip, holder))
        ).scalar_one_or_none()

    def web_place(self, date: str, trip: str) -> tuple[bool, int | None]:
        """A place that the web may sell now: (there is one, its seat or None where places are only counted)."""
        valid = (*self._departure(tickets, date, trip), tickets.c.state == "valid")
        mine = self.counted(date, trip, CENTRE)
        if mine is not None:
            sold = self._connection.execute(
                select(func.count()).select_from(tickets).where(*valid, tickets.c.issuer == CENTRE)
            ).scalar_one()
            return sold < mine, None
        taken = select(tickets.c.seat).where(*valid, tickets.c.seat.is_not(None))
        seat = self._connection.execute(
            select(func.min(places.c.seat)).where(
                *self._departure(places, date, trip), places.c.holder == CENTRE, places.c.seat.not_in(taken)
            )
        ).scalar_one()
        return seat is not None, seat

    def _departure(self, table: Table, date: str, trip: str) -> tuple[ColumnElement[bool], ...]:
        return (table.c.station_id == self._station, table.c.service_date == date, table.c.trip == trip)

    def _count_of(self, date: str, trip: str, holder: str) -> tuple[ColumnElement[bool], ...]:
        return (*self._departure(counts, date, trip), counts.c.holder == holder)

    def _move(self, date: str, trip: str, seat: int, holder: str) -> bool:
        moved = self._connection.execute(
            update(places)
            .where(*self._departure(places, date, trip), places.c.seat == seat, places.c.holder == holder)
            .values(holder=CENTRE)
        )
        return moved.rowcount == 1

    def _give_seats(self, date: str, trip: str, till: str, seats: list[int]) -> None:
        if seats:
            self._connection.execute(
                update(places)
                .where(*self._departure(places, date, trip), places.c.seat.in_(seats), places.c.holder == FREE)
                .values(holder=till)
            )
        self._tell(date, trip, till, seats, len(seats))

    def _give_count(self, date: str, trip: str, till: str, policy: Policy) -> None:
        rows = self._connection.execute(
            select(counts.c.holder, counts.c.granted).where(*self._departure(counts, date, trip))
        ).all()
        granted = {row.holder: row.granted for row in rows}
        free = granted.get(FREE, 0)
        given = min(free, shares(sum(granted.values()), 1, policy)[0])
        self._connection.execute(update(counts).where(*self._count_of(date, trip, FREE)).values(granted=free - given))
        row = {"station_id": self._station, "service_date": date, "trip": trip, "holder": till}
        self._connection.execute(insert(counts), [{**row, "granted": given, "returned": 0}])
        self._tell(date, trip, till, None, given)

    def _tell(self, date: str, trip: str, till: str, seats: list[int] | None, number: int) -> None:
        body: dict[str, object] = {"service_date": date, "trip": trip, "device": till}
        body |= {"seats": None, "count": number} if seats is None else {"seats": seats, "count": None}
        self._changes.put("allotment", f"{date}/{trip}/{till}", body, date)
