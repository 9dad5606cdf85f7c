"""From what a passenger asked for to a plan that can be written down: places, fares, numbers, tags and seals."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from kiosk.till.authority import Authority
from kiosk.till.commands import HoldOrder, Person
from kiosk.till.documents import Documents, Identity
from kiosk.till.ledger import Ledger
from kiosk.till.records import Place, Plan
from kiosk.till.shelf import Shelf, count_of
from kiosk.till.values import Offer
from kiosk.till.wording import Trouble
from sync.cache.reader import CacheReader
from sync.journal.order_reader import Grant
from tickets.admission import TicketState
from tickets.departures import Departure
from tickets.identity import identity_tag
from tickets.journey import MOST_CHILDREN
from tickets.money import Fen
from tickets.numbers import TicketNumber, new_number
from tickets.sealed import SealedIdentity, seal
from tickets.uses import UseEnd

MOST_TICKETS = 5
"""Tickets in one order. Everybody of the party has to show a document, one after the other."""


class Holding:
    """Makes plans of orders. `random(n)` gives n unpredictable bytes."""

    def __init__(
        self,
        *,
        shelf: Shelf,
        ledger: Ledger,
        authority: Authority,
        cache: CacheReader,
        documents: Documents,
        random: Callable[[int], bytes],
    ) -> None:
        self._shelf = shelf
        self._ledger = ledger
        self._authority = authority
        self._cache = cache
        self._documents = documents
        self._random = random

    def plan(
        self,
        wish: HoldOrder,
        payable: Callable[[Fen], bool],
        credit: Callable[[TicketNumber], Fen | None],
        now: datetime,
    ) -> tuple[Plan, Offer, Grant] | Trouble:
        """Plan an order at `now`, or say why it cannot be. `payable` says whether a sum can be paid here, `credit` what
        a ticket is worth that is to be changed.

        Returns the plan, the offer as it stands now, and everything that was ever granted on the departure. Nothing
        is written. The seats wished are taken, or the lowest free ones. The identity is sealed here and does not leave
        this call.
        """
        persons = wish.travellers
        standing = self._shelf.offer(wish.offer, now)
        if standing is None:
            return Trouble.NOT_ON_OFFER
        departure, offer, free = standing
        identities = [self._documents.get(person.handle) for person in persons]
        known = [identity for identity in identities if identity is not None]
        if not persons or len(known) != len(persons):
            return Trouble.NO_DOCUMENT
        if len(persons) > MOST_TICKETS or any(not 0 <= person.children <= MOST_CHILDREN for person in persons):
            return Trouble.TOO_MANY
        tags = self._tags(departure, known)
        if isinstance(tags, Trouble):
            return tags
        sealing_key = self._authority.sealing_key(departure.service_date)
        if sealing_key is None:
            return Trouble.NOT_ON_OFFER
        changes, worth = self._changed(wish, credit)
        if worth is None:
            return Trouble.NOT_CHANGEABLE
        if count_of(free) < len(persons):
            return Trouble.TOO_FEW_PLACES
        seats = _seats(wish, offer, free)
        if seats is None:
            return Trouble.SEAT_GONE
        places = tuple(
            self._place(person, identity, seat, tag, offer, sealing_key)
            for person, identity, seat, tag in zip(persons, known, seats, tags, strict=True)
        )
        plan = Plan(
            order=UUID(bytes=self._random(16), version=4),
            service_date=departure.service_date,
            trip=departure.trip,
            boarding=departure.boarding,
            alighting=offer.destination,
            expires=self._shelf.expiry(departure.service_date),
            places=places,
            changes=changes,
            credit=worth,
        )
        due = Fen(max(0, plan.total - worth))
        if due and not payable(due):
            return Trouble.NOT_PAYABLE
        return plan, offer, self._shelf.granted(departure.service_date, departure.trip)

    def _changed(
        self, wish: HoldOrder, credit: Callable[[TicketNumber], Fen | None]
    ) -> tuple[TicketNumber | None, Fen | None]:
        """The ticket that is to be changed, and what it is worth: None when it cannot be. One for one."""
        if wish.changes is None:
            return None, Fen(0)
        try:
            number = TicketNumber.from_digits(wish.changes)
        except ValueError:
            return None, None
        return number, credit(number) if len(wish.travellers) == 1 else None

    def _tags(self, departure: Departure, identities: Sequence[Identity]) -> list[bytes] | Trouble:
        """One tag for each; one document one ticket on a departure, as far as this station knows."""
        day_key = self._authority.day_key(departure.service_date)
        if day_key is None:
            return Trouble.NOT_ON_OFFER
        day, trip = departure.service_date, departure.trip
        tags = [identity_tag(day_key, day, trip, identity.kind, identity.number) for identity in identities]
        if len(set(tags)) != len(tags):
            return Trouble.SAME_DOCUMENT_TWICE
        if any(self._has_ticket(departure, tag) for tag in tags):
            return Trouble.HAS_TICKET
        return tags

    def _has_ticket(self, departure: Departure, tag: bytes) -> bool:
        """Whether that identity has a ticket of this departure, sold here or elsewhere, that was not taken back."""
        day, trip = departure.service_date, departure.trip
        told = {ticket.number: ticket.state for ticket in self._cache.tickets_by_tag(day, trip, tag)}
        known = told.keys() | self._ledger.tickets_under(day, trip, tag)
        return any(
            told.get(number, TicketState.VALID) is TicketState.VALID and not self._taken_back(number)
            for number in known
        )

    def _taken_back(self, number: TicketNumber) -> bool:
        """Whether a refund or change of this ticket has been carried out, by this till's word or another's."""
        return any(
            use.purpose in ("refund", "change") and use.end is UseEnd.PASSED
            for use in (*self._ledger.uses(number), *self._cache.uses(number))
        )

    def _place(
        self, person: Person, identity: Identity, seat: int | None, tag: bytes, offer: Offer, sealing_key: bytes
    ) -> Place:
        number = new_number(self._ledger.prefix, self._random)
        document = SealedIdentity(kind=identity.kind, number=identity.number, name=identity.name)
        return Place(
            number=number,
            seat=seat,
            kind=person.kind,
            children=person.children,
            fare=offer.fare_of(person.kind),
            tag=tag,
            sealed=seal(sealing_key, document, number),
        )


def _seats(wish: HoldOrder, offer: Offer, free: Grant) -> list[int | None] | None:
    """A place for each traveller: the seats wished, each free and wished once; None when one of them is not."""
    count = len(wish.travellers)
    if not offer.numbered:
        return [None] * count
    if not wish.seats:
        return [*sorted(free.seats)[:count]]
    if len(wish.seats) != count or len(set(wish.seats)) != count or not free.seats.issuperset(wish.seats):
        return None
    return [*wish.seats]
