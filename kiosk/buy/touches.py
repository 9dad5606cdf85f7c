"""What a passenger who buys can touch, as values."""

from dataclasses import dataclass
from datetime import date

from kiosk.till.values import Means
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
class ChooseDay(Touch):
    """The departures of another day; None: the next ones."""

    day: date | None


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
class ChangeSeats(Touch):
    """Choose seats, or other ones."""


@dataclass(frozen=True, slots=True)
class PickSeat(Touch):
    """A seat of the coach: chosen, or given up again."""

    seat: int


@dataclass(frozen=True, slots=True)
class AnySeat(Touch):
    """The machine may choose the seats."""


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
class PayBy(Touch):
    """Pay with this."""

    means: Means


@dataclass(frozen=True, slots=True)
class StopPaying(Touch):
    """Stop waiting for this payment, and take it back if it goes through after all."""


@dataclass(frozen=True, slots=True)
class OtherMeans(Touch):
    """Pay with something else, while an earlier payment is being taken back."""


@dataclass(frozen=True, slots=True)
class GiveUpMoney(Touch):
    """Yes: stop, and give the money inside back."""


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
class ShowLink(Touch):
    """Take a ticket along on a phone."""

    number: str


@dataclass(frozen=True, slots=True)
class NotMine(Touch):
    """The recovered order is somebody else's."""
