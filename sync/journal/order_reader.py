"""Reading a till's sales: orders, places, money and claims as its journal tells them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID

from sync.journal.reader import Readable
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber

_ORDERS = """SELECT o.order_id, o.at_ms, o.service_date, o.trip, o.numbered, o.count, o.total, p.method,
    p.order_id IS NOT NULL, r.reason, o.changes,
    (SELECT coalesce(sum(fen), 0) FROM money m WHERE m.order_id = o.order_id AND direction = 'taken'),
    (SELECT coalesce(sum(fen), 0) FROM money m WHERE m.order_id = o.order_id AND direction = 'returned'),
    (SELECT coalesce(sum(fen), 0) FROM payouts q WHERE q.order_id = o.order_id
        AND NOT EXISTS (SELECT 1 FROM payout_ends e WHERE e.payout = q.payout))
    FROM orders o LEFT JOIN paid_orders p ON p.order_id = o.order_id LEFT JOIN releases r ON r.order_id = o.order_id """
_TICKETS = """SELECT number, order_id, service_date, trip, boarding, alighting, seat, kind, children, fare, tag,
    expires_s, code FROM tickets """
_CLAIMS = "SELECT c.claim, c.order_id, c.fen, c.reason, s.by FROM claims c LEFT JOIN settlements s USING (claim) "
_NOTHING = Fen(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Places given to a till: numbered seats, or a count on a coach without fixed seats. The other one is empty."""

    seats: frozenset[int] = frozenset()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What has become of a departure's places at this till. Counts are of coaches without numbered seats."""

    held_seats: frozenset[int] = frozenset()
    sold_seats: frozenset[int] = frozenset()
    returned_seats: frozenset[int] = frozenset()
    held_count: int = 0
    sold_count: int = 0
    returned_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to give a ticket out."""

    how: str
    outcome: str
    copy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedTicket:
    """A ticket that this till issued."""

    number: TicketNumber
    order: UUID
    journey: Journey
    expires: datetime
    code: str
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a passenger is owed; `settled_by` is the cashier's badge once it was paid out."""

    claim: str
    order: UUID
    fen: Fen
    reason: str
    settled_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as far as it has come. `seats` is None on a coach without numbered seats; `changes` is the ticket that
    it takes the place of.
    """

    order: UUID
    held_at: datetime
    service_date: date
    trip: str
    seats: tuple[int, ...] | None
    count: int
    total: Fen
    money_taken: Fen
    money_returned: Fen
    paid: bool
    method: str | None
    released: str | None
    tickets: tuple[IssuedTicket, ...]
    claims: tuple[Claim, ...]
    leaving: Fen = _NOTHING
    changes: TicketNumber | None = None

    @property
    def balance(self) -> Fen:
        """Money taken that was neither returned nor claimed and is not `leaving` in a payout that has not ended, in
        fen; below zero when more is claimed than came in.
        """
        return Fen(self.money_taken - self.money_returned - self.leaving - sum(claim.fen for claim in self.claims))

    @property
    def undelivered(self) -> tuple[IssuedTicket, ...]:
        """Tickets that nothing was tried with yet."""
        return tuple(ticket for ticket in self.tickets if not ticket.deliveries)

    @property
    def finished(self) -> bool:
        """True when the passenger has all that is owed: tickets, money back, or a claim.

        A print whose end is unknown counts as tried. Money that came in after a release is owed.
        """
        if self.released is not None or not self.paid:
            return self.released is not None and self.balance <= 0
        fares = sum(ticket.journey.fare for ticket in self.tickets)
        tickets_done = len(self.tickets) == self.count or self.balance <= fares
        return tickets_done and not self.undelivered and self.balance <= self.total


def sellable(grant: Grant, places: Places) -> Grant:
    """What a till may still sell: granted - sold - held - returned."""
    return Grant(
        seats=grant.seats - places.held_seats - places.sold_seats - places.returned_seats,
        count=max(0, grant.count - places.held_count - places.sold_count - places.returned_count),
    )


def to_give_back(grant: Grant, places: Places, *, seats: Iterable[int], keep: int | None) -> Grant:
    """What of its unsold places a till gives back that is asked for these `seats`, and for all others but `keep`.

    The highest seats go; with `keep` None none of the others do.
    """
    left = sellable(grant, places)
    asked = left.seats.intersection(seats)
    rest = sorted(left.seats - asked)
    return Grant(
        seats=asked if keep is None else asked.union(rest[keep:]),
        count=0 if keep is None else max(0, left.count - keep),
    )


def held_and_sold(journal: Readable, service_date: date, trip: str) -> Places:
    """What has become of this departure's places here. A paid order's places are sold, an unpaid one's held."""
    key = (service_date.isoformat(), trip)
    active = (
        "FROM orders o WHERE o.service_date = ? AND o.trip = ? "
        "AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.order_id = o.order_id)"
    )
    paid = "EXISTS (SELECT 1 FROM paid_orders p WHERE p.order_id = o.order_id)"
    seats = journal.rows(
        f"SELECT h.seat, {paid} {active.replace('orders o', 'orders o JOIN held_seats h USING (order_id)')}", key
    )
    unnumbered = journal.rows(f"SELECT {paid}, sum(o.count) {active} AND o.numbered = 0 GROUP BY 1", key)
    counts = dict(cast("list[tuple[int, int]]", unnumbered))
    returned = journal.rows("SELECT seat FROM returned_seats WHERE service_date = ? AND trip = ?", key)
    returned_count = journal.rows(
        "SELECT coalesce(sum(count), 0) FROM returned_counts WHERE service_date = ? AND trip = ?", key
    )
    return Places(
        held_seats=frozenset(cast(int, seat) for seat, sold in seats if not sold),
        sold_seats=frozenset(cast(int, seat) for seat, sold in seats if sold),
        returned_seats=frozenset(cast(int, seat) for (seat,) in returned),
        held_count=counts.get(0, 0),
        sold_count=counts.get(1, 0),
        returned_count=cast(int, returned_count[0][0]) if returned_count else 0,
    )


def money_in(journal: Readable, order: UUID) -> Fen:
    """Money of this order that is in the machine: taken minus returned, in fen."""
    found = journal.rows(
        "SELECT coalesce(sum(CASE direction WHEN 'taken' THEN fen ELSE -fen END), 0) FROM money WHERE order_id = ?",
        (order.hex,),
    )
    return Fen(cast(int, found[0][0]) if found else 0)


def last_cash_counter(journal: Readable) -> int | None:
    """The note validator's event counter at the newest note in the journal; None when there never was one."""
    found = journal.rows(
        "SELECT counter FROM money WHERE counter IS NOT NULL AND where_ IS NULL ORDER BY seq DESC LIMIT 1"
    )
    return cast(int, found[0][0]) if found else None


def find_order(journal: Readable, order: UUID) -> Order | None:
    """One order, or None when this till never held it."""
    found = _orders(journal, "WHERE o.order_id = ?", (order.hex,))
    return found[0] if found else None


def unfinished_orders(journal: Readable) -> list[Order]:
    """Orders that still owe somebody something, oldest first: what a till must settle when it starts again."""
    candidates = _orders(
        journal,
        """WHERE CASE
            WHEN r.order_id IS NOT NULL THEN (SELECT fen FROM balances b WHERE b.order_id = o.order_id) > 0
            WHEN p.order_id IS NULL THEN 1
            ELSE (SELECT count(*) FROM tickets t WHERE t.order_id = o.order_id
                  AND EXISTS (SELECT 1 FROM deliveries d WHERE d.number = t.number)) < o.count
                OR (SELECT fen FROM balances b WHERE b.order_id = o.order_id) > o.total
        END""",
        (),
    )
    return [order for order in candidates if not order.finished]


def find_ticket(journal: Readable, number: TicketNumber) -> IssuedTicket | None:
    """A ticket that this till issued, or None."""
    found = _tickets(journal, "WHERE number = ?", (number.to_bytes(),))
    return found[0] if found else None


def tickets_by_tag(journal: Readable, service_date: date, trip: str, tag: bytes) -> list[IssuedTicket]:
    """Tickets that this till issued for a departure under an identity tag."""
    return _tickets(
        journal, "WHERE service_date = ? AND trip = ? AND tag = ? ORDER BY seq", (service_date.isoformat(), trip, tag)
    )


def find_claim(journal: Readable, claim: str) -> Claim | None:
    """A claim that this till opened, or None."""
    found = _claims(journal, "WHERE c.claim = ?", (claim,))
    return found[0] if found else None


def open_claims(journal: Readable) -> list[Claim]:
    """Claims of this till that it has not seen settled, oldest first."""
    return _claims(journal, "WHERE s.claim IS NULL ORDER BY c.seq", ())


def _orders(journal: Readable, where: str, parameters: Sequence[object]) -> list[Order]:
    found = journal.rows(_ORDERS + where + " ORDER BY o.seq", parameters)
    return [_order(journal, row) for row in found]


def _order(journal: Readable, row: Sequence[object]) -> Order:
    order_id, at_ms, day, trip, numbered, count, total, method, paid, released, changes, taken, returned, leaving = (
        cast(
            "tuple[str, int, str, str, int, int, int, str | None, int, str | None, bytes | None, int, int, int]",
            tuple(row),
        )
    )
    seats = journal.rows("SELECT seat FROM held_seats WHERE order_id = ? ORDER BY seat", (order_id,))
    return Order(
        order=UUID(order_id),
        held_at=datetime.fromtimestamp(at_ms / 1000, UTC),
        service_date=date.fromisoformat(day),
        trip=trip,
        seats=tuple(cast(int, seat) for (seat,) in seats) if numbered else None,
        count=count,
        total=Fen(total),
        money_taken=Fen(taken),
        money_returned=Fen(returned),
        paid=bool(paid),
        method=method,
        released=released,
        tickets=tuple(_tickets(journal, "WHERE order_id = ? ORDER BY seq", (order_id,))),
        claims=tuple(_claims(journal, "WHERE c.order_id = ? ORDER BY c.seq", (order_id,))),
        leaving=Fen(leaving),
        changes=TicketNumber.from_bytes(changes) if changes is not None else None,
    )


def _tickets(journal: Readable, where: str, parameters: Sequence[object]) -> list[IssuedTicket]:
    found = journal.rows(_TICKETS + where, parameters)
    return [_ticket(journal, row) for row in found]


def _ticket(journal: Readable, row: Sequence[object]) -> IssuedTicket:
    number, order_id, day, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, code = cast(
        "tuple[bytes, str, str, str, int, int, int | None, int, int, int, bytes, int, str]", tuple(row)
    )
    deliveries = journal.rows("SELECT how, outcome, copy FROM deliveries WHERE number = ? ORDER BY seq", (number,))
    return IssuedTicket(
        number=TicketNumber.from_bytes(number),
        order=UUID(order_id),
        journey=Journey(
            service_date=date.fromisoformat(day),
            trip=trip,
            boarding=boarding,
            alighting=alighting,
            seat=seat,
            kind=TicketKind(kind),
            children=children,
            fare=Fen(fare),
            tag=tag,
        ),
        expires=datetime.fromtimestamp(expires_s, UTC),
        code=code,
        deliveries=tuple(
            Delivery(how=cast(str, how), outcome=cast(str, outcome), copy=cast(int, copy))
            for how, outcome, copy in deliveries
        ),
    )


def _claims(journal: Readable, where: str, parameters: Sequence[object]) -> list[Claim]:
    found = journal.rows(_CLAIMS + where, parameters)
    return [
        Claim(claim=claim, order=UUID(order_id), fen=Fen(fen), reason=reason, settled_by=by)
        for claim, order_id, fen, reason, by in cast("list[tuple[str, str, int, str, str | None]]", found)
    ]
