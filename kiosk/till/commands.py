"""What a screen may ask of the till (`Command`). Values only; the answer is always a snapshot."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kiosk.till.values import Means, Offer, Task
from tickets.identity import DocumentKind
from tickets.journey import TicketKind


class Person(NamedTuple):
    """One traveller of an order to be held: whose document, which kind of ticket, how many carried children."""

    handle: str
    kind: TicketKind
    children: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForDocuments:
    """Turn the ID reader on or off. Each document that it reads appears as `Snapshot.traveller` with a new handle."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TypeDocument:
    """A document typed on our own keypad. Appears as `Snapshot.traveller`, or as `trouble` when it is wrong."""

    kind: DocumentKind
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTraveller:
    """Forget one document."""

    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrder:
    """Keep places on `offer` for these travellers. Answered by `Snapshot.order` in state HELD, or by `trouble`.

    `seats` are wishes, one for each traveller or none at all; a seat that is gone is trouble, never another seat.
    `changes` is the number of a ticket that the new one takes the place of (found before, and changeable).
    """

    offer: Offer
    travellers: tuple[Person, ...]
    seats: tuple[int, ...] = ()
    changes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCash:
    """Open the bill validator for the held order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayment:
    """Pay the held order with `means` (CASH is StartCash's). The answer is `OrderView.payment`."""

    means: Means


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPayment:
    """Stop the payment without cash that is under way. It may turn out to be paid all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Give the order up. Money already in it goes back as far as the machine can; the rest becomes a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintTickets:
    """Print every ticket that is known not to be printed (again after a refusal, once paper is in)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """Print one more copy of a ticket, marked 补打 / REPRINT. Copies admit once."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """Wipe every document and forget the finished order. An order with money in it first becomes a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAt:
    """Show what leaves on `day` as `offers` and `runs`; None: the next departures."""

    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """Begin a task: the scanner and the ID reader look for a ticket. Answered by `Snapshot.find`."""

    task: Task


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FindTyped:
    """A ticket number or order code typed on our keypad."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """Take one of the tickets found."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoTask:
    """Do what the task says with the chosen ticket: print it, refund it, ask for its invoice.

    `tax_id` is a company's, for an invoice; empty for a person's. A change is done by HoldOrder with `changes`.
    """

    tax_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFinding:
    """End the task; what was found is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAlong:
    """Show the ticket so that a phone can take it along: answered by `Snapshot.link`. Counts as handed out."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStaff:
    """Call a member of staff to this machine, or take the call back."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoor:
    """Begin (`on`) or end waiting for a badge code under the scanner that opens the technician's door."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDevice:
    """Test one device by its name, with the door open. Answered by `Snapshot.staff`."""

    name: str


Command = (
    AskForDocuments
    | TypeDocument
    | DropTraveller
    | HoldOrder
    | StartCash
    | StartPayment
    | StopPayment
    | CancelOrder
    | PrintTickets
    | Reprint
    | EndSession
    | LookAt
    | Find
    | FindTyped
    | Choose
    | DoTask
    | StopFinding
    | TakeAlong
    | CallStaff
    | OpenDoor
    | TestDevice
)
