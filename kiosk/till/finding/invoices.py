"""Asking for an e-invoice: an event that waits for the line by itself, and a page where the buyer is typed."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sync.journal.journal import Journal
from sync.journal.refunds import Invoice, ask_invoice, invoices_of
from tickets.invoicing import InvoiceDue
from tickets.numbers import TicketNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoices:
    """Asks for invoices. `page` is the address under which an invoice's page is found by its token
    (`[kiosk] invoice_page`, ending in `/i/`); "" where there is none. `random` gives unpredictable bytes.
    """

    journal: Journal
    random: Callable[[int], bytes]
    page: str = ""

    def ask(self, number: TicketNumber, due: InvoiceDue, tax_id: str) -> Invoice:
        """Ask once; a ticket's second wish gets the invoice of the first."""
        known = invoices_of(self.journal, number)
        if known:
            return known[0]
        with self.journal.transaction() as tx:
            ask_invoice(
                tx,
                invoice=invoice_id(self.journal.epoch, number),
                number=number,
                fen=due.fen,
                why=due.why,
                token=self.random(16).hex(),
                tax_id=tax_id or None,
            )
        return invoices_of(self.journal, number)[0]

    def link(self, invoice: Invoice) -> str:
        """The address of the invoice's page; "" where none is configured."""
        return f"{self.page}{invoice.token}" if self.page else ""


def invoice_id(epoch: UUID, number: TicketNumber) -> UUID:
    """The id under which a journal asks for a ticket's invoice."""
    return UUID(bytes=sha256(b"invoice" + epoch.bytes + number.to_bytes()).digest()[:16])
