"""An order as the till's journal tells it: places, money, tickets and claims, and the state that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from kiosk.till.values import NO_MONEY, Delivery, OrderState
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber

TICKET = "ticket"
"""The method by which the value of a ticket comes into the order that takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One ticket to be: everything about it that is known before the money came.

    The number is chosen and the traveller's identity sealed to it (`sealed`) when the place is held, so that a till
    that dies afterwards can still issue the ticket without ever having kept the document.
    """

    number: TicketNumber
    seat: int | None
    kind: TicketKind
    children: int
    fare: Fen
    tag: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an order is for, written down before any money is asked for. `expires` is when its tickets will expire.

    `changes` is the ticket that it takes the place of, whose value `credit` counts towards it.
    """

    order: UUID
    service_date: date
    trip: str
    boarding: int
    alighting: int
    expires: datetime
    places: tuple[Place, ...]
    changes: TicketNumber | None = None
    credit: Fen = NO_MONEY

    @property
    def total(self) -> Fen:
        """What all of its tickets cost."""
        return Fen(sum(place.fare for place in self.places))

    def journey(self, place: Place) -> Journey:
        """What the ticket of `place` says. Raises ValueError for a journey that no station sells."""
        return Journey(
            service_date=self.service_date,
            trip=self.trip,
            boarding=self.boarding,
            alighting=self.alighting,
            seat=place.seat,
            kind=place.kind,
            children=place.children,
            fare=place.fare,
            tag=place.tag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How the paper of a ticket stands. `copy` is the newest one tried (0 is the first print), None before any.

    `given` is true when the printer confirmed any copy; `last` is what is known of the newest.
    """

    copy: int | None = None
    last: Delivery = Delivery.NONE
    given: bool = False

    @property
    def certain(self) -> bool:
        """Whether the newest copy is known to be out, or known not to be."""
        return self.last is not Delivery.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A ticket that exists, signed as `code`."""

    number: TicketNumber
    journey: Journey
    code: str
    paper: Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Money owed to a passenger. `reason` is a Closing's value; `slip`: its number was handed out on paper.

    A claim for a note in doubt is not `backed` until that note is known to be in the stacker, and `void` when the
    passenger turned out to have it. Every other claim is backed by money that was taken.
    """

    number: str
    fen: Fen
    reason: str
    slip: bool
    backed: bool = True
    void: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """Everything the journal knows of one order. `taken` is what came in for it and has not gone back, whichever way;
    `leaving` is what of that is on its way out, `returned` what went back. `by` says how much came in by each method,
    less what went back by it.
    """

    plan: Plan
    held_at: datetime
    total: Fen
    taken: Fen
    paid: bool
    released: bool
    issued: tuple[Issued, ...]
    claims: tuple[Claim, ...]
    returned: Fen = NO_MONEY
    leaving: Fen = NO_MONEY
    by: Mapping[str, Fen] = field(default_factory=dict)

    @property
    def state(self) -> OrderState:
        """How far it is; see states.STEPS."""
        if self.issued:
            given = all(ticket.paper.given for ticket in self.issued)
            return OrderState.DELIVERED if given else OrderState.ISSUED
        if self.released:
            return OrderState.CLAIMED if self.claims else OrderState.RELEASED
        return OrderState.PAID if self.paid else OrderState.HELD

    @property
    def due(self) -> Fen:
        """What is still to be paid, besides the old ticket's value where there is one; never negative."""
        return Fen(max(0, self.total - self.credit_due - self.owed))

    @property
    def credit_due(self) -> Fen:
        """The old ticket's value, as long as it has not been counted in."""
        return NO_MONEY if self.paid or self.released or self.by.get(TICKET) else self.plan.credit

    @property
    def owed(self) -> Fen:
        """Money taken that no claim stands for and that is not on its way out."""
        return Fen(self.taken - self.leaving - sum(claim.fen for claim in self.claims if claim.backed))

    @property
    def surplus(self) -> Fen:
        """Money taken that neither buys a ticket nor can any more, and that no claim stands for."""
        spent = self.total if self.paid else min(self.total, self.owed)
        return Fen(self.owed - (0 if self.released else spent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of `fen` that went, or was to go, into the stacker for `order`."""

    order: UUID
    fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMark:
    """The newest validator event that is written down.

    `intent` is the note that may have been told to be stacked and of which nothing was heard yet. `doubt` is a note
    that was given up waiting for, with a claim; it can still be heard of until the next note comes.
    """

    counter: int
    intent: Note | None = None
    doubt: Note | None = None
