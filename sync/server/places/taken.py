"""Which places of one departure are taken: by valid tickets, and by orders whose tickets have not been reported yet.

Whose the places are says something else (`allotments`): what staff freed is the centre's, and may turn out to be sold.
A ticket that was taken back takes no place any more; its order stays paid, and counts no longer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from sync.server.rows import of_departure
from sync.server.schema import orders, tickets

_TICKETS: Final = select(tickets.c.order_id, tickets.c.seat, tickets.c.state, tickets.c.issuer).where(
    *of_departure(tickets)
)
_ORDERED: Final = select(orders.c.order_id, orders.c.device, orders.c.seats, orders.c.count.label("places")).where(
    *of_departure(orders), orders.c.state.in_(("held", "paid"))
)
_WITH_TICKETS: Final = (
    select(tickets.c.service_date, tickets.c.trip)
    .where(tickets.c.station_id == bindparam("station"), tickets.c.service_date >= bindparam("date"))
    .distinct()
)
_WITH_ORDERS: Final = (
    select(orders.c.service_date, orders.c.trip)
    .where(orders.c.station_id == bindparam("station"), orders.c.service_date >= bindparam("date"))
    .distinct()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Of one departure. `sold_seats` are those of valid tickets, `ordered_seats` those that open orders set aside.

    By issuer (a device, or the centre): `sold` counts valid tickets and places in open orders, `spent` also tickets
    that were taken back since, whose places their till will never sell again.
    """

    sold_seats: frozenset[int]
    ordered_seats: frozenset[int]
    sold: Mapping[str, int]
    spent: Mapping[str, int]

    @property
    def seats(self) -> frozenset[int]:
        """The seats that nobody else may have."""
        return self.sold_seats | self.ordered_seats


NOTHING: Final = Taken(sold_seats=frozenset(), ordered_seats=frozenset(), sold={}, spent={})


def read_taken(connection: Connection, station: int, date: str, trip: str) -> Taken:
    """What is taken of this departure, as far as it has been reported."""
    here = {"station": station, "date": date, "coach": trip}
    sold_seats: set[int] = set()
    ordered_seats: set[int] = set()
    sold: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    issued: dict[str, list[int | None]] = {}
    for ticket in connection.execute(_TICKETS, here):
        if ticket.order_id is not None:
            issued.setdefault(ticket.order_id, []).append(ticket.seat)
        spent[ticket.issuer] += 1
        if ticket.state == "valid":
            sold[ticket.issuer] += 1
            if ticket.seat is not None:
                sold_seats.add(ticket.seat)
    for order in connection.execute(_ORDERED, here):
        known = issued.get(order.order_id, ())
        open_places = max(0, order.places - len(known))
        sold[order.device] += open_places
        spent[order.device] += open_places
        if open_places and order.seats is not None:
            ordered_seats.update(set(json.loads(order.seats)).difference(known))
    return Taken(
        sold_seats=frozenset(sold_seats), ordered_seats=frozenset(ordered_seats), sold=dict(sold), spent=dict(spent)
    )


def touched_since(connection: Connection, station: int, date: str) -> set[tuple[str, str]]:
    """The departures (service date, trip) from this service day on that have any ticket or order at all."""
    here = {"station": station, "date": date}
    return {
        (row.service_date, row.trip)
        for asked in (_WITH_TICKETS, _WITH_ORDERS)
        for row in connection.execute(asked, here)
    }
