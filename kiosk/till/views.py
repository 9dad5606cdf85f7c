"""How an order is shown: turns what the ledger knows into what a screen may show."""

from collections.abc import Sequence

from kiosk.till import wording
from kiosk.till.records import Claim, Issued, OrderRecord
from kiosk.till.shelf import Shelf
from kiosk.till.values import (
    ClaimView,
    Delivery,
    Offer,
    OrderState,
    OrderView,
    PaymentView,
    TicketView,
    Traveller,
    Words,
)
from tickets.departures import Departure
from tickets.money import Fen
from tickets.numbers import TicketNumber


def order_view(
    record: OrderRecord,
    offer: Offer,
    travellers: Sequence[Traveller],
    *,
    accepts: Sequence[Fen],
    accepts_coins: Sequence[Fen] = (),
    payment: PaymentView | None = None,
    printing: TicketNumber | None,
    message: Words | None,
) -> OrderView:
    """Show one order. `printing` is the ticket that is in the printer just now."""
    return OrderView(
        order=record.plan.order.hex,
        state=record.state,
        offer=offer,
        travellers=tuple(travellers),
        total=record.total,
        paid=record.taken,
        due=record.due if record.state is OrderState.HELD else Fen(0),
        accepts=tuple(sorted(accepts)),
        tickets=tuple(_ticket(ticket, printing) for ticket in record.issued),
        claim=_claim(record.claims),
        message=message,
        accepts_coins=tuple(sorted(accepts_coins)),
        payment=payment,
        change_due=Fen(max(0, record.surplus) + record.leaving) if record.issued else Fen(0),
        returned=record.returned,
        changes=record.plan.changes.digits if record.plan.changes is not None else None,
    )


def recovered_message(record: OrderRecord) -> Words:
    """The sentence above unfinished business that was found at start."""
    if record.state in (OrderState.ISSUED, OrderState.DELIVERED):
        return wording.RECOVERED_TICKETS
    return wording.RECOVERED_CLAIM if record.claims else wording.RECOVERED_WAITING


def offer_of(record: OrderRecord, shelf: Shelf) -> Offer:
    """The offer behind an order, also when the cache has forgotten its departure."""
    plan = record.plan
    departure = shelf.departure(plan.service_date, plan.trip)
    shown = shelf.show(departure, plan.alighting) if departure else None
    return shown or _unknown_offer(record, departure)


def _unknown_offer(record: OrderRecord, departure: Departure | None) -> Offer:
    plan = record.plan
    return Offer(
        service_date=plan.service_date,
        trip=plan.trip,
        departs_at=departure.departs_at if departure else record.held_at,
        destination=plan.alighting,
        names=wording.UNKNOWN_PLACE,
        fare=Fen(max((place.fare for place in plan.places), default=Fen(0))),
        free=0,
        numbered=any(place.seat is not None for place in plan.places),
        gate=departure.gate if departure else "–",
        bay=departure.bay if departure else "–",
        boarding_closes_at=departure.closes_at if departure else record.held_at,
    )


def _ticket(ticket: Issued, printing: TicketNumber | None) -> TicketView:
    if ticket.number == printing:
        delivery = Delivery.PRINTING
    elif ticket.paper.given and ticket.paper.certain:
        delivery = Delivery.PRINTED
    else:
        delivery = ticket.paper.last
    return TicketView(
        number=ticket.number.digits,
        grouped=ticket.number.grouped,
        code=ticket.code,
        seat=ticket.journey.seat,
        kind=ticket.journey.kind,
        fare=ticket.journey.fare,
        delivery=delivery,
    )


def _claim(claims: Sequence[Claim]) -> ClaimView | None:
    """The claim to show: the greatest one. Each has its own slip."""
    valid = [claim for claim in claims if not claim.void]
    if not valid:
        return None
    claim = max(valid, key=lambda one: one.fen)
    return ClaimView(
        number=claim.number, fen=claim.fen, reason=wording.claim_reason(claim.reason), slip_printed=claim.slip
    )
