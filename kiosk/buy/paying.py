"""Paying with whatever works now, and giving up with money inside. Pure."""

from dataclasses import replace

from kiosk.buy import touches as b
from kiosk.buy.seating import closed
from kiosk.buy.steps import Choice, GiveUp, Pay, Paying, PuttingIn, WhereTo, WhichDeparture
from kiosk.steps import Attract, Step
from kiosk.task import Turn
from kiosk.till.commands import CancelOrder, EndSession, StartCash, StartPayment, StopPayment
from kiosk.till.values import Capabilities, Means, OrderState, PaymentState, PaymentView, Snapshot
from kiosk.touches import Back, Continue, Touch

HOLDING_MS = 5_000
"""A till that has not kept the places by then has trouble; the passenger is told instead of left waiting."""

STOPPABLE = frozenset(
    {PaymentState.STARTING, PaymentState.WAITING_CODE, PaymentState.SHOWING_CODE, PaymentState.CONFIRMING}
)
"""A payment at one of these can be stopped by the passenger; nobody doubts yet what became of it."""

SETTLED = frozenset({PaymentState.FAILED, PaymentState.REVERSING})
"""A payment at one of these stands in no other's way: it was not paid, or is being taken back."""


def means_now(can: Capabilities) -> tuple[Means, ...]:
    """What can be paid with now."""
    return can.means or ((Means.CASH,) if can.cash else ())


def money_inside(snapshot: Snapshot) -> bool:
    """Whether an order that is not finished has money in it."""
    order = snapshot.order
    return order is not None and order.state is OrderState.HELD and order.paid > 0


def payment_of(snapshot: Snapshot) -> PaymentView | None:
    """The payment without cash of the running order."""
    return snapshot.order.payment if snapshot.order is not None else None


def is_held(step: Pay | PuttingIn | Paying, snapshot: Snapshot) -> bool:
    """Whether the places of this step's order are kept, so that it can be paid."""
    order = snapshot.order
    if order is None or order.state is not OrderState.HELD:
        return False
    return not isinstance(step, Pay) or order.order != step.before


def begins_paying(choice: Choice, means: Means, snapshot: Snapshot, at_ms: int) -> Turn:
    """Pay with `means` from here on."""
    if means is Means.CASH:
        return PuttingIn(choice=choice), (StartCash(),)
    asked = Paying(
        choice=choice,
        means=means,
        before=payment_of(snapshot),
        trouble_before=snapshot.trouble,
        asked_ms=at_ms,
    )
    return asked, (StartPayment(means=means),)


def on_pay(step: Pay | PuttingIn, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch while the order is held. What would give it up asks first once money is inside."""
    elsewhere: Step
    choice = replace(step.choice, given_up=snapshot.order.order if snapshot.order is not None else "")
    match touch:
        case b.PayBy(means=means) if isinstance(step, Pay) and is_held(step, snapshot):
            if means not in means_now(snapshot.capabilities):
                return step, ()
            return begins_paying(step.choice, means, snapshot, at_ms)
        case Back() if isinstance(step, PuttingIn) and not money_inside(snapshot) and _several(snapshot):
            return again(step.choice, snapshot, at_ms), ()
        case Back() | b.ChangeTravellers():
            elsewhere = closed(choice)
        case b.ChangeDeparture():
            elsewhere = WhichDeparture(choice=choice)
        case b.ChangeDestination() if step.choice.exchange is None:
            elsewhere = WhereTo(choice=choice)
        case _:
            return step, ()
    if money_inside(snapshot):
        return (GiveUp(choice=step.choice), ()) if isinstance(touch, Back) else (step, ())
    return elsewhere, (CancelOrder(),)


def on_paying(step: Paying, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch while a payment without cash is under way. Nothing else is offered while it is unclear."""
    match touch:
        case Back() if step.state in STOPPABLE and not step.stopping:
            return replace(step, stopping=True), (StopPayment(),)
        case b.StopPaying() if step.state is PaymentState.UNCLEAR and not step.stopping:
            return replace(step, stopping=True), (StopPayment(),)
        case b.OtherMeans() if step.state is PaymentState.REVERSING:
            return again(step.choice, snapshot, at_ms), ()
        case _:
            return step, ()


def again(choice: Choice, snapshot: Snapshot, at_ms: int) -> Pay:
    """How to pay the order that is held, or the rest of it, once more."""
    rest = money_inside(snapshot)
    return Pay(choice=choice, before=None, trouble_before=snapshot.trouble, asked_ms=at_ms, rest=rest)


def other_means(snapshot: Snapshot) -> bool:
    """Whether anything else than cash can be paid with now."""
    return any(means is not Means.CASH for means in means_now(snapshot.capabilities))


def stoppable(step: Paying) -> bool:
    """Whether the passenger can go back from this payment."""
    return step.state in STOPPABLE and not step.stopping


def on_give_up(step: GiveUp, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to "stop although money is inside?"."""
    if step.sent:
        return step, ()
    match touch:
        case b.GiveUpMoney():
            return GiveUp(choice=step.choice, sent=True), (CancelOrder(),)
        case b.OtherMeans() if other_means(snapshot):
            return again(step.choice, snapshot, at_ms), ()
        case Back() | Continue() if snapshot.order is not None:
            return PuttingIn(choice=step.choice), ()
        case _:
            return step, ()


def start_over(step: Pay | PuttingIn, snapshot: Snapshot) -> Turn:
    """The answer to "start over": with money inside it is asked about first."""
    if money_inside(snapshot):
        return GiveUp(choice=step.choice), ()
    return Attract(), (CancelOrder(), EndSession())


def leaves(step: Pay | PuttingIn | Paying | GiveUp, snapshot: Snapshot) -> Turn:
    """Nobody is here any more. Money that is in the open order goes back first, and that is shown."""
    if money_inside(snapshot):
        return GiveUp(choice=step.choice, sent=True), (CancelOrder(),)
    return Attract(), (EndSession(),) if isinstance(step, GiveUp) else (CancelOrder(), EndSession())


def waits_paying(step: Paying, _snapshot: Snapshot) -> int | None:
    """Nobody is asked anything while it is not known what became of the money."""
    return None if step.state is PaymentState.UNCLEAR else 60_000


def _several(snapshot: Snapshot) -> bool:
    return len(means_now(snapshot.capabilities)) > 1
