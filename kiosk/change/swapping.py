"""A change that costs nothing more: whoever has to agree to the old ticket's end is being asked. Pure."""

from kiosk.buy.news import ordered
from kiosk.buy.paying import again
from kiosk.buy.steps import PuttingIn, Trouble
from kiosk.change.steps import Swapping
from kiosk.task import Turn
from kiosk.till.values import OrderState, Snapshot, Words

NOT_CHANGED: Words = (
    "车票未能改签，没有收取任何款项，原车票照常有效。请重新选择，或到售票窗口办理。",
    "The ticket was not changed and nothing was charged: it stays good. Choose again, or go to the ticket window.",
)


def swapping(step: Swapping, snapshot: Snapshot, at_ms: int) -> Turn:
    """News while the old ticket is taken and the new one made."""
    order = snapshot.order
    if order is None or (order.state is OrderState.HELD and order.due == 0):
        return step, ()
    if order.state is OrderState.HELD:
        return again(step.choice, snapshot, at_ms), ()
    if order.state is OrderState.RELEASED:
        return Trouble(choice=step.choice, words=order.message or NOT_CHANGED), ()
    return ordered(PuttingIn(choice=step.choice), snapshot, at_ms)
