"""Giving places to tills: more where they sell, at once where they ask; and asking for them back where others wait.

All of it works on what tills have reported. A till may have sold more than that, never what it was not given: so it can
be given too much or too little here, but never a place that somebody else has.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, select

from sync.server.allotments import Allotments, of_departure
from sync.server.changes import Changes, told
from sync.server.devices import Device, active_tills
from sync.server.office import NotDone
from sync.server.places.books import Books, read_books
from sync.server.places.left import told_as
from sync.server.places.targets import Outlook, target, top_up
from sync.server.rows import insert_rows
from sync.server.schema import staff_acts
from sync.server.schema_places import place_asks
from sync.server.settings import Policy
from sync.wire.places import PlacesAnswer, PlacesAsk
from sync.wire.records import AllotmentBody
from tickets.staff import Act, read_fact

_NO_DEPARTURE: Final = NotDone(
    status=404, what="there is no such departure", hint="pull, then ask for one that there is"
)
_USED_ID: Final = NotDone(status=409, what="this ask's id was used for another wish", hint="make a new id")
_FREED: Final = select(staff_acts.c.bytes).where(*of_departure(staff_acts), staff_acts.c.act == str(Act.FREE))
_ASKED: Final = select(place_asks).where(
    place_asks.c.station_id == bindparam("station"), place_asks.c.ask == bindparam("ask")
)


class Giving:
    """Gives one station's places, inside one write transaction."""

    def __init__(self, connection: Connection, changes: Changes, station: int, policy: Policy, now_ms: int) -> None:
        """`now_ms` is the centre's time."""
        self._connection = connection
        self._changes = changes
        self._station = station
        self._habits = policy.habits()
        self._now_ms = now_ms
        self._allotments = Allotments(connection, changes, station)

    def after_push(
        self, device: Device, sold: Collection[tuple[str, str]], returned: Collection[tuple[str, str]]
    ) -> None:
        """A till has told of sales: bring it up to what it should have. One that has given places back gets none."""
        for date, trip in sorted({*sold, *returned}):
            books = self._books(date, trip)
            if books is None:
                continue
            sells = device.state == "active" and device.kind == "till" and device.device in books.tills
            if sells and (date, trip) not in returned:
                self._top_up(books, device.device, date, trip)
                if books.on_sale and books.free + books.web <= len(books.tills):
                    self._recall_what_is_too_much(books, date, trip)
            self._forget_recall(books, date, trip, device.device)

    def ask(self, device: Device, asked: PlacesAsk) -> PlacesAnswer | NotDone:
        """Give a till what it asks for, all of it or nothing; the same ask gets the same answer for ever."""
        date, trip = asked.service_date, asked.trip
        repeated = self._repeated(device, asked)
        if isinstance(repeated, NotDone):
            return repeated
        if repeated is not None:
            return repeated
        books = self._books(date, trip)
        if books is None:
            return _NO_DEPARTURE
        given = 0
        seats: tuple[int, ...] = ()
        if books.on_sale and self._minutes(books) > 0 and not self._freed(date, trip, device.device):
            if books.numbered:
                seats = self._choose(books, device.device, asked)
                given = len(seats)
                if given:
                    self._allotments.give_seats(date, trip, device.device, seats)
            elif books.free + books.web >= asked.count:
                given = asked.count
                free = min(books.free, given)
                self._allotments.give_count(date, trip, device.device, free, given - free)
        if given:
            self._changes.drop("recall", f"{date}/{trip}/{device.device}", date)
            self._allotments.tell_left(date, trip)
        else:
            self.somebody_waits(date, trip, device.device)
        insert_rows(
            self._connection,
            place_asks,
            [
                {
                    "station_id": self._station,
                    "ask": asked.ask,
                    "device": device.device,
                    "service_date": date,
                    "trip": trip,
                    "wished": _wished(asked),
                    "seats": json.dumps(seats) if books.numbered else None,
                    "count": 0 if books.numbered else given,
                    "asked_ms": self._now_ms,
                }
            ],
        )
        return self._answer(date, trip, device.device, seats, 0 if books.numbered else given)

    # ------------------------------------------------------------------ topping up

    def _top_up(self, books: Books, till: str, date: str, trip: str) -> None:
        """Give what is missing to the till's target, at most half of what is free: the rest is for whoever asks."""
        if not books.on_sale or self._freed(date, trip, till):
            return
        number = top_up(self._target(books, till), books.tills[till].left, books.free)
        if number == 0:
            return
        if books.numbered:
            seats = self._pick(books.free_seats, number, self._allotments.had(date, trip, till))
            if not seats:
                return
            self._allotments.give_seats(date, trip, till, seats)
        else:
            self._allotments.give_count(date, trip, till, number)
        self._changes.drop("recall", f"{date}/{trip}/{till}", date)
        self._allotments.tell_left(date, trip)

    def _freed(self, date: str, trip: str, till: str) -> bool:
        """Whether staff have freed this till's places of a departure: then it is given no others."""
        here = {"station": self._station, "date": date, "coach": trip}
        acts = self._connection.execute(_FREED, here).scalars()
        return any(read_fact(signed).device == till for signed in acts)

    def _target(self, books: Books, till: str) -> int:
        sellers = len(active_tills(self._connection, self._station)) + 1
        its = books.tills.get(till)
        return target(
            Outlook(
                places=books.total,
                sold=books.sold,
                sold_here=its.sold if its is not None else 0,
                sellers=sellers,
                minutes=self._minutes(books),
            ),
            self._habits,
        )

    def somebody_waits(self, date: str, trip: str, wanting: str = "") -> None:
        """The centre has nothing for somebody who waits: ask every other till for all that it has not sold.

        While the line is up each of them gets a place again as soon as somebody wants it there.
        """
        books = self._books(date, trip)
        if books is None or not books.on_sale:
            return
        for till, its in books.tills.items():
            if till != wanting and its.left:
                self.recall(date, trip, till, keep=0)

    def _recall_what_is_too_much(self, books: Books, date: str, trip: str) -> None:
        """The centre has little left: ask tills for what is above their target by now."""
        for till, its in books.tills.items():
            if its.left and its.left > (keep := self._target(books, till)):
                self.recall(date, trip, till, keep=keep)

    def recall(self, date: str, trip: str, till: str, *, seats: Iterable[int] = (), keep: int | None = None) -> None:
        """Ask a till to give places back; it does when it can."""
        key = f"{date}/{trip}/{till}"
        asked = self.record("recall", key)
        before = {"seats": [], "keep": None} if asked is None else json.loads(asked)
        body = {
            "service_date": date,
            "trip": trip,
            "device": till,
            "seats": sorted({*before["seats"], *seats}),
            "keep": before["keep"] if keep is None else keep,
        }
        if before != body:
            self._changes.put("recall", key, body, date)

    def record(self, kind: str, key: str) -> str | None:
        """A record's body (JSON) as terminals will have it after this transaction; None when it is not there."""
        pending = self._changes.pending(kind, key)
        if pending is not None:
            return pending
        return told(self._connection, self._station, kind, key)

    def _forget_recall(self, books: Books, date: str, trip: str, till: str) -> None:
        """Drop what was asked of a till once it has done it."""
        text = self.record("recall", f"{date}/{trip}/{till}")
        if text is None:
            return
        asked, its = json.loads(text), books.tills.get(till)
        left = its.left if its is not None else 0
        open_seats = set(asked["seats"]).intersection(its.seats if its is not None else ())
        if not open_seats and (asked["keep"] is None or left <= asked["keep"]):
            self._changes.drop("recall", f"{date}/{trip}/{till}", date)

    # ------------------------------------------------------------------ choosing

    def _choose(self, books: Books, till: str, asked: PlacesAsk) -> tuple[int, ...]:
        """The seats for an ask: those wished if all are to be had, else free ones, else those kept for the web too."""
        had = self._allotments.had(asked.service_date, asked.trip, till)
        all_there_is = {*books.free_seats, *books.web_seats} - had
        if len(set(asked.seats)) == len(asked.seats) == asked.count and all_there_is.issuperset(asked.seats):
            return tuple(sorted(asked.seats))
        for seats in (books.free_seats, (*books.free_seats, *books.web_seats)):
            if len(set(seats) - had) >= asked.count:
                return self._pick(tuple(sorted(seats)), asked.count, had)
        return ()

    @staticmethod
    def _pick(seats: tuple[int, ...], number: int, had: set[int]) -> tuple[int, ...]:
        """So many of these seats, side by side where that can be, else the lowest."""
        able = [seat for seat in seats if seat not in had]
        for at in range(len(able) - number + 1):
            if able[at + number - 1] - able[at] == number - 1:
                return tuple(able[at : at + number])
        return tuple(able[:number])

    # ------------------------------------------------------------------ asks

    def _repeated(self, device: Device, asked: PlacesAsk) -> PlacesAnswer | NotDone | None:
        row = self._connection.execute(_ASKED, {"station": self._station, "ask": asked.ask}).one_or_none()
        if row is None:
            return None
        before = (row.device, row.service_date, row.trip, row.wished)
        if before != (device.device, asked.service_date, asked.trip, _wished(asked)):
            return _USED_ID
        seats = tuple(json.loads(row.seats)) if row.seats is not None else ()
        return self._answer(asked.service_date, asked.trip, device.device, seats, int(row._mapping["count"]))

    def _answer(self, date: str, trip: str, till: str, seats: tuple[int, ...], count: int) -> PlacesAnswer:
        text = self.record("allotment", f"{date}/{trip}/{till}")
        return PlacesAnswer(
            seats=seats,
            count=count,
            allotment=None if text is None else AllotmentBody.model_validate_json(text),
            left=told_as(self._allotments.left(date, trip)),
        )

    def _books(self, date: str, trip: str) -> Books | None:
        return read_books(self._connection, self._station, date, trip)

    def _minutes(self, books: Books) -> float:
        return (books.departure.closes_at.timestamp() * 1000 - self._now_ms) / 60_000


def _wished(asked: PlacesAsk) -> str:
    return json.dumps([asked.count, *asked.seats])
