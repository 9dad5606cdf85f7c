"""What a snapshot changes about the step a passenger is at. Pure, beside `flow`."""

from dataclasses import replace
from typing import assert_never

from kiosk.buy.paying import HOLDING_MS
from kiosk.buy.steps import (
    Choice,
    Done,
    GiveUp,
    Notice,
    NotPrinted,
    Pay,
    Printing,
    PuttingIn,
    Recovered,
    RiderTicket,
    Trouble,
    Typing,
    WhereTo,
    WhichDeparture,
    Who,
)
from kiosk.buy.travellers import with_document
from kiosk.steps import Attract, Step
from kiosk.task import Turn
from kiosk.till.commands import CancelOrder
from kiosk.till.values import Delivery, Offer, OrderState, OrderView, Snapshot

NO_ANSWER = (
    "本机暂时不能为您留座，没有收取任何款项。请重新选择，或到售票窗口购票。",
    "The machine could not keep seats for you. No money was taken. Please choose again, or buy at the ticket window.",
)

_UNFINISHED = frozenset({Delivery.NONE, Delivery.PRINTING})
_NOT_IN_HAND = frozenset({Delivery.UNKNOWN, Delivery.REFUSED})


def recovering(step: Recovered, snapshot: Snapshot, _at_ms: int) -> Turn:
    """News while business of before a restart is shown."""
    return (step if snapshot.recovered is not None else Attract()), ()


def choosing(step: WhereTo | WhichDeparture | Who | RiderTicket | Typing, snapshot: Snapshot, _at_ms: int) -> Turn:
    """News while nothing is ordered yet."""
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
    if isinstance(step, Who | RiderTicket | Typing) and snapshot.traveller is not None:
        return with_document(step, snapshot.traveller)
    return step, ()


def taking(step: PuttingIn, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while money goes in."""
    if _shut(snapshot):
        return Pay(choice=step.choice, before=None, trouble_before=snapshot.trouble, asked_ms=at_ms), ()
    return ordered(step, snapshot, at_ms)


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


def holding(step: Pay, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while places are being kept, or are kept and nothing is paid."""
    order = snapshot.order
    if order is not None and order.order != step.before:
        return ordered(step, snapshot, at_ms)
    if snapshot.trouble is not None and snapshot.trouble != step.trouble_before:
        return Trouble(choice=step.choice, words=snapshot.trouble), ()
    if at_ms - step.asked_ms >= HOLDING_MS:
        return Trouble(choice=step.choice, words=snapshot.trouble or NO_ANSWER), (CancelOrder(),)
    return step, ()


def ordered(
    step: Pay | PuttingIn | GiveUp | Printing | NotPrinted | Done | Trouble, snapshot: Snapshot, _at_ms: int
) -> Turn:
    """News of the running order."""
    return (step if snapshot.order is None else _follows(step, snapshot.order)), ()


def _follows(step: Pay | PuttingIn | GiveUp | Printing | NotPrinted | Done | Trouble, order: OrderView) -> Step:
    choice = step.choice
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
