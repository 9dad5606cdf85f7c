"""Where somebody is who collects a ticket."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.find.steps import AboutTicket, Asked


class How(StrEnum):
    """How a ticket was handed over."""

    PAPER = "paper"
    PHONE = "phone"
    CARD = "card"  # not at all: the ID card admits


class Sheet(StrEnum):
    """How the paper stands that was asked for."""

    PRINTING = "printing"
    UNKNOWN = "unknown"  # nobody knows whether it came out
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(AboutTicket):
    """This is the ticket: on paper, on a phone, or neither?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Asked):
    """It is being printed, or it is not known to be in hand."""

    sheet: Sheet = Sheet.PRINTING


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OnPhone(AboutTicket):
    """A code on the screen hands the ticket to a phone. `stale` is the link that stood there before it was asked for.

    Never shown in a log: the link is the ticket.
    """

    stale: str
    asked_ms: int
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected(AboutTicket):
    """In hand: where to go now."""

    how: How


CollectStep = Collect | Paper | OnPhone | Collected
