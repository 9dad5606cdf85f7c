"""Freeing what a silent till has of a departure, by the name of a duty manager, for others to sell.

It is what the till has not told to be sold or set aside. From a till that is retired or revoked nobody waits for money
any more (its disk may be dead): what it had set aside and was not paid for is freed too. Should it report after all,
what it sold is found (`judging`).
"""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from sync.server.allotments import Allotments
from sync.server.devices import find_device
from sync.server.incidents import IncidentKind, report
from sync.server.places.books import TillBooks, read_books
from sync.server.places.giving import Giving
from sync.server.rows import of_departure
from sync.server.schema import incidents, orders

_UNPAID: Final = (*of_departure(orders), orders.c.device == bindparam("till"), orders.c.state == "held")
_SET_ASIDE: Final = select(orders.c.order_id).where(*_UNPAID).order_by(orders.c.order_id)
_LET_GO: Final = update(orders).where(*_UNPAID).values(state="released")
_REPORTED: Final = select(incidents.c.body).where(
    incidents.c.station_id == bindparam("station"),
    incidents.c.kind == str(IncidentKind.PLACES_FREED),
    incidents.c.subject == bindparam("about"),
)


class Freeing:
    """Frees places of one station's tills, inside one write transaction."""

    def __init__(
        self, connection: Connection, station: int, allotments: Allotments, giving: Giving, now_ms: int
    ) -> None:
        """`now_ms` is when an incident is said to have been opened."""
        self._connection = connection
        self._station = station
        self._allotments = allotments
        self._giving = giving
        self._now_ms = now_ms

    def free(self, date: str, trip: str, till: str, badge: str) -> bool:
        """Let others sell what this till has; False where it never had anything of this departure."""
        device = find_device(self._connection, till)
        given_up = device is not None and device.state != "active"
        let_go = self._let_go(date, trip, till) if given_up else []
        books = read_books(self._connection, self._station, date, trip)
        if books is None or till not in books.tills:
            return False
        its = books.tills[till]
        if books.numbered:
            for seat in its.seats:
                self._allotments.take_seat(date, trip, seat, till, "freed")
        elif its.left:
            self._allotments.free_count(date, trip, till, its.left)
        self._giving.recall(date, trip, till, keep=0)
        self._allotments.tell_left(date, trip)
        self._report(f"{date}/{trip}/{till}", till, badge, its, let_go)
        return True

    def _let_go(self, date: str, trip: str, till: str) -> list[str]:
        """Release what the till had set aside and was not paid for; answers these orders."""
        its = {"station": self._station, "date": date, "coach": trip, "till": till}
        held = list(self._connection.execute(_SET_ASIDE, its).scalars())
        if held:
            self._connection.execute(_LET_GO, its)
        return held

    def _report(self, subject: str, till: str, badge: str, its: TillBooks, let_go: list[str]) -> None:
        """Say what was freed, with what was freed of it before; freeing nothing more is no news."""
        known = self._connection.execute(_REPORTED, {"station": self._station, "about": subject}).scalar_one_or_none()
        if known is not None and not its.left and not let_go:
            return
        before: dict[str, Any] = {"places": 0, "seats": [], "orders": []}
        if known is not None:
            before |= json.loads(known)
        body = {
            "device": till,
            "badge": badge,
            "places": before["places"] + its.left,
            "seats": sorted({*before["seats"], *its.seats}),
            "orders": sorted({*before["orders"], *let_go}),
        }
        report(self._connection, self._station, IncidentKind.PLACES_FREED, subject, body, self._now_ms)
