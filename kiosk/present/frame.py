"""What stands around every screen: the two bands, the journey rail, the notice, the question who is there. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.flow import can_change, can_go_back, can_start_over
from kiosk.paying import money_inside
from kiosk.present.values import Group, choice_of, shown_order
from kiosk.steps import Pay, Session, StillThere, Typing, WhereTo, WhichDeparture, Who
from kiosk.till.values import (
    Offer,
    OrderView,
    Snapshot,
)
from kiosk.travellers import total_of
from tickets.money import yuan


def top(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The top band: which station, when, what works."""
    can, comfort = snapshot.capabilities, session.comfort
    return {
        "station": comfort.pick(snapshot.station),
        "operator": comfort.pick(snapshot.operator),
        "day": wording.day(snapshot.now.astimezone(zone).date(), comfort.language),
        "clock": wording.clock(snapshot.now, zone),
        "online": can.online,
        "cash": can.cash,
        "notices": [comfort.pick(words) for words in can.notices],
    }


def band(session: Session, snapshot: Snapshot) -> Group:
    """The bottom band: what can be touched there, and whether the journey rail can."""
    return {
        "back": can_go_back(session.step),
        "startOver": can_start_over(session.step),
        "change": can_change(session.step, snapshot),
        "recovered": snapshot.recovered is not None,
    }


def rail(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The journey rail: what has been chosen so far, its price, the time left."""
    choice, order, comfort = choice_of(session.step), shown_order(session, snapshot), session.comfort
    past_choosing = not isinstance(
        session.step.before if isinstance(session.step, StillThere) else session.step,
        WhereTo | WhichDeparture | Who | Typing | Pay,
    )
    ordered = order if past_choosing else None
    offer = ordered.offer if ordered is not None else choice.offer
    names = offer.names if offer is not None else (choice.destination.names if choice.destination is not None else None)
    people = ordered.travellers if ordered is not None else choice.riders
    total = ordered.total if ordered is not None else total_of(choice)
    return {
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


def notice(session: Session, snapshot: Snapshot) -> Group:
    """Why the passenger is asked again: a reason the screens have words for, or the till's own sentence.

    That nothing can be sold goes before a reason to choose again.
    """
    step, can = session.step, snapshot.capabilities
    choosing = isinstance(step, WhereTo | WhichDeparture | Who)
    reason = step.notice if can.sells and isinstance(step, WhichDeparture | Who) else None
    said = snapshot.trouble
    if said is None and not can.sells and can.notices:
        said = can.notices[0]
    return {
        "reason": reason.value if reason is not None else "",
        "said": session.comfort.pick(said) if choosing and said is not None and reason is None else "",
    }


def still(session: Session, snapshot: Snapshot, at_ms: int) -> Group:
    """The question whether anybody is there: seconds left, and whether money is inside."""
    step = session.step
    left = max(0, -(-(step.until_ms - at_ms) // 1000)) if isinstance(step, StillThere) else 0
    return {"seconds": left, "inside": money_inside(snapshot)}
