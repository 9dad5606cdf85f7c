"""Where a passenger who buys is: one frozen class per step, and what was chosen so far."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.steps import Step
from kiosk.till.values import Destination, Offer, Words
from tickets.identity import DocumentKind
from tickets.journey import TicketKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Rider:
    """One traveller of the order being put together. The document is in the till, under `handle`."""

    handle: str
    kind: TicketKind
    children: int
    masked_name: str
    masked_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What has been chosen so far; each part can be changed from the journey rail.

    `seen` are the handles of all documents that were taken in, dropped ones too: the till may name one once more.
    """

    destination: Destination | None = None
    offer: Offer | None = None
    riders: tuple[Rider, ...] = ()
    seen: frozenset[str] = frozenset()


class Notice(StrEnum):
    """Why a passenger is asked again."""

    GONE = "gone"  # the coach chosen is no longer sold
    TIME_UP = "time_up"  # the places were given up before anything was paid
    FULL = "full"  # no more travellers fit


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereTo(Step):
    """Which destination? `spelling` shows the letters, `typed` are those touched."""

    choice: Choice
    spelling: bool = False
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichDeparture(Step):
    """Which coach?"""

    choice: Choice
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who(Step):
    """Who travels?"""

    choice: Choice
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiderTicket(Step):
    """Which ticket for the traveller of this handle?"""

    choice: Choice
    handle: str


class Field(StrEnum):
    """What is being typed of a document."""

    KIND = "kind"
    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Typing(Step):
    """A document being typed on our own keypad. Never shown in a log: it has no repr."""

    choice: Choice
    field: Field = Field.KIND
    kind: DocumentKind = DocumentKind.RESIDENT_ID
    number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Step):
    """How to pay? The places are being held, or held.

    `before` and `trouble_before` are what the till showed when holding was asked for: they are not the answer.
    """

    choice: Choice
    before: str | None
    trouble_before: Words | None
    asked_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PuttingIn(Step):
    """Bills go in."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp(Step):
    """Give up although money is in the machine? `sent` once the passenger said yes."""

    choice: Choice
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing(Step):
    """Paid. Tickets are made and printed."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPrinted(Step):
    """Paid and issued, but a ticket is not in hand: refused by the printer, or nobody knows."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Step):
    """Tickets are in hand: where to go now."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Step):
    """Something could not be done. `words` says what, None when the order's open claim says it."""

    choice: Choice
    words: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Step):
    """Business of before a restart, offered to whoever stands here."""
