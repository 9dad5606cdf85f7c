"""Paying with bills, and giving up with money inside. Pure, beside `flow`."""

from kiosk.buy import touches as b
from kiosk.buy.steps import GiveUp, Pay, PuttingIn, WhereTo, WhichDeparture, Who
from kiosk.steps import Attract, Step
from kiosk.task import Turn
from kiosk.till.commands import CancelOrder, EndSession, StartCash
from kiosk.till.values import OrderState, Snapshot
from kiosk.touches import Back, Continue, Touch

HOLDING_MS = 5_000
"""A till that has not kept the places by then has trouble; the passenger is told instead of left waiting."""


def money_inside(snapshot: Snapshot) -> bool:
    """Whether an order that is not finished has money in it."""
    order = snapshot.order
    return order is not None and order.state is OrderState.HELD and order.paid > 0


def is_held(step: Pay | PuttingIn, snapshot: Snapshot) -> bool:
    """Whether the places of this step's order are kept, so that it can be paid."""
    order = snapshot.order
    if order is None or order.state is not OrderState.HELD:
        return False
    return isinstance(step, PuttingIn) or order.order != step.before


def on_paying(step: Pay | PuttingIn, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while the order is held. What would give it up asks first once money is inside."""
    elsewhere: Step
    match touch:
        case b.PayCash() if isinstance(step, Pay) and is_held(step, snapshot):
            return PuttingIn(choice=step.choice), (StartCash(),)
        case Back() | b.ChangeTravellers():
            elsewhere = Who(choice=step.choice)
        case b.ChangeDeparture():
            elsewhere = WhichDeparture(choice=step.choice)
        case b.ChangeDestination():
            elsewhere = WhereTo(choice=step.choice)
        case _:
            return step, ()
    if money_inside(snapshot):
        return (GiveUp(choice=step.choice), ()) if isinstance(touch, Back) else (step, ())
    return elsewhere, (CancelOrder(),)


def on_give_up(step: GiveUp, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to "stop although money is inside?"."""
    if step.sent:
        return step, ()
    match touch:
        case b.GiveUpMoney():
            return GiveUp(choice=step.choice, sent=True), (CancelOrder(),)
        case Back() | Continue() if snapshot.order is not None:
            return PuttingIn(choice=step.choice), ()
        case _:
            return step, ()


def start_over(step: Pay | PuttingIn, snapshot: Snapshot) -> Turn:
    """The answer to "start over": with money inside it is asked about first."""
    if money_inside(snapshot):
        return GiveUp(choice=step.choice), ()
    return Attract(), (CancelOrder(), EndSession())


def leaves(step: Pay | PuttingIn | GiveUp, snapshot: Snapshot) -> Turn:
    """Nobody is here any more. Money that is in the open order goes back first, and that is shown."""
    if money_inside(snapshot):
        return GiveUp(choice=step.choice, sent=True), (CancelOrder(),)
    return Attract(), (EndSession(),) if isinstance(step, GiveUp) else (CancelOrder(), EndSession())
