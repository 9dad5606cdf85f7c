"""What each kind of event changes at the centre: one function per kind, all in the push's own transaction.

An effect never refuses a fact. It either says why the event is poisoned, before it has changed anything, or takes
the fact as it is; whatever should not have happened becomes an incident.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, select, update

from sync.journal import event_bodies as body
from sync.journal.event_bodies import SCHEMAS, Body, complaint
from sync.server.allotments import Allotments
from sync.server.bodies import find_claim, find_ticket, tell_claim, tell_ticket
from sync.server.changes import Changes
from sync.server.devices import Device
from sync.server.incidents import IncidentKind
from sync.server.judging import Judge
from sync.server.money_facts import MoneyFacts, judge_refunds
from sync.server.passages import Passage, Passages
from sync.server.rows import insert_rows
from sync.server.schema import claims, deliveries, money, orders, tickets
from sync.server.staff_acts import StaffActs
from sync.wire.types import LATEST_MS
from tickets.credential import BadTicket, inspect
from tickets.events import Event, Kind
from tickets.numbers import RANDOM_BITS

LARGEST: Final = 2**53
"""Whole numbers beyond this are not exact everywhere (JSON) and are refused."""
_NO_ORDER: Final = ""

_THE_ORDER: Final = (orders.c.station_id == bindparam("station"), orders.c.order_id == bindparam("order"))
_ORDER: Final = select(orders.c.state).where(*_THE_ORDER)
_ORDER_BECOMES: Final = (
    update(orders)
    .where(*_THE_ORDER, orders.c.state.in_(bindparam("before", expanding=True)))
    .values(state=bindparam("then"))
)
_THE_CLAIM: Final = (claims.c.station_id == bindparam("station"), claims.c.claim == bindparam("of_claim"))
_CLAIM_OPENED: Final = (
    update(claims)
    .where(*_THE_CLAIM)
    .values({name: bindparam(f"new_{name}") for name in ("device", "order_id", "fen", "reason", "opened_ms")})
)
_CLAIM_SETTLED: Final = update(claims).where(*_THE_CLAIM).values(state="settled", settled_by=bindparam("by"))
_TICKET_BECOMES: Final = (
    update(tickets)
    .where(tickets.c.station_id == bindparam("station"), tickets.c.number == bindparam("of_number"))
    .values(state=bindparam("then"))
)


def read_body(event: Event) -> Body | str | None:
    """The event's body in its kind's schema; a text saying what is wrong with it; None for a kind unknown here."""
    schema = SCHEMAS.get(event.kind) if event.version == 1 else None
    if event.at_ms > LATEST_MS or any(type(value) is int and abs(value) > LARGEST for value in event.body.values()):
        return f"{event.kind}: a number is out of range"
    if schema is None:
        return None
    try:
        return schema.model_validate(dict(event.body))
    except ValidationError:
        return complaint(event.kind, event.body) or f"{event.kind}: not in its schema"


class Effects:
    """Applies one device's events in one write transaction."""

    def __init__(self, connection: Connection, changes: Changes, device: Device, staff: StaffActs, now_ms: int) -> None:
        """Events are `device`'s; `staff` takes acts of staff in; `now_ms` is when events are taken in."""
        self._staff = staff
        self._connection = connection
        self._changes = changes
        self._device = device
        self._station = device.station
        self._allotments = Allotments(connection, changes, device.station)
        self._judge = Judge(connection, device.station, self._allotments, now_ms)
        self._passages = Passages(connection, changes, device.station, self._judge)
        self._books = MoneyFacts(connection, device, self._judge)
        self.sold: set[tuple[str, str]] = set()
        """Departures (service date, trip) of which places were set aside or sold."""
        self.returned: set[tuple[str, str]] = set()
        """Departures of which places were given back."""
        self.undone: set[tuple[str, str]] = set()
        """Departures of which tickets were taken back."""

    def expect(self, events: Iterable[Event]) -> None:
        """Read at once what these events will need of what is known."""
        about = ("use.", Kind.TICKET_ISSUED)
        numbers = [event.body.get("number") for event in events if event.kind.startswith(about)]
        self._passages.load(number for number in numbers if isinstance(number, str))

    def save(self) -> None:
        """Write what was collected; to be called once, after the last event."""
        self._passages.save()

    def apply(self, event: Event, said: Body) -> str | None:
        """Let a well-formed event have its effect; a text says why it is poisoned after all, and has none."""
        match said:
            case body.JournalOpened():
                return self._opened(said)
            case body.OrderHeld():
                return self._held(event, said)
            case body.OrderReleased():
                self._order_state(said.order, "released", ("held",))
            case body.OrderPaid():
                self._order_state(said.order, "paid", ("held", "released"))
            case body.MoneyTaken():
                self._money(event, said.order, "taken", said.fen, said.method, said.counter)
            case body.MoneyReturned():
                self._money(event, said.order, "returned", said.fen, said.method, None)
                self._books.refund_paid(said.order)
            case body.TicketIssued():
                return self._issued(event, said)
            case body.TicketDelivered():
                self._delivered(event, said)
            case body.ClaimOpened():
                self._claim_opened(event, said)
            case body.ClaimSettled():
                self._claim_settled(event, said)
            case (
                body.PaymentAsked()
                | body.PaymentEnded()
                | body.PayoutAsked()
                | body.PayoutEnded()
                | body.RefundOpened()
                | body.InvoiceAsked()
                | body.ShiftOpened()
                | body.ShiftMoved()
                | body.ShiftClosed()
            ):
                return self._books.take(event, said)
            case body.PlacesReturned():
                self._returned(said)
            case body.UseClaimed():
                self._claimed(event, said)
            case body.UsePassed():
                self._ended(event, said, "passed")
            case body.UseReleased():
                self._ended(event, said, "released")
            case body.UseUnresolved():
                self._ended(event, said, "unresolved")
            case body.StaffActed():
                if (why := self._staff.take(said.fact)) is not None:
                    self.report(IncidentKind.STAFF_ACT_REFUSED, f"{event.epoch.hex}/{event.seq}", why=why)
            case body.UseDuplicate():
                self.report(
                    IncidentKind.DUPLICATE_REPORTED,
                    f"{said.number}/{said.use_no}",
                    attempts=[attempt.hex() for attempt in said.attempts],
                    devices=said.devices,
                )
            case _:
                pass  # scans refused, lane events, faults and calls for staff are kept as events, for staff to read
        return None

    def report(self, kind: IncidentKind, subject: str, **about: object) -> None:
        """Note an incident of this device's station."""
        self._judge.report(kind, subject, device=self._device.device, **about)

    # ------------------------------------------------------------------ journals and orders

    def _opened(self, said: body.JournalOpened) -> str | None:
        if said.device != self._device.device:
            return "journal.opened: it names another device"
        return None if said.prefix == self._device.prefix else "journal.opened: it names another prefix"

    def _held(self, event: Event, said: body.OrderHeld) -> str | None:
        if self._state_of(said.order) is not None:
            return "order.held: the order is there already"
        row = {
            "station_id": self._station,
            "order_id": said.order,
            "device": self._device.device,
            "service_date": said.service_date,
            "trip": said.trip,
            "seats": None if said.seats is None else json.dumps(said.seats),
            "count": said.count,
            "total": said.total,
            "state": "held",
            "held_ms": event.at_ms,
            "changes": said.changes,
        }
        insert_rows(self._connection, orders, [row])
        self.sold.add((said.service_date, said.trip))
        return None

    def _order_state(self, order: str, state: str, before: tuple[str, ...]) -> None:
        change = {"station": self._station, "order": order, "before": before, "then": state}
        self._connection.execute(_ORDER_BECOMES, change)

    def _state_of(self, order: str) -> str | None:
        return self._connection.execute(_ORDER, {"station": self._station, "order": order}).scalar_one_or_none()

    def _money(self, event: Event, order: str, direction: str, fen: int, method: str, counter: int | None) -> None:
        row = {
            "station_id": self._station,
            "epoch": event.epoch.hex,
            "seq": event.seq,
            "device": self._device.device,
            "order_id": order,
            "direction": direction,
            "fen": fen,
            "method": method,
            "counter": counter,
            "at_ms": event.at_ms,
        }
        insert_rows(self._connection, money, [row])

    # ------------------------------------------------------------------ tickets

    def _issued(self, event: Event, said: body.TicketIssued) -> str | None:
        if int(said.number) >> RANDOM_BITS != self._device.prefix:
            return "ticket.issued: the number has another issuer's prefix"
        if find_ticket(self._connection, self._station, said.number) is not None:
            self.report(IncidentKind.NUMBER_ISSUED_TWICE, said.number, order=said.order)
            return None
        row = {"station_id": self._station, "issuer": self._device.device, "issued_ms": event.at_ms}
        insert_rows(self._connection, tickets, [row | _ticket_row(said)])
        ticket = tell_ticket(self._connection, self._changes, self._station, said.number)
        self.sold.add((said.service_date, said.trip))
        if self._state_of(said.order) != "paid":
            self.report(IncidentKind.ISSUED_UNPAID, said.order, number=said.number)
        if not self._code_fits(said):
            self.report(IncidentKind.CODE_DIFFERS, said.number)
        self._judge.place(ticket)
        judge_refunds(self._connection, self._station, self._judge, said.number)
        for use in self._passages.of(said.number):  # another till may have taken it back before we heard of its sale
            if use.end == "passed" and use.purpose in _AFTER:
                self._settle(said.number, use.purpose)
        return None

    def _settle(self, number: str, purpose: str) -> None:
        taken_back = settle_ticket(self._connection, self._changes, self._allotments, self._station, number, purpose)
        if taken_back is not None:
            self.undone.add(taken_back)

    def _code_fits(self, said: body.TicketIssued) -> bool:
        """Whether the code is this till's and says what its event says; the signature is a gate's to check."""
        try:
            seen = inspect(said.code)
        except BadTicket:
            return False
        journey = seen.ticket.journey
        return (
            seen.certificate is not None
            and seen.certificate.public_key == self._device.till_key
            and seen.ticket.number.digits == said.number
            and int(seen.ticket.expires.timestamp()) == said.expires
            and (journey.service_date.isoformat(), journey.trip, journey.seat, journey.tag)
            == (said.service_date, said.trip, said.seat, said.tag)
            and (journey.boarding, journey.alighting, int(journey.kind), journey.children, int(journey.fare))
            == (said.boarding, said.alighting, said.kind, said.children, said.fare)
        )

    def _delivered(self, event: Event, said: body.TicketDelivered) -> None:
        row = {
            "station_id": self._station,
            "epoch": event.epoch.hex,
            "seq": event.seq,
            "number": said.number,
            "how": said.how,
            "outcome": said.outcome,
            "copy": said.copy_no,
            "at_ms": event.at_ms,
        }
        insert_rows(self._connection, deliveries, [row])

    # ------------------------------------------------------------------ claims and places

    def _claim_opened(self, event: Event, said: body.ClaimOpened) -> None:
        row = {
            "device": self._device.device,
            "order_id": said.order,
            "fen": said.fen,
            "reason": said.reason,
            "opened_ms": event.at_ms,
        }
        known = find_claim(self._connection, self._station, said.claim)
        if known is None:
            new = {**row, "station_id": self._station, "claim": said.claim, "state": "open", "settled_by": None}
            insert_rows(self._connection, claims, [new])
        elif known.order_id == _NO_ORDER:  # its settling, by another till, came first
            here = {"station": self._station, "of_claim": said.claim}
            self._connection.execute(_CLAIM_OPENED, here | {f"new_{name}": value for name, value in row.items()})
        tell_claim(self._connection, self._changes, self._station, said.claim)
        self._books.refund_paid(said.order)

    def _claim_settled(self, event: Event, said: body.ClaimSettled) -> None:
        known = find_claim(self._connection, self._station, said.claim)
        if known is not None and known.state == "settled":
            self.report(IncidentKind.CLAIM_SETTLED_TWICE, said.claim, by=[known.settled_by, said.by])
            return
        if known is None:
            row = {
                "station_id": self._station,
                "claim": said.claim,
                "device": self._device.device,
                "order_id": _NO_ORDER,
                "fen": said.fen,
                "reason": "",
                "state": "settled",
                "settled_by": said.by,
                "opened_ms": event.at_ms,
            }
            insert_rows(self._connection, claims, [row])
        else:
            settled = {"station": self._station, "of_claim": said.claim, "by": said.by}
            self._connection.execute(_CLAIM_SETTLED, settled)
        tell_claim(self._connection, self._changes, self._station, said.claim)

    def _returned(self, said: body.PlacesReturned) -> None:
        date, trip, mine = said.service_date, said.trip, self._device.device
        self.returned.add((date, trip))
        sold = [seat for seat in said.seats or () if self._judge.seat_is_sold(date, trip, seat)]
        for seat in sold:  # the ticket stands: the web must not sell this seat again
            self.report(IncidentKind.PLACE_RETURNED_SOLD, f"{date}/{trip}/{seat}")
        seats = None if said.seats is None else [seat for seat in said.seats if seat not in sold]
        for seat in self._allotments.give_back(date, trip, mine, seats, said.count):
            self.report(IncidentKind.PLACE_NOT_ALLOTTED, f"{date}/{trip}/{seat or '-'}/{mine}", returned=True)

    # ------------------------------------------------------------------ uses

    def _claimed(self, event: Event, said: body.UseClaimed) -> None:
        self._passages.claim(
            Passage(
                station_id=self._station,
                number=said.number,
                use_no=said.use_no,
                attempt=said.attempt.hex(),
                service_date=said.service_date,
                device=self._device.device,
                lane=said.lane,
                at_ms=event.at_ms,
                persons=said.persons,
                purpose=said.purpose,
                end=None,
                ended_ms=None,
                trip=said.trip,
                flags=json.dumps(said.flags),
                shown=said.by,
            )
        )

    def _ended(self, event: Event, said: body.UsePassed | body.UseReleased | body.UseUnresolved, end: str) -> None:
        ended = self._passages.end(
            Passage(
                station_id=self._station,
                number=said.number,
                use_no=said.use_no,
                attempt=said.attempt.hex(),
                service_date=None,
                device=self._device.device,
                lane="",
                at_ms=event.at_ms,
                persons=said.persons if isinstance(said, body.UsePassed) else 1,
                purpose="admission",
                end=end,
                ended_ms=event.at_ms,
            )
        )
        if ended is not None and ended.purpose in _AFTER and end == "passed":
            self._settle(said.number, ended.purpose)


def settle_ticket(
    connection: Connection, changes: Changes, allotments: Allotments, station: int, number: str, purpose: str
) -> tuple[str, str] | None:
    """A refund or change of this ticket has been carried out: it is no longer valid, and its place is the web's.

    Answers the departure (service date, trip) whose places that changes; None where it changes nothing.
    """
    row = find_ticket(connection, station, number)
    if row is None or row.state != "valid":
        return None
    connection.execute(_TICKET_BECOMES, {"station": station, "of_number": number, "then": _AFTER[purpose]})
    allotments.free_after_refund(row.service_date, row.trip, row.seat, row.issuer)
    tell_ticket(connection, changes, station, number)
    return row.service_date, row.trip


_AFTER: Final[Mapping[str, str]] = {"refund": "refunded", "change": "changed"}


def _ticket_row(said: body.TicketIssued) -> dict[str, object]:
    return {
        "number": said.number,
        "service_date": said.service_date,
        "trip": said.trip,
        "boarding": said.boarding,
        "alighting": said.alighting,
        "seat": said.seat,
        "kind": said.kind,
        "children": said.children,
        "fare": said.fare,
        "tag": said.tag,
        "expires_s": said.expires,
        "state": "valid",
        "order_id": said.order,
        "sealed": said.sealed,
        "code": said.code,
    }
