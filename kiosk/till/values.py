"""What the till tells a screen (`Snapshot`) and what a screen may ask of it (`Command`). Values only, no behaviour.

Every text a passenger can read comes as `Words`: Chinese first, English second. Money is integer fen.
Times are aware UTC datetimes. A passenger's document never leaves the till: screens see masked texts and a handle.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.money import Fen

Words = tuple[str, str]
"""One text in Chinese and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One departure to one destination that can be bought now.

    `fare` is the adult fare, `fares` the fare of every kind of ticket; `free` is how many places this till may sell.
    `numbered` is true when the coach has fixed seats.
    """

    service_date: date
    trip: str
    departs_at: datetime
    destination: int
    names: Words
    fare: Fen
    free: int
    numbered: bool
    gate: str
    bay: str
    boarding_closes_at: datetime
    fares: tuple[tuple[TicketKind, Fen], ...] = ()

    def fare_of(self, kind: TicketKind) -> Fen:
        """The fare of one ticket of `kind`; KeyError when this offer does not sell that kind."""
        return dict(self.fares)[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A stop that can be travelled to from here. `next_departure` is None when nothing more leaves for it today.

    `popular` orders the first page (greater is more popular); `from_fare` is the cheapest adult fare on offer.
    """

    stop: int
    names: Words
    pinyin: str
    initials: str
    popular: int
    next_departure: datetime | None
    from_fare: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """A person in the party as a screen may show them. The document itself stays in the till under `handle`."""

    kind: TicketKind
    children: int
    document_kind: DocumentKind
    masked_name: str
    masked_number: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the machine can do now. `notices` say why something does not work and what to do instead.

    `bills` are the values the validator knows, in fen. `sells` is false when no ticket can be sold at all.
    `online` says whether the centre was heard lately; nothing that is offered depends on it.
    """

    cash: bool
    bills: tuple[Fen, ...]
    printer: bool
    card_reader: bool
    online: bool
    sells: bool
    notices: tuple[Words, ...] = ()


class OrderState(StrEnum):
    """How far an order is. Each step is durable before the next begins."""

    DRAFT = "draft"  # nothing written yet
    HELD = "held"  # places are kept, nothing or not all is paid
    PAID = "paid"  # all of the money is in the stacker
    ISSUED = "issued"  # every ticket exists
    DELIVERED = "delivered"  # every ticket was given out as far as the machine knows
    CLAIMED = "claimed"  # the money is owed back: an open claim names it
    RELEASED = "released"  # given up with no money in it


class Delivery(StrEnum):
    """How a ticket's paper stands."""

    NONE = "none"  # not printed yet
    PRINTING = "printing"
    PRINTED = "printed"  # the printer said so
    UNKNOWN = "unknown"  # sent, and nobody knows whether it came out: only a person asks for another copy
    REFUSED = "refused"  # known not to be printed; can be tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """One issued ticket. `number` has 20 digits, `grouped` is for the eye, `code` is the text of the QR code."""

    number: str
    grouped: str
    code: str
    seat: int | None
    kind: TicketKind
    fare: Fen
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """Money that staff owe the passenger. `slip_printed` is false when the passenger has to write the number down."""

    number: str
    fen: Fen
    reason: Words
    slip_printed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order. `due` = total − paid.

    `accepts` are the bills that go in now: never more than is due, because the machine gives no change;
    empty while the validator is shut. `message` is the one sentence the passenger has to read now.
    """

    order: str
    state: OrderState
    offer: Offer
    travellers: tuple[Traveller, ...]
    total: Fen
    paid: Fen
    due: Fen
    accepts: tuple[Fen, ...]
    tickets: tuple[TicketView, ...]
    claim: ClaimView | None
    message: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a screen needs, at one moment. Published on every change and at least each second.

    `offers` have the next departure first. `traveller` is the document just read or typed, `trouble` the sentence about
    the last thing asked that could not be done. `recovered` is unfinished business found at start: tickets or a claim
    that belong to whoever stands in front of the machine and can say so. `reading` is true while the reader looks.
    """

    now: datetime
    station: Words
    operator: Words
    capabilities: Capabilities
    destinations: tuple[Destination, ...]
    offers: tuple[Offer, ...]
    traveller: Traveller | None
    trouble: Words | None
    order: OrderView | None
    recovered: OrderView | None
    reading: bool = False


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
    """Keep places on `offer` for these travellers. Answered by `Snapshot.order` in state HELD, or by `trouble`."""

    offer: Offer
    travellers: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCash:
    """Open the bill validator for the held order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Give the order up. Money already in it becomes a claim with a printed slip: the machine gives no change."""


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


Command = (
    AskForDocuments
    | TypeDocument
    | DropTraveller
    | HoldOrder
    | StartCash
    | CancelOrder
    | PrintTickets
    | Reprint
    | EndSession
)
