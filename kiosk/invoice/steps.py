"""Where somebody is who asks for an invoice."""

from dataclasses import dataclass

from kiosk.find.steps import AboutTicket, Asked
from kiosk.till.values import FindView


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFor(AboutTicket):
    """For a person or for a company?"""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TaxNumber(AboutTicket):
    """The company's tax number, being typed. Never shown in a log: it has no repr."""

    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoicing(Asked):
    """The request is being written down and sent."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Invoiced(AboutTicket):
    """Where the invoice will be, and when. Never shown in a log: whoever has the link can read the page."""

    result: FindView


InvoiceStep = InvoiceFor | TaxNumber | Invoicing | Invoiced
