"""What a snapshot changes about the step a passenger is at. Pure, beside `flow`."""

from dataclasses import replace
from typing import assert_never

from kiosk.buy.paying import HOLDING_MS, SETTLED, again
from kiosk.buy.steps import (
    Agree,
    Choice,
    Done,
    GivenBack,
    GiveUp,
    Notice,
    NotPrinted,
    Pay,
    Paying,
    Printing,
    PuttingIn,
    Recovered,
    RiderTicket,
    Seats,
    ToPhone,
    Trouble,
    Typing,
    WhereTo,
    WhichDeparture,
    Who,
)
from kiosk.buy.travellers import with_document
from kiosk.change.holder import holder_shown
from kiosk.change.steps import Swapping
from kiosk.steps import Attract, Step
from kiosk.task import Turn
from kiosk.till.commands import CancelOrder, StartCash
from kiosk.till.values import Delivery, Offer, OrderState, OrderView, PaymentState, Snapshot

NO_ANSWER = (
    "本机暂时不能为您留座，没有收取任何款项。请重新选择，或到售票窗口购票。",
    "The machine could not keep seats for you. No money was taken. Please choose again, or buy at the ticket window.",
)

TAKEN_BACK = (
    "您的付款还没有得到确认，正在为您撤销。如果钱已扣，会原路退回。请勿为同一张票重复付款。",
    "Your payment was never confirmed and is being taken back. If it was charged, it goes back the way it came.",
)

LINK_MS = 1_000
"""A link that has not changed by then is this ticket's: it was shown before."""

NO_LINK_MS = 5_000
"""A till that has not given a link by then has none: back to the ticket in hand."""

_UNFINISHED = frozenset({Delivery.NONE, Delivery.PRINTING})
_NOT_IN_HAND = frozenset({Delivery.UNKNOWN, Delivery.REFUSED})


def recovering(step: Recovered, snapshot: Snapshot, _at_ms: int) -> Turn:
    """News while business of before a restart is shown."""
    return (step if snapshot.recovered is not None else Attract()), ()


Choosing = WhereTo | WhichDeparture | Seats | Agree | Who | RiderTicket | Typing


def choosing(step: Choosing, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while nothing is ordered yet. Places that an order being given up still keeps are not somebody else's."""
    choice = step.choice
    shown = None if isinstance(step, RiderTicket) else holder_shown(step, snapshot, at_ms)
    if shown is not None:
        return shown
    late = _came_too_late(choice, snapshot)
    if late is not None:
        return late, ()
    if choice.offer is None:
        return step, ()
    offer = choice.offer if _holds_it_itself(choice.offer, choice, snapshot) else _still_sold(choice.offer, snapshot)
    if offer is None:
        without = replace(choice, offer=None, seats=())
        if isinstance(step, WhereTo):
            return replace(step, choice=without), ()
        return WhichDeparture(choice=without, notice=Notice.GONE), ()
    if offer != choice.offer:
        step = _with_offer(step, offer)
    if isinstance(step, Who | RiderTicket | Typing) and snapshot.traveller is not None:
        return with_document(step, snapshot.traveller)
    return step, ()


def _holds_it_itself(offer: Offer, choice: Choice, snapshot: Snapshot) -> bool:
    """Whether places of this coach may be missing only because this passenger's last order had them, or has them yet.

    If somebody else has them after all, the till says so when they are asked for again.
    """
    order = snapshot.order
    if order is None:
        return False
    same = (order.offer.service_date, order.offer.trip) == (offer.service_date, offer.trip)
    return order.state is OrderState.HELD or (order.order == choice.given_up and same)


def _came_too_late(choice: Choice, snapshot: Snapshot) -> Step | None:
    """Money that went in while its order was being given up: it came back, or is owed."""
    order = snapshot.order
    if order is None or order.order != choice.given_up:
        return None
    if order.state is OrderState.CLAIMED:
        return Trouble(choice=choice)
    return GivenBack(choice=choice) if order.state is OrderState.RELEASED and order.returned else None


def _with_offer(step: Choosing, offer: Offer) -> Choosing:
    """The same step with what is free of the coach now. Seats chosen that somebody else bought are said so."""
    choice = replace(step.choice, offer=offer)
    if set(choice.seats) <= set(offer.seats):
        step = replace(step, choice=choice)
        return replace(step, picked=_free(step.picked, offer)) if isinstance(step, Seats) else step
    choice = replace(choice, seats=())
    if isinstance(step, Who | Agree):
        return replace(step, choice=choice, notice=Notice.SEAT_GONE)
    step = replace(step, choice=choice)
    return replace(step, picked=_free(step.picked, offer)) if isinstance(step, Seats) else step


def _free(picked: tuple[int, ...], offer: Offer) -> tuple[int, ...]:
    return tuple(seat for seat in picked if seat in offer.seats)


def taking(step: PuttingIn, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while money goes in."""
    if _shut(snapshot):
        return again(step.choice, snapshot, at_ms), ()
    return ordered(step, snapshot, at_ms)


def waiting(step: Paying, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while a payment without cash is under way."""
    order = snapshot.order
    if order is None or order.state is not OrderState.HELD:
        return ordered(step, snapshot, at_ms)
    payment = order.payment
    if payment is None or not (step.seen or payment != step.before):
        refused = snapshot.trouble is not None and snapshot.trouble != step.trouble_before
        silent = at_ms - step.asked_ms >= HOLDING_MS
        return (again(step.choice, snapshot, at_ms) if step.seen or refused or silent else step), ()
    if payment.state is PaymentState.FAILED:
        return again(step.choice, snapshot, at_ms), ()
    stopping = step.stopping and payment.state is not PaymentState.REVERSING
    return replace(step, seen=True, state=payment.state, means=payment.means, stopping=stopping), ()


def handing(step: ToPhone, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while a ticket is handed to a phone."""
    waited = at_ms - step.asked_ms
    if snapshot.link and (snapshot.link != step.stale or waited >= LINK_MS):
        return replace(step, link=snapshot.link), ()
    if not step.link and waited >= NO_LINK_MS:
        return Done(choice=step.choice), ()
    return step, ()


def _shut(snapshot: Snapshot) -> bool:
    """Whether the till could not open the validator: back to the choice of paying, with the reason on show."""
    order = snapshot.order
    held = (
        order is not None
        and order.state is OrderState.HELD
        and not order.paid
        and not order.accepts
        and not order.accepts_coins
    )
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
        if order.state is OrderState.HELD and order.due == 0 and step.choice.exchange is not None and not order.paid:
            return Swapping(choice=step.choice), (StartCash(),)
        return ordered(step, snapshot, at_ms)
    if snapshot.trouble is not None and snapshot.trouble != step.trouble_before:
        return Trouble(choice=step.choice, words=snapshot.trouble), ()
    if at_ms - step.asked_ms >= HOLDING_MS:
        return Trouble(choice=step.choice, words=snapshot.trouble or NO_ANSWER), (CancelOrder(),)
    return step, ()


Ordered = Pay | PuttingIn | Paying | GiveUp | GivenBack | Printing | NotPrinted | Done | Trouble


def ordered(step: Ordered, snapshot: Snapshot, at_ms: int) -> Turn:
    """News of the running order."""
    return (step if snapshot.order is None else _follows(step, snapshot.order, snapshot, at_ms)), ()


def _follows(step: Ordered, order: OrderView, snapshot: Snapshot, at_ms: int) -> Step:
    choice = step.choice
    match order.state:
        case OrderState.DRAFT | OrderState.HELD:
            return _going_on(step, order, snapshot, at_ms) if isinstance(step, Pay) else step
        case OrderState.PAID:
            return Printing(choice=choice)
        case OrderState.ISSUED | OrderState.DELIVERED:
            return _given_out(step, order, choice)
        case OrderState.CLAIMED:
            return _given_out(step, order, choice) if order.tickets else Trouble(choice=choice)
        case OrderState.RELEASED:
            return _released(step, order, choice)
        case _:
            assert_never(order.state)


def _given_out(step: Step, order: OrderView, choice: Choice) -> Step:
    deliveries = {ticket.delivery for ticket in order.tickets}
    if deliveries & _UNFINISHED or not deliveries:
        return Printing(choice=choice)
    if deliveries & _NOT_IN_HAND and not isinstance(step, Done):
        return NotPrinted(choice=choice)
    return Done(choice=choice)


def _going_on(step: Pay, order: OrderView, snapshot: Snapshot, at_ms: int) -> Step:
    """The till is being paid already, whatever this screen thinks."""
    if (order.accepts or order.accepts_coins or order.paid) and not step.rest:
        return PuttingIn(choice=step.choice)
    payment = order.payment
    if payment is None or payment.state in SETTLED:
        return step
    return Paying(
        choice=step.choice,
        means=payment.means,
        before=None,
        trouble_before=snapshot.trouble,
        asked_ms=at_ms,
        state=payment.state,
        seen=True,
    )


def _released(step: Ordered, order: OrderView, choice: Choice) -> Step:
    if isinstance(step, GivenBack | Trouble | Done):
        return step
    if order.returned:
        return GivenBack(choice=choice)
    if isinstance(step, GiveUp) and step.sent:
        return Attract()
    payment = order.payment
    if payment is not None and payment.state in (PaymentState.UNCLEAR, PaymentState.REVERSING):
        return Trouble(choice=choice, words=order.message or TAKEN_BACK)
    if isinstance(step, Pay | PuttingIn | Paying | GiveUp):
        return WhichDeparture(choice=choice, notice=Notice.TIME_UP)
    return step
