"""Writing a till's sales: each step a durable row and its event before the next begins.

An order is held, then money comes in, then it is paid, then its tickets are issued, then each is given out. What goes
wrong on the way ends in a release (money returned) or in a claim (money owed). The rules are the schema's
(`sync/journal/migrations.py`): a step out of order raises RuleBroken and writes nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from sync.journal.journal import RuleBroken, Transaction
from sync.journal.order_reader import Grant as Grant
from sync.journal.order_reader import Order as Order
from sync.journal.order_reader import Places as Places
from sync.journal.order_reader import find_order as find_order
from sync.journal.order_reader import held_and_sold as held_and_sold
from sync.journal.order_reader import last_cash_counter as last_cash_counter
from sync.journal.order_reader import money_in as money_in
from sync.journal.order_reader import sellable as sellable
from sync.journal.order_reader import unfinished_orders as unfinished_orders
from tickets.events import Kind
from tickets.journey import Journey
from tickets.money import Fen
from tickets.numbers import TicketNumber


class Direction(StrEnum):
    """Which way money went: into the machine or back to the passenger."""

    TAKEN = "taken"
    RETURNED = "returned"


def hold(
    tx: Transaction,
    *,
    order: UUID,
    service_date: date,
    trip: str,
    seats: Iterable[int] | None,
    count: int,
    total: Fen,
    grant: Grant,
    changes: TicketNumber | None = None,
) -> None:
    """Set places aside: numbered `seats` (as many as `count`), or `count` places where seats are not numbered (None).

    `grant` is all that the centre ever allotted to this till there; `changes` is the ticket that this order takes the
    place of. RuleBroken when a place is not sellable.
    """
    numbers = None if seats is None else sorted(seats)
    if numbers is not None and len(numbers) != count:
        raise ValueError("as many seats as places")
    left = sellable(grant, held_and_sold(tx, service_date, trip))
    if count > left.count if numbers is None else not left.seats.issuperset(numbers):
        raise RuleBroken(
            "A place that this till may not sell was asked for", "Offer another place, or ask the centre for this one."
        )
    day, seq = service_date.isoformat(), tx.seq + 1
    tx.execute(
        "INSERT INTO orders (order_id, seq, at_ms, service_date, trip, numbered, count, total, changes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.hex,
            seq,
            tx.at_ms,
            day,
            trip,
            int(numbers is not None),
            count,
            total,
            changes.to_bytes() if changes is not None else None,
        ),
    )
    for seat in numbers or ():
        tx.execute(
            "INSERT INTO held_seats (order_id, seat, seq, service_date, trip) VALUES (?, ?, ?, ?, ?)",
            (order.hex, seat, seq, day, trip),
        )
    tx.append(
        Kind.ORDER_HELD,
        {
            "order": order.hex,
            "service_date": day,
            "trip": trip,
            "seats": numbers,
            "count": count,
            "total": int(total),
        }
        | ({"changes": changes.digits} if changes is not None else {}),
    )


def release(tx: Transaction, order: UUID, *, reason: str) -> None:
    """Let an order come to nothing: its places may be sold again.

    RuleBroken while its money is neither returned nor claimed, and for an order with tickets.
    """
    tx.execute("INSERT INTO releases (order_id, seq, reason) VALUES (?, ?, ?)", (order.hex, tx.seq + 1, reason))
    tx.append(Kind.ORDER_RELEASED, {"order": order.hex, "reason": reason})


def record_money(
    tx: Transaction,
    order: UUID,
    *,
    direction: Direction,
    fen: Fen,
    method: str,
    counter: int | None = None,
    where: str | None = None,
) -> None:
    """Record that money went in or came back. `counter` is the cash device's event counter for it; `where` it lies in
    the machine if that is not the note stacker ("coins").

    Money that went in is never refused, whatever has become of the order; more than that does not come back.
    """
    tx.execute(
        "INSERT INTO money (seq, order_id, direction, fen, method, counter, where_) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (tx.seq + 1, order.hex, str(direction), fen, method, counter, where),
    )
    body: dict[str, object] = {"order": order.hex, "fen": int(fen), "method": method}
    if where is not None:
        body["where"] = where
    if direction is Direction.TAKEN:
        tx.append(Kind.MONEY_TAKEN, body | {"counter": counter})
    else:
        tx.append(Kind.MONEY_RETURNED, body)


def mark_paid(tx: Transaction, order: UUID, *, fen: Fen, method: str) -> None:
    """Record that the order is paid with `fen`. What no `record_money` has said of a method without cash is added here.

    RuleBroken when that is less than the total or than the money that is in, or the order is released.
    """
    missing = Fen(fen - money_in(tx, order))
    if method != "cash" and missing > 0:
        record_money(tx, order, direction=Direction.TAKEN, fen=missing, method=method)
    tx.execute(
        "INSERT INTO paid_orders (order_id, seq, fen, method) VALUES (?, ?, ?, ?)", (order.hex, tx.seq + 1, fen, method)
    )
    tx.append(Kind.ORDER_PAID, {"order": order.hex, "fen": int(fen), "method": method})


def record_issued(
    tx: Transaction,
    order: UUID,
    *,
    number: TicketNumber,
    journey: Journey,
    expires: datetime,
    sealed: bytes,
    code: str,
) -> None:
    """Record one ticket of a paid order. `sealed` is the identity as the law wants it kept, `code` the RT1 text.

    RuleBroken when the order is not paid, or has no such place left to give.
    """
    day, expires_s = journey.service_date.isoformat(), int(expires.timestamp())
    tx.execute(
        "INSERT INTO tickets (number, order_id, seq, service_date, trip, boarding, alighting, seat, kind, children, "
        "fare, tag, expires_s, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number.to_bytes(),
            order.hex,
            tx.seq + 1,
            day,
            journey.trip,
            journey.boarding,
            journey.alighting,
            journey.seat,
            int(journey.kind),
            journey.children,
            journey.fare,
            journey.tag,
            expires_s,
            code,
        ),
    )
    tx.append(
        Kind.TICKET_ISSUED,
        {
            "order": order.hex,
            "number": number.digits,
            "service_date": day,
            "trip": journey.trip,
            "boarding": journey.boarding,
            "alighting": journey.alighting,
            "seat": journey.seat,
            "kind": int(journey.kind),
            "children": journey.children,
            "fare": int(journey.fare),
            "tag": journey.tag,
            "expires": expires_s,
            "sealed": sealed,
            "code": code,
        },
    )


def record_delivery(
    tx: Transaction,
    number: TicketNumber,
    *,
    how: Literal["printed", "shown", "card"],
    outcome: Literal["done", "unknown", "refused"],
    copy: int = 0,
) -> None:
    """Record how a ticket of this till reached the passenger; `copy` counts reprints (0 is the first print)."""
    tx.execute(
        "INSERT INTO deliveries (seq, number, how, outcome, copy) VALUES (?, ?, ?, ?, ?)",
        (tx.seq + 1, number.to_bytes(), how, outcome, copy),
    )
    tx.append(Kind.TICKET_DELIVERED, {"number": number.digits, "how": how, "outcome": outcome, "copy": copy})


def open_claim(tx: Transaction, *, claim: str, order: UUID, fen: Fen, reason: str) -> None:
    """Record that the passenger is owed `fen` for this order, on a slip with the number `claim`."""
    tx.execute(
        "INSERT INTO claims (claim, order_id, seq, fen, reason) VALUES (?, ?, ?, ?, ?)",
        (claim, order.hex, tx.seq + 1, fen, reason),
    )
    tx.append(Kind.CLAIM_OPENED, {"claim": claim, "order": order.hex, "fen": int(fen), "reason": reason})


def settle_claim(tx: Transaction, *, claim: str, fen: Fen, by: str) -> None:
    """Record that a cashier (badge number `by`) paid out a claim of any till. RuleBroken the second time."""
    tx.execute(
        "INSERT INTO settlements (claim, seq, fen, by) VALUES (?, ?, ?, ?)",
        (claim, tx.seq + 1, fen, by),
    )
    tx.append(Kind.CLAIM_SETTLED, {"claim": claim, "fen": int(fen), "by": by})


def return_places(tx: Transaction, *, service_date: date, trip: str, seats: Iterable[int] | None, count: int) -> None:
    """Give allotted places back to the centre, for good. RuleBroken for a seat that is held or sold."""
    day, seq = service_date.isoformat(), tx.seq + 1
    numbers = None if seats is None else sorted(seats)
    if numbers is None:
        tx.execute(
            "INSERT INTO returned_counts (seq, service_date, trip, count) VALUES (?, ?, ?, ?)", (seq, day, trip, count)
        )
    elif len(numbers) != count:
        raise ValueError("as many seats as places")
    for seat in numbers or ():
        tx.execute(
            "INSERT INTO returned_seats (service_date, trip, seat, seq) VALUES (?, ?, ?, ?)", (day, trip, seat, seq)
        )
    tx.append(Kind.PLACES_RETURNED, {"service_date": day, "trip": trip, "seats": numbers, "count": count})
