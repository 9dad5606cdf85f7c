"""Where a passenger is, as values: one frozen class per step of a purchase, and what was chosen so far."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.till.values import (
    Destination,
    Offer,
    Words,
)
from tickets.identity import DocumentKind
from tickets.journey import TicketKind


class Language(StrEnum):
    """The languages that every screen speaks. A session starts in Chinese."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comfort:
    """How a passenger wants the screens. Ends with the session."""

    language: Language = Language.ZH
    large: bool = False
    contrast: bool = False

    def pick(self, words: Words) -> str:
        """The text in this passenger's language."""
        return words[0] if self.language is Language.ZH else words[1]


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
class Attract:
    """Nobody is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereTo:
    """Which destination? `spelling` shows the letters, `typed` are those touched."""

    choice: Choice
    spelling: bool = False
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichDeparture:
    """Which coach?"""

    choice: Choice
    notice: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who travels? `editing` is the handle of the traveller whose ticket is being changed."""

    choice: Choice
    editing: str | None = None
    notice: Notice | None = None


class Field(StrEnum):
    """What is being typed of a document."""

    KIND = "kind"
    NUMBER = "number"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Typing:
    """A document being typed on our own keypad. Never shown in a log: it has no repr."""

    choice: Choice
    field: Field = Field.KIND
    kind: DocumentKind = DocumentKind.RESIDENT_ID
    number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """How to pay? The places are being held, or held.

    `before` and `trouble_before` are what the till showed when holding was asked for: they are not the answer.
    """

    choice: Choice
    before: str | None
    trouble_before: Words | None
    asked_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PuttingIn:
    """Bills go in."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Give up although money is in the machine? `sent` once the passenger said yes."""

    choice: Choice
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """Paid. Tickets are made and printed."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPrinted:
    """Paid and issued, but a ticket is not in hand: refused by the printer, or nobody knows."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Tickets are in hand: where to go now."""

    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something could not be done. `words` says what, None when the order's open claim says it."""

    choice: Choice
    words: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Business of before a restart, offered to whoever stands here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    """Nothing can be sold here now."""


Active = (
    WhereTo
    | WhichDeparture
    | Who
    | Typing
    | Pay
    | PuttingIn
    | GiveUp
    | Printing
    | NotPrinted
    | Done
    | Trouble
    | Recovered
)
"""The steps that belong to somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillThere:
    """Nobody touched anything for a while. At `until_ms` the session ends."""

    before: Active
    until_ms: int


Step = Attract | Active | StillThere | OutOfService


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """All that the screens know of this passenger. Times are monotonic milliseconds.

    `waved_away` is the recovered order that somebody said is not theirs: offered from then on by a line, not a screen.
    """

    step: Step
    comfort: Comfort
    touched_ms: int = 0
    waved_away: str | None = None


def nobody(at_ms: int, *, waved_away: str | None = None) -> Session:
    """The session in which nobody is here: every passenger starts from the defaults."""
    return Session(step=Attract(), comfort=Comfort(), touched_ms=at_ms, waved_away=waved_away)
