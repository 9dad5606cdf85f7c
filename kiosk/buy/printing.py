"""Tickets that are paid: copies, and what is left of a purchase after a restart. Pure."""

from dataclasses import replace

from kiosk.buy import touches as b
from kiosk.buy.steps import Done, GivenBack, NotPrinted, Printing, Recovered, ToPhone, Trouble, WhichDeparture
from kiosk.steps import Attract, Session, Step
from kiosk.task import Turn, wipes
from kiosk.till.commands import Command, EndSession, PrintTickets, Reprint, TakeAlong
from kiosk.till.values import Delivery, OrderState, OrderView, Snapshot
from kiosk.touches import Back, Confirm, Finish, Touch


def on_not_printed(step: NotPrinted, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while a paid ticket is not known to be in hand."""
    if isinstance(touch, b.HaveTicket):
        return Done(choice=step.choice), ()
    commands = _printing(touch, snapshot.order)
    return (Printing(choice=step.choice), commands) if commands else (step, ())


def on_done(step: Done, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch once tickets are in hand."""
    match touch:
        case Finish():
            return wipes(step, snapshot)
        case b.ShowLink(number=number) if _is_of(snapshot.order, number):
            shown = ToPhone(choice=step.choice, number=number, stale=snapshot.link, asked_ms=at_ms)
            return shown, (TakeAlong(number=number),)
        case _:
            return step, ()


def on_phone(step: ToPhone, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch while a code hands a ticket to a phone: another ticket, or back to where to go."""
    match touch:
        case b.ShowLink(number=number) if number != step.number and _is_of(snapshot.order, number):
            shown = replace(step, number=number, stale=snapshot.link, asked_ms=at_ms, link="")
            return shown, (TakeAlong(number=number),)
        case Confirm() | Back():
            return Done(choice=step.choice), ()
        case _:
            return step, ()


def on_given_back(step: GivenBack, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to whoever has taken the money out of the tray."""
    return wipes(step, snapshot) if isinstance(touch, Finish) else (step, ())


def _is_of(order: OrderView | None, number: str) -> bool:
    return order is not None and any(ticket.number == number for ticket in order.tickets)


def on_trouble(step: Trouble, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to "I have read it": back to the coaches where another may be chosen, else the end."""
    if not isinstance(touch, Finish):
        return step, ()
    order = snapshot.order
    open_order = order is not None and order.claim is None and not order.tickets
    unchanged = order is not None and order.state is OrderState.RELEASED and step.choice.exchange is not None
    may_choose = snapshot.capabilities.sells and step.choice.destination is not None
    if step.words is not None and may_choose and (unchanged or not open_order):
        return WhichDeparture(choice=replace(step.choice, seats=())), ()
    return wipes(step, snapshot)


def on_recovered(step: Recovered, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to whoever stands before business of before a restart."""
    match touch:
        case b.NotMine():
            return leaves_recovered(step, snapshot)
        case Finish():
            return Attract(), (EndSession(),)
        case _:
            return step, _printing(touch, snapshot.recovered)


def leaves_recovered(_step: Recovered, snapshot: Snapshot) -> Turn:
    """Whoever was here did not say that it is theirs: kept in the till, and offered by a line from then on."""
    order = snapshot.recovered
    return Attract(waved_away=order.order if order is not None else None), ()


def unasked_recovered(session: Session, snapshot: Snapshot) -> Step | None:
    """Business of before a restart is shown without a touch, until somebody says that it is not theirs."""
    order = snapshot.recovered
    return Recovered() if order is not None and order.order != session.waved_away else None


def waits_trouble(_step: Trouble, snapshot: Snapshot) -> int | None:
    """A claim without a slip waits for ever: the passenger may be fetching a pen, or staff."""
    order = snapshot.order
    unprinted = order is not None and order.claim is not None and not order.claim.slip_printed
    return None if unprinted else 60_000


def waits_not_printed(_step: NotPrinted, snapshot: Snapshot) -> int | None:
    """Money that is paid with no ticket in hand waits for ever: the passenger may be fetching staff."""
    order = snapshot.order
    refused = order is not None and any(t.delivery is Delivery.REFUSED for t in order.tickets)
    return None if refused else 60_000


def _printing(touch: Touch, order: OrderView | None) -> tuple[Command, ...]:
    match touch:
        case b.PrintAgain() if order is not None:
            return (PrintTickets(),)
        case b.PrintCopy(number=number) if _is_of(order, number):
            return (Reprint(number=number),)
        case _:
            return ()
