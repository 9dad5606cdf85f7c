"""An order as money, as tickets and as a claim. Pure."""

from kiosk.buy.paying import is_held, means_now, money_inside, other_means, payment_of
from kiosk.buy.present.values import choice_of, shown_order
from kiosk.buy.steps import GiveUp, NotPrinted, Pay, Paying, PuttingIn, ToPhone, Trouble
from kiosk.buy.travellers import due_of, total_of
from kiosk.present.values import Group, Row, note
from kiosk.steps import Session
from kiosk.till.values import NO_MONEY, Capabilities, Delivery, OrderView, PaymentState, Snapshot
from tickets.money import yuan


def paying(session: Session, snapshot: Snapshot) -> Group:
    """The order as money: to pay, paid, what can be paid with, and which notes and coins go in now."""
    inner, order, can = session.at, shown_order(session, snapshot), snapshot.capabilities
    fresh = order is not None and (not isinstance(inner, Pay) or is_held(inner, snapshot))
    shown = order if fresh else None
    takes = (shown.accepts, shown.accepts_coins) if shown is not None else ((), ())
    return {
        "held": shown is not None and isinstance(inner, Pay | PuttingIn | GiveUp),
        "total": yuan(shown.total) if shown is not None else yuan(total_of(choice_of(inner))),
        "paid": yuan(shown.paid) if shown is not None else yuan(NO_MONEY),
        "due": yuan(shown.due) if shown is not None else yuan(due_of(choice_of(inner))),
        "part": shown.paid / shown.total if shown is not None and shown.total else 0.0,
        "open": any(takes),
        "notes": [{"text": note(value), "now": value in takes[0]} for value in sorted(can.bills)],
        "coins": [{"text": note(value), "now": value in takes[1]} for value in sorted(can.coins)],
        "gives": note(can.change) if can.change else "",
        "change": yuan(shown.change_due) if shown is not None and shown.change_due else "",
        "returned": yuan(shown.returned) if shown is not None and shown.returned else "",
        "message": _said(session, snapshot, shown),
        "inside": money_inside(snapshot),
        "others": other_means(snapshot),
        "means": [means.value for means in means_now(can)],
        "busy": isinstance(inner, Pay) and shown is not None and _is(shown, PaymentState.REVERSING),
        "failed": isinstance(inner, Pay) and shown is not None and _is(shown, PaymentState.FAILED),
        "back": _comes_back(shown, can),
        "sent": isinstance(inner, GiveUp) and inner.sent,
    }


def _said(session: Session, snapshot: Snapshot, order: OrderView | None) -> str:
    """The one sentence about the money: the payment's own first, while the passenger may pay again."""
    payment = order.payment if order is not None else None
    told = payment.message if payment is not None and isinstance(session.at, Pay) else None
    said = told or (order.message if order is not None else None) or snapshot.trouble
    return session.comfort.pick(said) if said is not None else ""


def _comes_back(order: OrderView | None, can: Capabilities) -> str:
    """How the money inside would come back: "coins", "slip", or "part" of it each way."""
    if order is None or not can.change:
        return "slip"
    return "coins" if order.paid <= can.change else "part"


def _is(order: OrderView, state: PaymentState) -> bool:
    return order.payment is not None and order.payment.state is state


def payment(session: Session, snapshot: Snapshot) -> Group:
    """The payment without cash that is under way, without the code that may have to be shown."""
    step, shown = session.at, payment_of(snapshot)
    if not isinstance(step, Paying):
        return {"means": "", "state": "", "seconds": 0, "message": "", "stopping": False, "due": ""}
    told = shown.message if shown is not None and step.seen else None
    return {
        "means": step.means.value,
        "state": step.state.value,
        "seconds": shown.seconds_left if shown is not None and step.seen else 0,
        "message": session.comfort.pick(told) if told is not None else "",
        "stopping": step.stopping,
        "due": yuan(snapshot.order.due) if snapshot.order is not None else "",
    }


def payment_code(session: Session, snapshot: Snapshot) -> str:
    """The text of the code that a passenger's phone pays by, else empty."""
    step, shown = session.at, payment_of(snapshot)
    if not isinstance(step, Paying) or shown is None or step.state is not PaymentState.SHOWING_CODE:
        return ""
    return shown.code


def link(session: Session, snapshot: Snapshot) -> Group:
    """Which ticket is handed to a phone, and which could be next."""
    order = snapshot.order
    numbers = [ticket.number for ticket in order.tickets] if order is not None else []
    step = session.at
    at = numbers.index(step.number) if isinstance(step, ToPhone) and step.number in numbers else 0
    return {
        "count": len(numbers),
        "at": at + 1,
        "first": numbers[0] if numbers else "",
        "following": numbers[at + 1] if at + 1 < len(numbers) else "",
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
