"""What the till tells a screen (`Snapshot`). Values only, no behaviour; what a screen may ask is in `commands`.

Every text a passenger can read comes as `Words`: Chinese first, English second. Money is integer fen.
Times are aware UTC datetimes. A passenger's document never leaves the till: screens see masked texts and a handle.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.money import Fen

NO_MONEY = Fen(0)

Words = tuple[str, str]
"""One text in Chinese and in English."""


class Means(StrEnum):
    """What a passenger can pay with."""

    CASH = "cash"  # notes and coins
    QR_SCAN = "qr-scan"  # the code on the passenger's phone, under our scanner
    QR_SHOW = "qr-show"  # our code on the screen, read by the passenger's phone
    CARD = "card"  # a card at the terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One departure to one destination that can be bought now.

    `fare` is the adult fare, `fares` the fare of every kind of ticket; `free` is how many places this till may sell.
    `numbered` is true when the coach has fixed seats: `seats` are then those that this till may sell, of `coach` seats
    that there are.
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
    seats: tuple[int, ...] = ()
    coach: int = 0

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
    `online` says whether the centre was heard lately; what can be sold does not depend on it. `means` can be paid with
    now, `coins` are the values that the coin slot knows. `change` is the most that the machine can give back in cash
    now. `staff_called` while a call for staff stands.
    """

    cash: bool
    bills: tuple[Fen, ...]
    printer: bool
    card_reader: bool
    online: bool
    sells: bool
    notices: tuple[Words, ...] = ()
    means: tuple[Means, ...] = ()
    coins: tuple[Fen, ...] = ()
    change: Fen = NO_MONEY
    scanner: bool = False
    staff_called: bool = False


class PaymentState(StrEnum):
    """How a payment without cash stands."""

    STARTING = "starting"  # the provider or the terminal is being asked
    WAITING_CODE = "waiting-code"  # the passenger's code under our scanner
    SHOWING_CODE = "showing-code"  # our code is on the screen
    CONFIRMING = "confirming"  # the passenger confirms on the phone, or at the terminal
    UNCLEAR = "unclear"  # nobody has answered yet; being asked again
    REVERSING = "reversing"  # being taken back until somebody answers
    FAILED = "failed"  # not paid, for certain: another try or other means


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """The payment without cash that is under way, or ended last without money. `code` is to be shown as a QR code."""

    means: Means
    state: PaymentState
    code: str = ""
    seconds_left: int = 0
    message: Words | None = None


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
    accepts_coins: tuple[Fen, ...] = ()
    payment: PaymentView | None = None
    change_due: Fen = NO_MONEY
    returned: Fen = NO_MONEY
    changes: str | None = None


class Task(StrEnum):
    """What somebody wants to do with a ticket that exists."""

    COLLECT = "collect"
    CHANGE = "change"
    REFUND = "refund"
    INVOICE = "invoice"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTicket:
    """A ticket that was shown or belongs to the document shown. `verdict` says what a gate would say now and what to
    do, `go` whether it would let the holder in.

    `can` are the tasks that this ticket allows now; `why_not` says of each other one why. `fee` is kept at a refund and
    `back` returned; `way` says how. `fare_credit` is what the ticket is worth when changed. `destination` is the stop
    that it goes to (0: not known here), `boards_at` the name of the stop where it boards when that is not this station.
    `handle` names the document that was shown to find it (empty: it was found by its code), so that a change need not
    ask for the same card again.
    """

    number: str
    grouped: str
    code: str | None
    names: Words
    departs_at: datetime
    service_date: date
    trip: str
    seat: int | None
    kind: TicketKind
    fare: Fen
    gate: str
    bay: str
    verdict: Words
    go: bool
    can: frozenset[Task]
    why_not: tuple[tuple[Task, Words], ...] = ()
    fee: Fen = NO_MONEY
    back: Fen = NO_MONEY
    way: Words = ("", "")
    fare_credit: Fen = NO_MONEY
    destination: int = 0
    boards_at: Words = ("", "")
    handle: str = ""


class FindState(StrEnum):
    """How far looking for a ticket, or doing what was asked with it, has come."""

    LOOKING = "looking"  # waiting for a code, a card or a typed number
    FOUND = "found"
    WORKING = "working"  # whoever has to agree is being asked, or money is on its way
    DONE = "done"
    REFUSED = "refused"  # `message` says why, and what to do


@dataclass(frozen=True, slots=True, kw_only=True)
class FindView:
    """A task about tickets that exist. `delivery` is that of the paper printed last, `link` what a phone can read off
    the screen (the ticket to take along, the page of an invoice). `returned` is what went back to the passenger.
    """

    task: Task
    state: FindState
    tickets: tuple[FoundTicket, ...] = ()
    chosen: str | None = None
    message: Words | None = None
    delivery: Delivery = Delivery.NONE
    link: str = ""
    returned: Fen = NO_MONEY
    claim: ClaimView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One line of the timetable: a departure whether or not it can be bought here. `note` says what is special."""

    service_date: date
    trip: str
    departs_at: datetime
    names: tuple[Words, ...]
    fare: Fen
    free: int
    gate: str
    bay: str
    note: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One device as a technician sees it. `state` ok, fault or testing; `what` and `hint` are for the technician."""

    name: str
    state: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffView:
    """The technician's door: who opened it, the devices, and what the last act answered.

    `versions` say what runs here, each as a name and a version.
    """

    badge: str
    role: str
    devices: tuple[DeviceView, ...] = ()
    said: Words | None = None
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a screen needs, at one moment. Published on every change and at least each second.

    `offers` have the next departure first. `traveller` is the document just read or typed, `trouble` the sentence about
    the last thing asked that could not be done. `recovered` is unfinished business found at start: tickets or a claim
    that belong to whoever stands in front of the machine and can say so. `reading` is true while the reader looks.
    `days` are the service days on sale, `day` the one that `offers` were asked for (None: the next departures). `find`
    is a task about tickets that exist, `runs` the timetable of `day`, `staff` the technician's door while it is open.
    `link` hands the ticket to a phone that reads it off the screen (see TakeAlong).
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
    days: tuple[date, ...] = ()
    day: date | None = None
    find: FindView | None = None
    runs: tuple[RunView, ...] = ()
    staff: StaffView | None = None
    link: str = ""
