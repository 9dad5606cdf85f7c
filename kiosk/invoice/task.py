"""The tables of an invoice: what each step answers, adopts and waits for."""

from pathlib import Path

from kiosk.find.flow import forgets
from kiosk.find.task import looks_for
from kiosk.invoice import flow
from kiosk.invoice import steps as s
from kiosk.task import StepRules, Task, never, no
from kiosk.till import values

INVOICING = Task(
    name="invoice",
    folder=Path(__file__).parent,
    begins=looks_for(values.Task.INVOICE),
    steps=(
        StepRules(
            of=s.InvoiceFor,
            screen="invoiceFor",
            qml="InvoiceFor",
            answer=flow.on_invoice,
            adopt=flow.adopt_invoice,
            leaves=forgets,
        ),
        StepRules(
            of=s.TaxNumber,
            screen="taxNumber",
            qml="TaxNumber",
            answer=flow.on_invoice,
            adopt=flow.adopt_invoice,
            leaves=forgets,
            railed=False,
        ),
        StepRules(
            of=s.Invoicing,
            screen="invoicing",
            qml="Invoicing",
            answer=flow.on_invoice,
            adopt=flow.adopt_invoice,
            waits=never,
            leaves=forgets,
            back=no,
            over=no,
        ),
        StepRules(
            of=s.Invoiced,
            screen="invoiced",
            qml="Invoiced",
            answer=flow.on_invoice,
            leaves=forgets,
            back=no,
        ),
    ),
)
"""An e-invoice, for a person or a company."""
