"""Where somebody is who gives a ticket back."""

from dataclasses import dataclass

from kiosk.find.steps import AboutTicket, Asked
from kiosk.till.values import FindView


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(AboutTicket):
    """This is kept, this comes back, this way: give it back?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunding(Asked):
    """Whoever has to agree is being asked, or the money is on its way. Not to be left.

    `long` once it takes longer than it usually does.
    """

    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(AboutTicket):
    """What came back, or what staff owe. `result` is kept here: the passenger may have to write a number down.

    `restarted` is true for a refund that was ended after a restart, offered to whoever stands here.
    """

    result: FindView
    restarted: bool = False


RefundStep = Refund | Refunding | Refunded
