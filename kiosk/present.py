"""What each screen shows, worked out from the session and the till's snapshot. Pure: plain values in, plain values out.

Every function gives one group of values (a mapping) or the rows of one list; the view model hands them to QML as they
are. Money is text, stops and numbers are text (QML's whole numbers have 32 bits), kinds are their numbers.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.flow import can_change, can_go_back, can_start_over
from kiosk.paying import is_held, money_inside
from kiosk.steps import (
    Choice,
    GiveUp,
    NotPrinted,
    Pay,
    PuttingIn,
    Recovered,
    Session,
    Step,
    StillThere,
    Trouble,
    Typing,
    WhereTo,
    WhichDeparture,
    Who,
)
from kiosk.till.values import Delivery, Offer, OrderView, Snapshot
from kiosk.travellers import (
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
from tickets.journey import TicketKind
from tickets.money import Fen, yuan

Group = Mapping[str, object]
"""Values of one part of a screen, by name."""

Row = Mapping[str, object]
"""One row of a list; its `key` says which thing it is of."""

BOARD_ROWS = 12
"""The most departures that the attract screen is given; it shows as many as fit."""

_NAMES = {
    "Attract": "attract",
    "WhereTo": "whereTo",
    "WhichDeparture": "which",
    "Who": "who",
    "Typing": "typing",
    "Pay": "pay",
    "PuttingIn": "puttingIn",
    "GiveUp": "giveUp",
    "Printing": "printing",
    "NotPrinted": "notPrinted",
    "Done": "done",
    "Trouble": "trouble",
    "Recovered": "recovered",
    "OutOfService": "outOfService",
    "StillThere": "stillThere",
}


def step_name(step: Step) -> str:
    """The name of the screen for a step; a traveller being changed has a screen of its own."""
    if isinstance(step, Who) and step.editing is not None:
        return "rider"
    return _NAMES[type(step).__name__]


def note(fen: Fen) -> str:
    """A bill's value as it is printed on it: ¥20."""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)


def choice_of(step: Step) -> Choice:
    """What has been chosen at this step."""
    inner = step.before if isinstance(step, StillThere) else step
    return getattr(inner, "choice", Choice())


def shown_order(session: Session, snapshot: Snapshot) -> OrderView | None:
    """The order that the screens speak of: the recovered one on its own screen, else the running one."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    return snapshot.recovered if isinstance(step, Recovered) else snapshot.order


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


def offer_rows(
    offers: tuple[Offer, ...], session: Session, snapshot: Snapshot, zone: ZoneInfo, *, most: int
) -> tuple[Row, ...]:
    """Departures as rows, the next first."""
    chosen = choice_of(session.step).offer
    return tuple(
        {
            "key": f"{offer.service_date.isoformat()}/{offer.trip}/{offer.destination}",
            "date": offer.service_date.isoformat(),
            "trip": offer.trip,
            "to": session.comfort.pick(offer.names),
            "time": wording.clock(offer.departs_at, zone),
            "otherDay": wording.other_day(offer.departs_at, snapshot.now, zone, session.comfort.language),
            "left": wording.minutes_left(offer.departs_at, snapshot.now),
            "gate": offer.gate,
            "free": offer.free,
            "fare": yuan(offer.fare),
            "suggested": (offer == chosen) if chosen is not None else at == 0,
        }
        for at, offer in enumerate(offers[:most])
    )


def board_rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The attract screen's next departures, one row for a coach however many stops it serves."""
    seen: dict[tuple[str, str], Offer] = {}
    for offer in snapshot.offers:
        key = (offer.service_date.isoformat(), offer.trip)
        if key not in seen or offer.fare > seen[key].fare:
            seen[key] = offer
    return offer_rows(tuple(seen.values()), session, snapshot, zone, most=BOARD_ROWS)


def departure_rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The departures to the chosen destination."""
    destination = choice_of(session.step).destination
    if destination is None:
        return ()
    offers = tuple(offer for offer in snapshot.offers if offer.destination == destination.stop)
    return offer_rows(offers, session, snapshot, zone, most=len(offers))


def destination_rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The destinations, most popular first; while spelling, those whose name begins with the letters."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    typed = step.typed.lower() if isinstance(step, WhereTo) else ""
    found = [
        place
        for place in snapshot.destinations
        if not typed or place.pinyin.lower().startswith(typed) or place.initials.lower().startswith(typed)
    ]
    found.sort(key=lambda place: (place.next_departure is None, -place.popular, place.pinyin))
    return tuple(
        {
            "key": str(place.stop),
            "name": session.comfort.pick(place.names),
            "time": wording.clock(place.next_departure, zone) if place.next_departure is not None else "",
            "otherDay": wording.other_day(place.next_departure, snapshot.now, zone, session.comfort.language)
            if place.next_departure is not None
            else "",
            "from": yuan(place.from_fare),
            "sold": place.next_departure is not None,
        }
        for place in found
    )


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
    editing = step.editing if isinstance(step, Who) else None
    rider = next((r for r in choice.riders if r.handle == editing), None)
    offer = choice.offer
    return {
        "count": len(choice.riders),
        "room": room_for(choice),
        "total": yuan(total_of(choice)),
        "reading": snapshot.reading,
        "reader": snapshot.capabilities.card_reader,
        "sells": snapshot.capabilities.sells,
        "handle": rider.handle if rider is not None else "",
        "name": rider.masked_name if rider is not None else "",
        "number": rider.masked_number if rider is not None else "",
        "kind": int(rider.kind) if rider is not None else 0,
        "children": rider.children if rider is not None else 0,
        "mayCarry": rider is not None and rider.kind is TicketKind.ADULT and MOST_CHILDREN > 0,
        "kinds": [{"kind": int(k), "fare": yuan(fare_of(offer, k))} for k in kinds_sold(offer)] if offer else [],
    }


def notice(session: Session, snapshot: Snapshot) -> Group:
    """Why the passenger is asked again: a reason the screens have words for, or the till's own sentence."""
    step = session.step
    reason = step.notice if isinstance(step, WhichDeparture | Who) else None
    choosing = isinstance(step, WhereTo | WhichDeparture | Who)
    said = snapshot.trouble
    if said is None and not snapshot.capabilities.sells and snapshot.capabilities.notices:
        said = snapshot.capabilities.notices[0]
    return {
        "reason": reason.value if reason is not None else "",
        "said": session.comfort.pick(said) if choosing and said is not None and reason is None else "",
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


def paying(session: Session, snapshot: Snapshot) -> Group:
    """The order as money: to pay, paid, and which bills go in now."""
    step, order = session.step, shown_order(session, snapshot)
    inner = step.before if isinstance(step, StillThere) else step
    fresh = order is not None and (not isinstance(inner, Pay) or is_held(inner, snapshot))
    shown = order if fresh else None
    known = snapshot.capabilities.bills
    said = (shown.message if shown is not None else None) or snapshot.trouble
    return {
        "held": shown is not None and isinstance(inner, Pay | PuttingIn | GiveUp) and order is not None,
        "total": yuan(shown.total) if shown is not None else yuan(total_of(choice_of(step))),
        "paid": yuan(shown.paid) if shown is not None else yuan(Fen(0)),
        "due": yuan(shown.due) if shown is not None else "",
        "part": shown.paid / shown.total if shown is not None and shown.total else 0.0,
        "accepts": [note(bill) for bill in sorted(shown.accepts)] if shown is not None else [],
        "bills": [{"text": note(bill), "now": shown is not None and bill in shown.accepts} for bill in sorted(known)],
        "message": session.comfort.pick(said) if said is not None else "",
        "inside": money_inside(snapshot),
        "cash": snapshot.capabilities.cash,
        "sent": isinstance(inner, GiveUp) and inner.sent,
    }


def ticket_rows(session: Session, snapshot: Snapshot) -> tuple[Row, ...]:
    """The tickets of the order that the screens speak of."""
    order = shown_order(session, snapshot)
    if order is None:
        return ()
    names = [traveller.masked_name for traveller in order.travellers]
    return tuple(
        {
            "key": ticket.number,
            "number": ticket.grouped,
            "name": names[at] if at < len(names) else "",
            "seat": str(ticket.seat) if ticket.seat is not None else "",
            "kind": int(ticket.kind),
            "fare": yuan(ticket.fare),
            "delivery": ticket.delivery.value,
        }
        for at, ticket in enumerate(order.tickets)
    )


def printing(session: Session, snapshot: Snapshot) -> Group:
    """How the order's tickets stand: how many came out, and what went wrong with which."""
    order = shown_order(session, snapshot)
    tickets = order.tickets if order is not None else ()
    count = {delivery: sum(ticket.delivery is delivery for ticket in tickets) for delivery in Delivery}
    unknown = next((ticket.number for ticket in tickets if ticket.delivery is Delivery.UNKNOWN), "")
    return {
        "count": len(tickets),
        "now": min(len(tickets), count[Delivery.PRINTED] + 1),
        "printed": count[Delivery.PRINTED],
        "busy": count[Delivery.PRINTING] > 0,
        "refused": count[Delivery.REFUSED] + count[Delivery.NONE],
        "unknown": unknown,
        "message": session.comfort.pick(order.message) if order is not None and order.message is not None else "",
        "trouble": session.comfort.pick(snapshot.trouble) if snapshot.trouble is not None else "",
    }


def code_on_show(session: Session, snapshot: Snapshot) -> str:
    """The text of the code that a passenger may photograph: of the first ticket that is not in hand, else empty."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    order = snapshot.order
    if not isinstance(step, NotPrinted) or order is None:
        return ""
    wanted = [ticket.code for ticket in order.tickets if ticket.delivery in (Delivery.UNKNOWN, Delivery.REFUSED)]
    return wanted[0] if wanted else ""


def claim(session: Session, snapshot: Snapshot) -> Group:
    """Money that staff owe the passenger, or the sentence about what could not be done."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    words = step.words if isinstance(step, Trouble) else None
    order = shown_order(session, snapshot)
    owed = order.claim if order is not None and words is None else None
    return {
        "open": owed is not None,
        "number": " ".join(owed.number[at : at + 4] for at in range(0, len(owed.number), 4)) if owed else "",
        "money": yuan(owed.fen) if owed is not None else "",
        "reason": session.comfort.pick(owed.reason) if owed is not None else "",
        "slip": owed.slip_printed if owed is not None else False,
        "words": session.comfort.pick(words) if words is not None else "",
    }


def still(session: Session, snapshot: Snapshot, at_ms: int) -> Group:
    """The question whether anybody is there: seconds left, and whether money is inside."""
    step = session.step
    left = max(0, -(-(step.until_ms - at_ms) // 1000)) if isinstance(step, StillThere) else 0
    return {"seconds": left, "inside": money_inside(snapshot)}
