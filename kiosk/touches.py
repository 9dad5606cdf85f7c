"""What a passenger can touch, as values. Screens make them, the flow answers them."""

from dataclasses import dataclass

from tickets.identity import DocumentKind
from tickets.journey import TicketKind


@dataclass(frozen=True, slots=True)
class Start:
    """The attract screen."""


@dataclass(frozen=True, slots=True)
class Back:
    """One step back."""


@dataclass(frozen=True, slots=True)
class StartOver:
    """End this session."""


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """The other language."""


@dataclass(frozen=True, slots=True)
class SwitchLarge:
    """Large print on or off."""


@dataclass(frozen=True, slots=True)
class SwitchContrast:
    """High contrast on or off."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Find a destination by letters."""


@dataclass(frozen=True, slots=True)
class ChooseStop:
    """A destination."""

    stop: int


@dataclass(frozen=True, slots=True)
class ChooseTrip:
    """A departure, by service date and trip."""

    service_date: str
    trip: str


@dataclass(frozen=True, slots=True)
class ChangeDestination:
    """The journey rail's destination."""


@dataclass(frozen=True, slots=True)
class ChangeDeparture:
    """The journey rail's departure."""


@dataclass(frozen=True, slots=True)
class ChangeTravellers:
    """The journey rail's travellers."""


@dataclass(frozen=True, slots=True)
class EditRider:
    """Change one traveller's ticket."""

    handle: str


@dataclass(frozen=True, slots=True)
class SetKind:
    """The kind of ticket of the traveller being changed."""

    kind: TicketKind


@dataclass(frozen=True, slots=True)
class SetChildren:
    """How many carried children the traveller being changed takes along."""

    children: int


@dataclass(frozen=True, slots=True)
class DropRider:
    """Take one traveller out of the order."""

    handle: str


@dataclass(frozen=True, slots=True)
class TypeInstead:
    """There is no card to read: type a document."""


@dataclass(frozen=True, slots=True)
class ChooseDocument:
    """Which kind of document is typed."""

    kind: DocumentKind


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One character of our own keypad; an empty one erases the last."""

    character: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """The step's one primary action: on with what has been entered."""


@dataclass(frozen=True, slots=True)
class PayCash:
    """Pay with bills."""


@dataclass(frozen=True, slots=True)
class GiveUpMoney:
    """Yes: stop, and give me a slip for the money inside."""


@dataclass(frozen=True, slots=True)
class PrintAgain:
    """Try what is known not to be printed once more."""


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """Print one more copy of this ticket."""

    number: str


@dataclass(frozen=True, slots=True)
class HaveTicket:
    """The ticket is in my hand."""


@dataclass(frozen=True, slots=True)
class ShowRecovered:
    """Look at the business of before the restart."""


@dataclass(frozen=True, slots=True)
class NotMine:
    """The recovered order is somebody else's."""


@dataclass(frozen=True, slots=True)
class Finish:
    """I am done."""


@dataclass(frozen=True, slots=True)
class Continue:
    """I am still here."""


Touch = (
    Start
    | Back
    | StartOver
    | SwitchLanguage
    | SwitchLarge
    | SwitchContrast
    | Spell
    | ChooseStop
    | ChooseTrip
    | ChangeDestination
    | ChangeDeparture
    | ChangeTravellers
    | EditRider
    | SetKind
    | SetChildren
    | DropRider
    | TypeInstead
    | ChooseDocument
    | Key
    | Confirm
    | PayCash
    | GiveUpMoney
    | PrintAgain
    | PrintCopy
    | HaveTicket
    | ShowRecovered
    | NotMine
    | Finish
    | Continue
)
