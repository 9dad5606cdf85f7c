"""What a passenger who buys can touch, as values."""

from dataclasses import dataclass

from kiosk.touches import Touch
from tickets.identity import DocumentKind
from tickets.journey import TicketKind


@dataclass(frozen=True, slots=True)
class Spell(Touch):
    """Find a destination by letters."""


@dataclass(frozen=True, slots=True)
class ChooseStop(Touch):
    """A destination."""

    stop: int


@dataclass(frozen=True, slots=True)
class ChooseTrip(Touch):
    """A departure, by service date and trip."""

    service_date: str
    trip: str


@dataclass(frozen=True, slots=True)
class ChangeDestination(Touch):
    """The journey rail's destination."""


@dataclass(frozen=True, slots=True)
class ChangeDeparture(Touch):
    """The journey rail's departure."""


@dataclass(frozen=True, slots=True)
class ChangeTravellers(Touch):
    """The journey rail's travellers."""


@dataclass(frozen=True, slots=True)
class EditRider(Touch):
    """Change one traveller's ticket."""

    handle: str


@dataclass(frozen=True, slots=True)
class SetKind(Touch):
    """The kind of ticket of the traveller being changed."""

    kind: TicketKind


@dataclass(frozen=True, slots=True)
class SetChildren(Touch):
    """How many carried children the traveller being changed takes along."""

    children: int


@dataclass(frozen=True, slots=True)
class DropRider(Touch):
    """Take one traveller out of the order."""

    handle: str


@dataclass(frozen=True, slots=True)
class TypeInstead(Touch):
    """There is no card to read: type a document."""


@dataclass(frozen=True, slots=True)
class ChooseDocument(Touch):
    """Which kind of document is typed."""

    kind: DocumentKind


@dataclass(frozen=True, slots=True)
class PayCash(Touch):
    """Pay with bills."""


@dataclass(frozen=True, slots=True)
class GiveUpMoney(Touch):
    """Yes: stop, and give me a slip for the money inside."""


@dataclass(frozen=True, slots=True)
class PrintAgain(Touch):
    """Try what is known not to be printed once more."""


@dataclass(frozen=True, slots=True)
class PrintCopy(Touch):
    """Print one more copy of this ticket."""

    number: str


@dataclass(frozen=True, slots=True)
class HaveTicket(Touch):
    """The ticket is in my hand."""


@dataclass(frozen=True, slots=True)
class ShowRecovered(Touch):
    """Look at the business of before the restart."""


@dataclass(frozen=True, slots=True)
class NotMine(Touch):
    """The recovered order is somebody else's."""
