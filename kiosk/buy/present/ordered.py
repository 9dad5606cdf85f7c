"""An order as money, as tickets and as a claim. Pure."""

from kiosk.buy.paying import is_held, money_inside
from kiosk.buy.present.values import choice_of, shown_order
from kiosk.buy.steps import GiveUp, NotPrinted, Pay, PuttingIn, Trouble
from kiosk.buy.travellers import total_of
from kiosk.present.values import Group, Row, note
from kiosk.steps import Session
from kiosk.till.values import Delivery, Snapshot
from tickets.money import Fen, yuan


def paying(session: Session, snapshot: Snapshot) -> Group:
    """The order as money: to pay, paid, and which bills go in now."""
    inner, order = session.at, shown_order(session, snapshot)
    fresh = order is not None and (not isinstance(inner, Pay) or is_held(inner, snapshot))
    shown = order if fresh else None
    known = snapshot.capabilities.bills
    said = (shown.message if shown is not None else None) or snapshot.trouble
    return {
        "held": shown is not None and isinstance(inner, Pay | PuttingIn | GiveUp) and order is not None,
        "total": yuan(shown.total) if shown is not None else yuan(total_of(choice_of(inner))),
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
    step = session.at
    order = snapshot.order
    if not isinstance(step, NotPrinted) or order is None:
        return ""
    wanted = [ticket.code for ticket in order.tickets if ticket.delivery in (Delivery.UNKNOWN, Delivery.REFUSED)]
    return wanted[0] if wanted else ""


def claim(session: Session, snapshot: Snapshot) -> Group:
    """Money that staff owe the passenger, or the sentence about what could not be done; `again`: it is worth a try."""
    step = session.at
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
        "again": words is not None and snapshot.capabilities.sells,
    }
