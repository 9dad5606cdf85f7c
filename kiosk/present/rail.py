"""The journey rail: what has been chosen so far, its price, the time left. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.buy.present.values import choice_of, shown_order
from kiosk.buy.steps import Agree, Choice, Pay, RiderTicket, Seats, Typing, WhereTo, WhichDeparture, Who
from kiosk.buy.travellers import due_of
from kiosk.find.flow import ticket as found_ticket
from kiosk.find.present import shown_ticket
from kiosk.find.present import values as ticket_values
from kiosk.flow import Flow
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import FoundTicket, Offer, OrderView, Snapshot
from tickets.money import yuan

_CHOOSING = WhereTo | WhichDeparture | Seats | Agree | Who | RiderTicket | Typing | Pay


def rail(flow: Flow, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The journey rail: what has been chosen so far, its price, the time left; or the ticket that a task is about."""
    rules, ticket = flow.rules(session.step), shown_ticket(session, snapshot)
    if ticket is not None:
        return {**_ticket(ticket, session, snapshot, zone), "shown": rules is not None and rules.railed}
    choice, order, comfort = choice_of(session.step), shown_order(session, snapshot), session.comfort
    past_choosing = not isinstance(session.at, _CHOOSING)
    ordered = order if past_choosing else None
    offer = ordered.offer if ordered is not None else choice.offer
    names = offer.names if offer is not None else (choice.destination.names if choice.destination is not None else None)
    people = ordered.travellers if ordered is not None else choice.riders
    total = ordered.total if ordered is not None else due_of(choice)
    return {
        "shown": rules is not None and rules.railed and names is not None,
        "to": comfort.pick(names) if names is not None else "",
        **_departure(offer, session, snapshot, zone),
        "people": [person.masked_name for person in people],
        "total": yuan(total) if people or ordered is not None or choice.exchange is not None else "",
        "ticket": "",
        **_changed(choice, session, snapshot, zone),
        "seats": _seats(ordered) or " · ".join(str(seat) for seat in choice.seats),
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


def _ticket(ticket: FoundTicket, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """A ticket that exists, in place of a journey that is put together."""
    read = ticket_values(ticket, session, snapshot, zone)
    shown = {name: read[name] for name in ("to", "time", "day", "gate", "bay", "left")}
    return {
        **shown,
        "trip": ticket.trip,
        "numbered": ticket.seat is not None,
        "closes": "",
        "people": [],
        "total": read["fare"],
        "seats": read["seat"],
        "ticket": ticket.number,
        "oldTime": "",
        "oldDay": "",
    }


def _changed(choice: Choice, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """When the ticket leaves that the new one takes the place of."""
    old = found_ticket(snapshot, choice.exchange.number) if choice.exchange is not None else None
    if old is None:
        return {"oldTime": "", "oldDay": ""}
    day = wording.day(old.departs_at.astimezone(zone).date(), session.comfort.language)
    return {"oldTime": wording.clock(old.departs_at, zone), "oldDay": day}


def _seats(order: OrderView | None) -> str:
    seats = [str(ticket.seat) for ticket in order.tickets if ticket.seat is not None] if order is not None else []
    return " · ".join(seats)
