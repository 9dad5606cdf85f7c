"""What a snapshot changes about the step a passenger is at. Pure, beside `flow`."""

from dataclasses import replace
from typing import assert_never

from kiosk.paying import HOLDING_MS
from kiosk.steps import (
    Attract,
    Choice,
    Done,
    GiveUp,
    Notice,
    NotPrinted,
    OutOfService,
    Pay,
    Printing,
    PuttingIn,
    Recovered,
    Step,
    StillThere,
    Trouble,
    Typing,
    WhereTo,
    WhichDeparture,
    Who,
)
from kiosk.till.commands import (
    CancelOrder,
    Command,
)
from kiosk.till.values import (
    Delivery,
    Offer,
    OrderState,
    OrderView,
    Snapshot,
)
from kiosk.travellers import with_document

NO_ANSWER = (
    "本机暂时不能为您留座，没有收取任何款项。请重新选择，或到售票窗口购票。",
    "The machine could not keep seats for you. No money was taken. Please choose again, or buy at the ticket window.",
)

_UNFINISHED = frozenset({Delivery.NONE, Delivery.PRINTING})
_NOT_IN_HAND = frozenset({Delivery.UNKNOWN, Delivery.REFUSED})


def adopt(step: Step, snapshot: Snapshot, *, waved_away: str | None, at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    """The step that the snapshot leads to, and what the till is asked to do because of it."""
    match step:
        case Attract() | OutOfService():
            return _idle(snapshot, waved_away), ()
        case Recovered():
            return (step if snapshot.recovered is not None else _idle(snapshot, waved_away)), ()
        case WhereTo() | WhichDeparture() | Who() | Typing():
            return _choosing(step, snapshot)
        case Pay():
            return _holding(step, snapshot, at_ms)
        case PuttingIn() if _shut(snapshot):
            return Pay(choice=step.choice, before=None, trouble_before=snapshot.trouble, asked_ms=at_ms), ()
        case PuttingIn() | GiveUp() | Printing() | NotPrinted() | Done() | Trouble():
            return _ordered(step, snapshot), ()
        case StillThere():
            return step, ()
        case _:
            assert_never(step)


def _idle(snapshot: Snapshot, waved_away: str | None) -> Step:
    if snapshot.recovered is not None and snapshot.recovered.order != waved_away:
        return Recovered()
    return Attract() if snapshot.capabilities.sells else OutOfService()


def _choosing(step: WhereTo | WhichDeparture | Who | Typing, snapshot: Snapshot) -> tuple[Step, tuple[Command, ...]]:
    choice = step.choice
    if choice.offer is None:
        return step, ()
    offer = _still_sold(choice.offer, snapshot)
    if offer is None:
        without = replace(choice, offer=None)
        if isinstance(step, WhereTo):
            return replace(step, choice=without), ()
        return WhichDeparture(choice=without, notice=Notice.GONE), ()
    if offer != choice.offer:
        step = replace(step, choice=replace(choice, offer=offer))
    if isinstance(step, Who | Typing) and snapshot.traveller is not None:
        return with_document(step, snapshot.traveller)
    return step, ()


def _shut(snapshot: Snapshot) -> bool:
    """Whether the till could not open the validator: back to the choice of paying, with the reason on show."""
    order = snapshot.order
    held = order is not None and order.state is OrderState.HELD and not order.paid and not order.accepts
    return held and snapshot.trouble is not None


def _still_sold(offer: Offer, snapshot: Snapshot) -> Offer | None:
    for now in snapshot.offers:
        if (now.service_date, now.trip, now.destination) == (offer.service_date, offer.trip, offer.destination):
            return now
    return None


def _holding(step: Pay, snapshot: Snapshot, at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    order = snapshot.order
    if order is not None and order.order != step.before:
        return _ordered(step, snapshot), ()
    if snapshot.trouble is not None and snapshot.trouble != step.trouble_before:
        return Trouble(choice=step.choice, words=snapshot.trouble), ()
    if at_ms - step.asked_ms >= HOLDING_MS:
        return Trouble(choice=step.choice, words=snapshot.trouble or NO_ANSWER), (CancelOrder(),)
    return step, ()


def _ordered(step: Pay | PuttingIn | GiveUp | Printing | NotPrinted | Done | Trouble, snapshot: Snapshot) -> Step:
    order, choice = snapshot.order, step.choice
    if order is None:
        return step
    match order.state:
        case OrderState.DRAFT | OrderState.HELD:
            paying = isinstance(step, Pay) and (order.accepts or order.paid)
            return PuttingIn(choice=choice) if paying else step
        case OrderState.PAID:
            return Printing(choice=choice)
        case OrderState.ISSUED | OrderState.DELIVERED:
            return _given_out(step, order, choice)
        case OrderState.CLAIMED:
            return Trouble(choice=choice)
        case OrderState.RELEASED:
            return _released(step, choice)
        case _:
            assert_never(order.state)


def _given_out(step: Step, order: OrderView, choice: Choice) -> Step:
    deliveries = {ticket.delivery for ticket in order.tickets}
    if deliveries & _UNFINISHED or not deliveries:
        return Printing(choice=choice)
    if deliveries & _NOT_IN_HAND and not isinstance(step, Done):
        return NotPrinted(choice=choice)
    return Done(choice=choice)


def _released(step: Step, choice: Choice) -> Step:
    if isinstance(step, GiveUp) and step.sent:
        return Attract()
    if isinstance(step, Pay | PuttingIn | GiveUp):
        return WhichDeparture(choice=choice, notice=Notice.TIME_UP)
    return step
