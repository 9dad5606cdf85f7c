"""The life of an order, as a table. Every step is a durable row before the next begins."""

from collections.abc import Mapping
from enum import StrEnum

from kiosk.till.values import OrderState


class Step(StrEnum):
    """What can happen to an order."""

    HOLD = "hold"  # places and identities are written down
    PAY = "pay"  # the whole sum is there
    RELEASE = "release"  # given up with no money left in it
    CLAIM = "claim"  # the money cannot become tickets and cannot come back
    ISSUE = "issue"  # every ticket is signed
    DELIVER = "deliver"  # the last ticket was given out


STEPS: Mapping[tuple[OrderState, Step], OrderState] = {
    (OrderState.DRAFT, Step.HOLD): OrderState.HELD,
    (OrderState.HELD, Step.PAY): OrderState.PAID,
    (OrderState.HELD, Step.RELEASE): OrderState.RELEASED,
    (OrderState.HELD, Step.CLAIM): OrderState.CLAIMED,
    (OrderState.PAID, Step.ISSUE): OrderState.ISSUED,
    (OrderState.PAID, Step.CLAIM): OrderState.CLAIMED,
    (OrderState.PAID, Step.RELEASE): OrderState.RELEASED,
    (OrderState.ISSUED, Step.DELIVER): OrderState.DELIVERED,
}
"""What leads where. Anything that is not in here is a bug of ours, never something a passenger did."""


class WrongStep(Exception):
    """A step that an order in this state cannot take."""


def after(state: OrderState, step: Step) -> OrderState:
    """The state that `step` leads to. Raises WrongStep."""
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongStep(f"an order that is {state} cannot take the step {step}") from None
