"""Where somebody is who changes a ticket: before another coach is chosen, and when the old ticket pays for it all."""

from dataclasses import dataclass

from kiosk.buy.steps import Choice
from kiosk.find.steps import AboutTicket
from kiosk.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(AboutTicket):
    """This is what the ticket is worth: choose another coach for it?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapping(Step):
    """The old ticket pays for the new one, which was agreed on: nothing is to pay, and nothing to touch."""

    choice: Choice
