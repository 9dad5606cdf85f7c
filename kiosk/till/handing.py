"""Handing things to an order's passenger: its tickets, the slips of its claims, and the sentence that goes with."""

from collections.abc import Callable
from uuid import UUID

from kiosk.till import wording
from kiosk.till.faces import Faces, NotDrawable
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.records import Claim, Issued
from kiosk.till.values import Delivery, Words
from kiosk.till.wording import Trouble
from tickets.numbers import TicketNumber


class Handing:
    """Prints for one till. `show` is called when something worth seeing is about to take seconds.

    `message` is the one sentence that the passenger has to read now, `printing` the ticket in the printer.
    """

    def __init__(self, ledger: Ledger, press: Press, faces: Faces, show: Callable[[], None]) -> None:
        self._ledger = ledger
        self._press = press
        self._faces = faces
        self._show = show
        self.message: Words | None = None
        self.printing: TicketNumber | None = None

    def forget(self) -> None:
        """The passenger is gone: forget names."""
        self._faces.forget()

    def give_out(self, order: UUID) -> None:
        """Print every ticket of which nothing is known to be out or on its way, and every slip that is missing."""
        record = self._ledger.order(order)
        for ticket in record.issued if record else ():
            if not ticket.paper.given and ticket.paper.certain:
                self._print(order, ticket)
        self.print_slips(order)
        self._tell_about_paper(order)

    def reprint(self, order: UUID, digits: str) -> Trouble | None:
        """Print one more copy of a ticket of `order`, marked as a copy."""
        record = self._ledger.order(order)
        ticket = next((one for one in record.issued if one.number.digits == digits), None) if record else None
        if ticket is None:
            return Trouble.NOT_OUR_TICKET
        self._press.look(now=True)
        if not self._press.ready:
            return Trouble.PRINTER
        self._print(order, ticket)
        self._tell_about_paper(order)
        return None

    def print_slips(self, order: UUID) -> None:
        """Print the slips of an order's claims, one for each, and say what is owed."""
        record = self._ledger.order(order)
        claims: list[Claim] = [claim for claim in record.claims if not claim.void] if record else []
        for claim in claims:
            printed = claim.slip or self._print_slip(claim)
            self.message = wording.claim_message(claim.fen, claim.number, printed)

    def _print(self, order: UUID, ticket: Issued) -> None:
        copy = _next_copy(ticket)
        self.printing = ticket.number
        self._show()
        try:
            self._press.print_ticket(ticket, self._faces.ticket(ticket, order=order.hex, copy=copy), copy)
        except NotDrawable:
            self._press.cannot_draw()
        finally:
            self.printing = None
            self._show()

    def _tell_about_paper(self, order: UUID) -> None:
        record = self._ledger.order(order)
        if record is None or not record.issued:
            return
        if any(not ticket.paper.certain for ticket in record.issued):
            self.message = wording.REPRINT_OFFERED
        elif any(not ticket.paper.given for ticket in record.issued):
            self.message = wording.PRINT_REFUSED
        elif not record.claims:
            self.message = None

    def _print_slip(self, claim: Claim) -> bool:
        try:
            return self._press.print_slip(claim, self._faces.slip(claim))
        except NotDrawable:
            self._press.cannot_draw()
            return False


def _next_copy(ticket: Issued) -> int:
    """The number of the copy to print next: one that was refused was never printed and is not counted."""
    paper = ticket.paper
    if paper.copy is None:
        return 0
    return paper.copy if paper.last is Delivery.REFUSED else paper.copy + 1
