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

from sqlalchemy import Connection, Integer, bindparam, delete, func, select, update

from sync.server.changes import Changes
from sync.server.devices import active_tills
from sync.server.places.left import put_left, tell_left
from sync.server.places.taken import NOTHING, read_taken, touched_since
from sync.server.places.targets import least
from sync.server.rows import insert_rows
from sync.server.rows import of_departure as of_departure
from sync.server.schema import counts, departures, places, tickets
from sync.server.schema_places import past_places
from sync.server.settings import Policy
from tickets.departures import Departure

CENTRE: Final = "centre"
FREE: Final = "free"
GONE: Final = "gone"
"""The holder of seats that the coach which goes does not have, and of as many counted places as it has too few, or
tills sold above what they had."""
SEATED: Final = "seated"
"""The holder of seats in which somebody sits whose ticket was sold for another coach."""
WITHHELD: Final = "withheld"
"""The holder of seats of which a copy of the database cannot say who has them (see `places.withheld`)."""
COUNTED: Final = 0
"""Stands for a seat where places are only counted."""


_SEATS: Final = of_departure(places)
_SEAT: Final = (*_SEATS, places.c.seat == bindparam("of_seat"))
_HOLDER: Final = select(places.c.holder).where(*_SEAT)
_SEAT_MOVES: Final = (
    update(places).where(*_SEAT, places.c.holder == bindparam("before")).values(holder=bindparam("then"))
)
_SEATS_MOVE: Final = (
    update(places)
    .where(
        *_SEATS,
        places.c.seat.in_(bindparam("seats", expanding=True)),
        places.c.holder.in_(bindparam("before", expanding=True)),
    )
    .values(holder=bindparam("then"))
)
_HELD: Final = select(places.c.seat).where(*_SEATS, places.c.holder == bindparam("till"))
_TICKETS: Final = (*of_departure(tickets), tickets.c.state == "valid")
_OF_HOLDERS: Final = (
    select(places.c.seat)
    .where(*_SEATS, places.c.holder.in_(bindparam("holders", expanding=True)))
    .order_by(places.c.seat)
)
_SOLD_BY_WEB: Final = select(func.count()).select_from(tickets).where(*_TICKETS, tickets.c.issuer == CENTRE)
_COUNT: Final = (*of_departure(counts), counts.c.holder == bindparam("of_holder"))
_GRANTED: Final = select(counts.c.granted).where(*_COUNT)
_COUNTED: Final = select(counts.c.granted - counts.c.returned).where(*_COUNT)
_GRANT: Final = update(counts).where(*_COUNT).values(granted=counts.c.granted + bindparam("more", type_=Integer))
_RETURN: Final = update(counts).where(*_COUNT).values(returned=counts.c.returned + bindparam("more", type_=Integer))
_RETURN_NO_MORE_THAN_GRANTED: Final = _RETURN.where(
    counts.c.returned + bindparam("more", type_=Integer) <= counts.c.granted
)
_EVERY_GRANT: Final = select(counts.c.holder, counts.c.granted).where(*of_departure(counts))
_PAST: Final = (*of_departure(past_places), past_places.c.device == bindparam("till"))
_HAD: Final = select(past_places.c.seat).where(*_PAST, past_places.c.seat > 0)
_LEFT_HOW: Final = (*_PAST, past_places.c.seat == bindparam("of_seat"), past_places.c.how == bindparam("left_how"))
_PAST_COUNT: Final = select(past_places.c.count).where(*_LEFT_HOW)
_PAST_FORGOTTEN: Final = delete(past_places).where(*_LEFT_HOW)
_PAST_LESS: Final = (
    update(past_places).where(*_LEFT_HOW).values(count=past_places.c.count - bindparam("less", type_=Integer))
)
_COMING: Final = select(departures.c.service_date, departures.c.trip).where(
    departures.c.station_id == bindparam("station"), departures.c.departs_ms > bindparam("now_ms")
)
_EVERY_SEAT: Final = (
    select(places.c.service_date, places.c.trip, places.c.seat, places.c.holder)
    .where(places.c.station_id == bindparam("station"))
    .order_by(places.c.seat)
)
_BODY: Final = select(departures.c.body).where(*of_departure(departures))


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
        insert_rows(self._connection, places, seat_rows)
        insert_rows(self._connection, counts, count_rows)

    def welcome(self, till: str, now_ms: int, policy: Policy) -> None:
        """Give a newly enrolled till its share of what is still free on every departure that has not left."""
        tills = max(1, len(active_tills(self._connection, self._station)))
        coming = [
            (row.service_date, row.trip)
            for row in self._connection.execute(_COMING, {"station": self._station, "now_ms": now_ms})
        ]
        touched = touched_since(self._connection, self._station, min(coming)[0]) if coming else set()
        seats: dict[tuple[str, str], dict[int, str]] = {}
        for row in self._connection.execute(_EVERY_SEAT, {"station": self._station}):
            seats.setdefault((row.service_date, row.trip), {})[row.seat] = row.holder
        for date, trip in coming:
            here = seats.get((date, trip))
            if here is None:
                self._first_count(date, trip, till, tills, policy)
                self.tell_left(date, trip)
                continue
            known = read_taken(self._connection, self._station, date, trip) if (date, trip) in touched else NOTHING
            there = {seat: holder for seat, holder in here.items() if seat not in known.seats}
            wanted, _ = shares(len(here), tills, policy)
            given = [seat for seat, holder in there.items() if holder == FREE][:wanted]
            self.give_seats(date, trip, till, given)
            left = sum(holder in (FREE, CENTRE) for holder in there.values()) - len(given)
            tell_left(self._connection, self._changes, self._station, date, trip, left)

    def give_seats(self, date: str, trip: str, till: str, seats: Sequence[int]) -> None:
        """Give a till these seats, which the centre has and nobody sits in, and tell it all that it ever had."""
        if seats:
            moved = {"seats": seats, "before": (FREE, CENTRE), "then": till}
            self._connection.execute(_SEATS_MOVE, self._of(date, trip) | moved)
        self.tell(date, trip, till, numbered=True)

    def give_count(self, date: str, trip: str, till: str, number: int, from_web: int = 0, *, tell: bool = True) -> None:
        """Give a till so many counted places of the free ones and of the web's, and tell it."""
        for holder, some in ((FREE, number), (CENTRE, from_web)):
            self._grant(date, trip, holder, -some)
        more = number + from_web
        if not self._grant(date, trip, till, more):
            row = {"station_id": self._station, "service_date": date, "trip": trip, "holder": till}
            insert_rows(self._connection, counts, [{**row, "granted": more, "returned": 0}])
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
        then = FREE if self._is_there(date, trip, seat) else GONE
        moved = self._move(date, trip, seat, till, then)
        if moved:
            self._note_past(date, trip, till, seat, how, 1)
        return moved

    def free_count(self, date: str, trip: str, till: str, number: int) -> None:
        """Staff have freed so many counted places of a till."""
        self._connection.execute(_RETURN, self._of(date, trip) | {"of_holder": till, "more": number})
        self._note_past(date, trip, till, COUNTED, "freed", number)
        self.add_free(date, trip, number)

    def lose_count(self, date: str, trip: str, number: int) -> int:
        """So many counted places are not there any more: taken from what the centre has, as far as it has them.

        Answers how many were taken, free ones first. They are nobody's (`GONE`) from here on.
        """
        free = min(number, max(0, self.counted(date, trip, FREE) or 0))
        unsold = (self.counted(date, trip, CENTRE) or 0) - self._sold_by_web(date, trip)
        web = min(number - free, max(0, unsold))
        if free + web:
            self.give_count(date, trip, GONE, free, web, tell=False)
            self.tell_left(date, trip)
        return free + web

    def regain_count(self, date: str, trip: str, number: int) -> None:
        """Of the counted places that were not there, up to so many are after all: anybody may have them."""
        gone = self.counted(date, trip, GONE) or 0
        if gone > 0:
            self.give_count(date, trip, GONE, -min(gone, number), tell=False)

    def add_free(self, date: str, trip: str, count: int) -> None:
        """Let anybody have `count` more of the counted places."""
        self._grant(date, trip, FREE, count)

    def holder(self, date: str, trip: str, seat: int) -> str | None:
        """Who may sell this seat; None when there is no such seat."""
        return self._connection.execute(_HOLDER, self._of(date, trip) | {"of_seat": seat}).scalar_one_or_none()

    def hand_over(self, date: str, trip: str, seat: int, till: str) -> None:
        """A seat that was withheld is this till's after all, as its own journal says."""
        self._move(date, trip, seat, WITHHELD, till)

    def counted(self, date: str, trip: str, holder: str) -> int | None:
        """How many counted places a holder has had and not returned; None where there are none of this departure."""
        return self._connection.execute(_COUNTED, self._of(date, trip) | {"of_holder": holder}).scalar_one_or_none()

    def was_freed(self, date: str, trip: str, seat: int, till: str) -> bool:
        """Whether staff have freed this seat of this till."""
        freed = self._of(date, trip) | {"till": till, "of_seat": seat, "left_how": "freed"}
        return self._connection.execute(_PAST_COUNT, freed).one_or_none() is not None

    def web_place(self, date: str, trip: str) -> tuple[bool, int | None]:
        """A place that the web may sell now, the web's from here on: (there is one, its seat or None where places are
        only counted). The web's own go first, then free ones.
        """
        mine = self.counted(date, trip, CENTRE)
        if mine is not None:
            if self._sold_by_web(date, trip) < mine:
                return True, None
            if (self.counted(date, trip, FREE) or 0) <= 0:
                return False, None
            for holder, by in ((FREE, -1), (CENTRE, 1)):
                self._grant(date, trip, holder, by)
            return True, None
        for holder in (CENTRE, FREE):
            seats = self.unsold(date, trip, (holder,))
            if seats:
                self._move(date, trip, seats[0], holder, CENTRE)
                return True, seats[0]
        return False, None

    def unsold(self, date: str, trip: str, holders: Sequence[str]) -> list[int]:
        """The seats of these holders that neither a valid ticket nor an open order is known to have, lowest first."""
        taken = read_taken(self._connection, self._station, date, trip).seats
        found = self._connection.execute(_OF_HOLDERS, self._of(date, trip) | {"holders": holders}).scalars()
        return [seat for seat in found if seat not in taken]

    def left(self, date: str, trip: str) -> int:
        """How many places the centre itself can still give or sell."""
        web = self.counted(date, trip, CENTRE)
        if web is None:
            return len(self.unsold(date, trip, (FREE, CENTRE)))
        return max(0, web - self._sold_by_web(date, trip)) + max(0, self.counted(date, trip, FREE) or 0)

    def tell_left(self, date: str, trip: str) -> None:
        """Let tills know roughly how many places the centre still has."""
        tell_left(self._connection, self._changes, self._station, date, trip, self.left(date, trip))

    def tell(self, date: str, trip: str, till: str, *, numbered: bool) -> None:
        """Let a till know all that it was ever granted of a departure."""
        if not numbered:
            granted = self._connection.execute(_GRANTED, self._of(date, trip) | {"of_holder": till}).scalar_one()
            self._put(date, trip, till, None, granted)
            return
        has = self._connection.execute(_HELD, self._of(date, trip) | {"till": till}).scalars()
        self._put(date, trip, till, sorted({*has, *self.had(date, trip, till)}), 0)

    def had(self, date: str, trip: str, till: str) -> set[int]:
        """The seats that a till once had and has no more: it will not sell them again, whoever gives them to it."""
        return set(self._connection.execute(_HAD, self._of(date, trip) | {"till": till}).scalars())

    def _is_there(self, date: str, trip: str, seat: int) -> bool:
        """Whether the coach that goes has this seat."""
        text = self._connection.execute(_BODY, self._of(date, trip)).scalar_one_or_none()
        seats = None if text is None else json.loads(text)["seats"]
        return seats is None or seat <= int(seats)

    def _return_count(self, date: str, trip: str, till: str, count: int) -> bool:
        """Count what a till returned, first against what staff have freed of it already."""
        here = self._of(date, trip)
        freed = here | {"till": till, "of_seat": COUNTED, "left_how": "freed"}
        known = min(self._connection.execute(_PAST_COUNT, freed).scalar_one_or_none() or 0, count)
        if known:
            self._connection.execute(_PAST_LESS, freed | {"less": known})
        rest = count - known
        if rest == 0:
            return True
        returned = here | {"of_holder": till, "more": rest}
        done = self._connection.execute(_RETURN_NO_MORE_THAN_GRANTED, returned).rowcount
        if done:
            self.add_free(date, trip, rest)
        return done == 1

    def _note_past(self, date: str, trip: str, till: str, seat: int, how: str, count: int) -> None:
        row = {"station_id": self._station, "service_date": date, "trip": trip, "device": till, "seat": seat}
        here = self._of(date, trip) | {"till": till, "of_seat": seat, "left_how": how}
        before = self._connection.execute(_PAST_COUNT, here).scalar_one_or_none()
        if before is not None:
            self._connection.execute(_PAST_FORGOTTEN, here)
        insert_rows(self._connection, past_places, [{**row, "how": how, "count": count + (before or 0)}])

    def _move(self, date: str, trip: str, seat: int, before: str, then: str) -> bool:
        """Give a seat that somebody has to somebody else; False when it was not his."""
        moved = self._of(date, trip) | {"of_seat": seat, "before": before, "then": then}
        return self._connection.execute(_SEAT_MOVES, moved).rowcount == 1

    def _grant(self, date: str, trip: str, holder: str, more: int) -> bool:
        """Give a holder so many counted places more; False when it has never had any."""
        granted = self._of(date, trip) | {"of_holder": holder, "more": more}
        return self._connection.execute(_GRANT, granted).rowcount > 0

    def _sold_by_web(self, date: str, trip: str) -> int:
        return int(self._connection.execute(_SOLD_BY_WEB, self._of(date, trip)).scalar_one())

    def _of(self, date: str, trip: str) -> dict[str, object]:
        return {"station": self._station, "date": date, "coach": trip}

    def _first_count(self, date: str, trip: str, till: str, tills: int, policy: Policy) -> None:
        rows = self._connection.execute(_EVERY_GRANT, self._of(date, trip)).all()
        granted = {row.holder: row.granted for row in rows}
        given = min(max(0, granted.get(FREE, 0)), shares(sum(granted.values()), tills, policy)[0])
        self.give_count(date, trip, till, given)

    def _put(self, date: str, trip: str, till: str, seats: list[int] | None, number: int) -> None:
        body: dict[str, object] = {"service_date": date, "trip": trip, "device": till}
        body |= {"seats": None, "count": number} if seats is None else {"seats": seats, "count": None}
        self._changes.put("allotment", f"{date}/{trip}/{till}", body, date)
