"""Changing a ticket (改签): what it is worth, whose document it needs, and its use, which the new order takes.

The clerk holds the new place and takes the rest of the money first; only then is the old ticket's use asked for. It is
passed with the new ticket's issue and given back with the order's end: somebody always has exactly one good ticket.
"""

from uuid import UUID

from kiosk.till.documents import Identity
from kiosk.till.finding import words
from kiosk.till.finding.finding import Finding
from kiosk.till.finding.search import Hit, Search
from kiosk.till.finding.showing import Showing
from kiosk.till.finding.taking import Taking, Won
from kiosk.till.values import Offer, Task, Words
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal, Transaction
from sync.journal.uses import open_uses
from tickets.identity import identity_tag
from tickets.journey import TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.refunds import ChangeRules, NotBack, on_the_line
from tickets.uses import Use, UseEnd


class Changing:
    """The old ticket of a change, as the clerk asks for it (`kiosk.till.changing.Changes`)."""

    def __init__(
        self,
        *,
        journal: Journal,
        cache: CacheReader,
        finding: Finding,
        search: Search,
        showing: Showing,
        taking: Taking,
        rules: ChangeRules,
    ) -> None:
        self._journal = journal
        self._cache = cache
        self._finding = finding
        self._search = search
        self._showing = showing
        self._taking = taking
        self._rules = rules

    def recover(self) -> None:
        """End the uses whose order has ended before this process: called once, at the start."""
        for found in open_uses(self._journal):
            if found.use.purpose != "change":
                continue
            ended = self._order_of(found.use.ticket)
            if ended is not None:
                self._end(found.use, issued=ended)

    def refuses(self, number: str, offer: Offer, identity: Identity | None, kind: TicketKind) -> Words | None:
        """Why a ticket cannot be changed to `offer` for the holder of this document; None when it can.

        The document must be the one that the ticket was bought with, and the kind of ticket stays.
        """
        hit = self._finding.found_ticket(TicketNumber.from_digits(number))
        if hit is None:
            return words.CHANGE_FIND_FIRST
        journey = hit.found.journey
        if (why := self._showing.why_not(hit, Task.CHANGE)) is not None:
            return why
        if not on_the_line(journey, journey.boarding, offer.destination, self._rules):
            return words.NOT_BACK[NotBack.OTHER_LINE]
        day_key = self._cache.day_key(journey.service_date)
        if journey.tag and day_key is not None:
            if identity is None:
                return words.CHANGE_OTHER_PERSON
            tag = identity_tag(day_key, journey.service_date, journey.trip, identity.kind, identity.number)
            if tag != journey.tag:
                return words.CHANGE_OTHER_PERSON
        return None if kind is journey.kind else words.CHANGE_OTHER_PERSON

    def credit(self, number: TicketNumber) -> Fen | None:
        """What the ticket that was found is worth towards another one; None when it cannot be changed here."""
        hit = self._finding.found_ticket(number)
        if hit is None or self._showing.why_not(hit, Task.CHANGE) is not None:
            return None
        return hit.found.journey.fare

    def claim(self, order: UUID, number: TicketNumber) -> bool | None:  # noqa: ARG002  the port's own signature
        """Take the old ticket's use, now that the rest is paid: True once it is ours, False when it cannot be had,
        None while the centre is being asked.
        """
        hit: Hit | None = self._finding.found_ticket(number) or self._search.numbered(number)
        if hit is None:
            return False
        outcome = self._taking.take(hit.found, "change", _nothing_more)
        return None if outcome is None else isinstance(outcome, Won)

    def ended(self, order: UUID, number: TicketNumber, *, issued: bool) -> None:  # noqa: ARG002  the port's own signature
        """The order has ended: its use is passed when tickets were issued, and given back otherwise."""
        if not issued:
            self._taking.drop()
        for found in open_uses(self._journal):
            if found.use.ticket == number and found.use.purpose == "change":
                self._end(found.use, issued=issued)

    def _order_of(self, number: TicketNumber) -> bool | None:
        """Whether the newest order in this ticket's place gave a ticket; None while it has not ended."""
        found = self._journal.rows(
            "SELECT EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = o.order_id), "
            "EXISTS (SELECT 1 FROM releases r WHERE r.order_id = o.order_id) "
            "FROM orders o WHERE o.changes = ? ORDER BY o.seq DESC LIMIT 1",
            (number.to_bytes(),),
        )
        if not found:
            return False
        issued, released = found[0]
        return True if issued else False if released else None

    def _end(self, use: Use, *, issued: bool) -> None:
        with self._journal.transaction() as tx:
            self._taking.end(tx, use, UseEnd.PASSED if issued else UseEnd.RELEASED)


def _nothing_more(_tx: Transaction) -> None:
    """A change's use is claimed alone: the clerk pays the order once it knows."""
