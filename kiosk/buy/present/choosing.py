"""Destinations, departures and travellers, as lists and on their screens. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.buy.choosing import may_go
from kiosk.buy.present.values import choice_of
from kiosk.buy.seating import has_plan
from kiosk.buy.steps import Agree, RiderTicket, Typing, WhereTo, WhichDeparture, Who
from kiosk.buy.travellers import (
    DOCUMENTS,
    MOST_CHILDREN,
    RESIDENT_LIKE,
    fare_of,
    kinds_sold,
    number_is_ready,
    number_is_wrong,
    room_for,
    total_of,
)
from kiosk.present.days import day_choices
from kiosk.present.values import Group, Row
from kiosk.steps import Session
from kiosk.till.values import Offer, Snapshot
from tickets.journey import TicketKind
from tickets.money import yuan


def offer_rows(
    offers: tuple[Offer, ...], session: Session, snapshot: Snapshot, zone: ZoneInfo, *, most: int
) -> tuple[Row, ...]:
    """Departures as rows, the next first."""
    choice = choice_of(session.step)
    chosen = choice.offer
    return tuple(
        {
            "key": f"{offer.service_date.isoformat()}/{offer.trip}/{offer.destination}",
            "date": offer.service_date.isoformat(),
            "trip": offer.trip,
            "to": session.comfort.pick(offer.names),
            "time": wording.clock(offer.departs_at, zone),
            "otherDay": wording.other_day(offer.departs_at, snapshot.now, zone, session.comfort.language)
            if choice.day is None
            else "",
            "left": wording.minutes_left(offer.departs_at, snapshot.now),
            "gate": offer.gate,
            "free": offer.free,
            "fare": yuan(offer.fare),
            "suggested": (offer == chosen) if chosen is not None else at == 0,
        }
        for at, offer in enumerate(offers[:most])
    )


def departure_rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The departures to the chosen destination."""
    choice = choice_of(session.step)
    destination = choice.destination
    if destination is None or snapshot.day != choice.day:
        return ()
    offers = tuple(offer for offer in snapshot.offers if offer.destination == destination.stop)
    return offer_rows(offers, session, snapshot, zone, most=len(offers))


def destination_rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The destinations, most popular first; while spelling, those whose name begins with the letters."""
    step = session.at
    typed = step.typed.lower() if isinstance(step, WhereTo) else ""
    found = [
        place
        for place in snapshot.destinations
        if not typed or place.pinyin.lower().startswith(typed) or place.initials.lower().startswith(typed)
    ]
    found.sort(
        key=lambda place: (not may_go(place, snapshot), place.next_departure is None, -place.popular, place.pinyin)
    )
    return tuple(
        {
            "key": str(place.stop),
            "name": session.comfort.pick(place.names),
            "time": wording.clock(place.next_departure, zone) if place.next_departure is not None else "",
            "otherDay": wording.other_day(place.next_departure, snapshot.now, zone, session.comfort.language)
            if place.next_departure is not None
            else "",
            "from": yuan(place.from_fare),
            "sold": may_go(place, snapshot),
        }
        for place in found
    )


def days(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The days that can be looked at; `waiting` is true until the till shows the one that was asked for."""
    chosen = choice_of(session.step).day
    return {"list": day_choices(chosen, session, snapshot, zone), "waiting": snapshot.day != chosen}


def spelling(session: Session, snapshot: Snapshot) -> Group:
    """The letters touched so far, and those that can come next."""
    step = session.step
    if not isinstance(step, WhereTo):
        return {"on": False, "typed": "", "next": ""}
    typed = step.typed.lower()
    following = {
        word.lower()[len(typed) : len(typed) + 1].upper()
        for place in snapshot.destinations
        for word in (place.pinyin, place.initials)
        if word.lower().startswith(typed)
    }
    return {"on": step.spelling, "typed": step.typed, "next": "".join(sorted(following))}


def rider_rows(session: Session) -> tuple[Row, ...]:
    """The travellers of the order being put together."""
    choice = choice_of(session.step)
    offer = choice.offer
    return tuple(
        {
            "key": rider.handle,
            "name": rider.masked_name,
            "number": rider.masked_number,
            "kind": int(rider.kind),
            "children": rider.children,
            "fare": yuan(fare_of(offer, rider.kind)) if offer is not None else "",
        }
        for rider in choice.riders
    )


def who(session: Session, snapshot: Snapshot) -> Group:
    """The travellers' screen beside its list, and the one traveller being changed."""
    step = session.step
    choice = choice_of(step)
    editing = step.handle if isinstance(step, RiderTicket) else None
    rider = next((r for r in choice.riders if r.handle == editing), None)
    offer = choice.offer
    return {
        "count": len(choice.riders),
        "changes": choice.exchange is not None,
        "room": room_for(choice),
        "total": yuan(total_of(choice)),
        "reading": snapshot.reading,
        "reader": snapshot.capabilities.card_reader,
        "sells": snapshot.capabilities.sells,
        "plan": has_plan(offer),
        "seats": " · ".join(str(seat) for seat in choice.seats),
        "handle": rider.handle if rider is not None else "",
        "name": rider.masked_name if rider is not None else "",
        "number": rider.masked_number if rider is not None else "",
        "kind": int(rider.kind) if rider is not None else 0,
        "children": rider.children if rider is not None else 0,
        "mayCarry": rider is not None and rider.kind is TicketKind.ADULT and MOST_CHILDREN > 0,
        "kinds": [{"kind": int(k), "fare": yuan(fare_of(offer, k))} for k in kinds_sold(offer)] if offer else [],
    }


def typing(session: Session) -> Group:
    """The document being typed."""
    step = session.step
    if not isinstance(step, Typing):
        return {"field": "", "kind": 0, "text": "", "ready": False, "wrong": False, "resident": False, "documents": []}
    number = step.number
    if step.kind in RESIDENT_LIKE:
        number = " ".join(part for part in (number[:6], number[6:14], number[14:]) if part)
    naming = step.field.value == "name"
    return {
        "field": step.field.value,
        "kind": int(step.kind),
        "text": step.name if naming else number,
        "ready": bool(step.name.strip()) if naming else number_is_ready(step),
        "wrong": not naming and number_is_wrong(step),
        "resident": step.kind in RESIDENT_LIKE,
        "documents": [int(kind) for kind in DOCUMENTS],
    }


def notice(session: Session, snapshot: Snapshot) -> Group:
    """Why the passenger is asked again: a reason the screens have words for, or the till's own sentence.

    That nothing can be sold goes before a reason to choose again.
    """
    step, can = session.step, snapshot.capabilities
    choosing = isinstance(step, WhereTo | WhichDeparture | Who | Agree)
    reason = step.notice if can.sells and isinstance(step, WhichDeparture | Who | Agree) else None
    said = snapshot.trouble
    if said is None and isinstance(step, Who) and step.choice.exchange is not None and snapshot.find is not None:
        said = snapshot.find.message
    if said is None and not can.sells and can.notices:
        said = can.notices[0]
    return {
        "reason": reason.value if reason is not None else "",
        "said": session.comfort.pick(said) if choosing and said is not None and reason is None else "",
    }
