"""The journey rail: what has been chosen so far, its price, the time left. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.buy.present.values import choice_of, shown_order
from kiosk.buy.steps import Pay, RiderTicket, Typing, WhereTo, WhichDeparture, Who
from kiosk.buy.travellers import total_of
from kiosk.flow import Flow
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import Offer, OrderView, Snapshot
from tickets.money import yuan


def rail(flow: Flow, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The journey rail: what has been chosen so far, its price, the time left."""
    choice, order, comfort = choice_of(session.step), shown_order(session, snapshot), session.comfort
    past_choosing = not isinstance(session.at, WhereTo | WhichDeparture | Who | RiderTicket | Typing | Pay)
    ordered = order if past_choosing else None
    offer = ordered.offer if ordered is not None else choice.offer
    names = offer.names if offer is not None else (choice.destination.names if choice.destination is not None else None)
    people = ordered.travellers if ordered is not None else choice.riders
    total = ordered.total if ordered is not None else total_of(choice)
    place = flow.place(session.step)
    return {
        "shown": place is not None and place.railed and names is not None,
        "to": comfort.pick(names) if names is not None else "",
        **_departure(offer, session, snapshot, zone),
        "people": [person.masked_name for person in people],
        "total": yuan(total) if people or ordered is not None else "",
        "seats": _seats(ordered),
    }


def _departure(offer: Offer | None, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    if offer is None:
        return {"trip": "", "time": "", "day": "", "gate": "", "bay": "", "left": -1, "numbered": False, "closes": ""}
    return {
        "trip": offer.trip,
        "time": wording.clock(offer.departs_at, zone),
        "day": wording.day(offer.departs_at.astimezone(zone).date(), session.comfort.language),
        "gate": offer.gate,
        "bay": offer.bay,
        "left": wording.minutes_left(offer.departs_at, snapshot.now),
        "numbered": offer.numbered,
        "closes": wording.clock(offer.boarding_closes_at, zone),
    }


def _seats(order: OrderView | None) -> str:
    seats = [str(ticket.seat) for ticket in order.tickets if ticket.seat is not None] if order is not None else []
    return " · ".join(seats)
