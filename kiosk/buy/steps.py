"""Where a passenger who buys is: one frozen class per step, and what was chosen so far."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.steps import Step
from kiosk.till.values import Destination, Means, Offer, PaymentState, PaymentView, Words
from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Rider:
    """One traveller of the order being put together. The document is in the till, under `handle`."""

    handle: str
    kind: TicketKind
    children: int
    masked_name: str
    masked_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The ticket that the new one takes the place of. `credit` is what it is worth.

    `handle` names the document that it was found by; without one its holder is asked for it.
    """

    number: str
    kind: TicketKind
    credit: Fen
    handle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What has been chosen so far; each part can be changed from the journey rail.

    `day` is the day looked at, None for the next departures. `seats` are wishes, none while the machine is to choose.
    `given_up` is the order that was given up last, in which money may have arrived at that very moment.
    `seen` are the handles of all documents that were taken in, dropped ones too: the till may name one once more.
    With `exchange` set, another ticket pays for this one, and only its own holder can travel.
    """

    destination: Destination | None = None
    day: date | None = None
    offer: Offer | None = None
    riders: tuple[Rider, ...] = ()
    seats: tuple[int, ...] = ()
    seen: frozenset[str] = frozenset()
    exchange: Exchange | None = None
    given_up: str = ""

    @property
    def places(self) -> int:
        """How many seats are needed: one for each traveller, at least one."""
        return max(1, len(self.riders))

    @property
    def holder(self) -> str:
        """The handle of the document of the ticket to be changed; empty while it has not been shown."""
        if self.exchange is None:
            return ""
        return self.exchange.handle or (self.riders[0].handle if self.riders else "")


class Notice(StrEnum):
    """Why a passenger is asked again."""

    GONE = "gone"  # the coach chosen is no longer sold
    TIME_UP = "time_up"  # the places were given up before anything was paid
    FULL = "full"  # no more travellers fit
    SEAT_GONE = "seat_gone"  # a seat that was chosen is no longer free


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
class Seats(Step):
    """Which seats? `picked` are those chosen so far."""

    choice: Choice
    picked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(Step):
    """Change the ticket for this one?"""

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

    `before` and `trouble_before` are what the till showed when holding was asked for: they are not the answer. With
    `rest`, cash is inside already and the rest of the sum is to be paid some other way.
    """

    choice: Choice
    before: str | None
    trouble_before: Words | None
    asked_ms: int
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PuttingIn(Step):
    """Notes and coins go in."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying(Step):
    """Paying without cash. `before` is what the till said of a payment when it was asked for this one: not its answer.

    `state` is how far it is; `seen` is true once the till has spoken of it, `stopping` once the passenger wants it
    stopped.
    """

    choice: Choice
    means: Means
    before: PaymentView | None
    trouble_before: Words | None
    asked_ms: int
    state: PaymentState = PaymentState.STARTING
    seen: bool = False
    stopping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp(Step):
    """Give up although money is in the machine? `sent` once the passenger said yes."""

    choice: Choice
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack(Step):
    """The purchase was given up, and all the money came back."""

    choice: Choice


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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ToPhone(Step):
    """A code on the screen hands the ticket `number` to a phone. `stale` is the link that stood there before.

    `link` is empty until the till has answered. Never shown in a log: the link is the ticket.
    """

    choice: Choice
    number: str
    stale: str
    asked_ms: int
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Step):
    """Something could not be done. `words` says what, None when the order's open claim says it."""

    choice: Choice
    words: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Step):
    """Business of before a restart, offered to whoever stands here."""
