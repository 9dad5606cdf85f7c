"""Paying with bills, and giving up with money inside. Pure, beside `flow`."""

from kiosk import touches as t
from kiosk.steps import GiveUp, Pay, PuttingIn, Step, WhereTo, WhichDeparture, Who
from kiosk.till.commands import (
    CancelOrder,
    Command,
    StartCash,
)
from kiosk.till.values import (
    OrderState,
    Snapshot,
)

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


def on_paying(step: Pay | PuttingIn, touch: t.Touch, snapshot: Snapshot) -> tuple[Step, tuple[Command, ...]]:
    """The answer to a touch while the order is held. What would give it up asks first once money is inside."""
    elsewhere: Step
    match touch:
        case t.PayCash() if isinstance(step, Pay) and is_held(step, snapshot):
            return PuttingIn(choice=step.choice), (StartCash(),)
        case t.Back() | t.ChangeTravellers():
            elsewhere = Who(choice=step.choice)
        case t.ChangeDeparture():
            elsewhere = WhichDeparture(choice=step.choice)
        case t.ChangeDestination():
            elsewhere = WhereTo(choice=step.choice)
        case _:
            return step, ()
    if money_inside(snapshot):
        return (GiveUp(choice=step.choice), ()) if isinstance(touch, t.Back) else (step, ())
    return elsewhere, (CancelOrder(),)


def give_up(step: GiveUp, touch: t.Touch, snapshot: Snapshot) -> tuple[Step, tuple[Command, ...]]:
    """The answer to "stop although money is inside?"."""
    if step.sent:
        return step, ()
    match touch:
        case t.GiveUpMoney():
            return GiveUp(choice=step.choice, sent=True), (CancelOrder(),)
        case t.Back() | t.Continue() if snapshot.order is not None:
            return PuttingIn(choice=step.choice), ()
        case _:
            return step, ()
