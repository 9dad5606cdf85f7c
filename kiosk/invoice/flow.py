"""Asking for an e-invoice: what follows from a touch and from the till's news. Pure."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.find.flow import NO_ANSWER, NOT_HERE, anew, another, answer, forgets, found, heard, ticket
from kiosk.find.steps import CannotDo
from kiosk.find.touches import AnotherTicket
from kiosk.invoice import tax_number
from kiosk.invoice.steps import Invoiced, InvoiceFor, InvoiceStep, Invoicing, TaxNumber
from kiosk.invoice.touches import ForCompany, ForPerson
from kiosk.task import Turn
from kiosk.till.commands import DoTask
from kiosk.till.values import FindState, FoundTicket, Snapshot, Task

GIVE_UP_MS = 15_000
"""Writing a request down takes a moment; a till that has not by then is in trouble."""


def opens(_task: Task, chosen: FoundTicket) -> InvoiceFor:
    """The first step with a ticket found."""
    return InvoiceFor(number=chosen.number)


def on_invoice(step: InvoiceStep, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch."""
    find = found(snapshot, Task.INVOICE)
    match step, touch:
        case InvoiceFor(number=number), ForPerson() if find is not None:
            return Invoicing(number=number, before=find, asked_ms=at_ms), (DoTask(),)
        case InvoiceFor(number=number), ForCompany():
            return TaxNumber(number=number), ()
        case TaxNumber(typed=typed), t.Key(character=""):
            return replace(step, typed=typed[:-1]), ()
        case TaxNumber(typed=typed), t.Key(character=character) if character.upper() in tax_number.ALPHABET:
            return replace(step, typed=(typed + character.upper())[: tax_number.MOST]), ()
        case TaxNumber(number=number, typed=typed), t.Confirm() if tax_number.is_ready(typed) and find is not None:
            return Invoicing(number=number, before=find, asked_ms=at_ms), (DoTask(tax_id=typed),)
        case TaxNumber(number=number), t.Back():
            return InvoiceFor(number=number), ()
        case InvoiceFor() | Invoiced(), AnotherTicket() | t.Back():
            return another(Task.INVOICE, snapshot, at_ms)
        case Invoiced(), t.Finish():
            return forgets(step, snapshot)
        case _:
            return step, ()


def adopt_invoice(step: InvoiceStep, snapshot: Snapshot, at_ms: int) -> Turn:
    """What the till's news change."""
    match step:
        case InvoiceFor() | TaxNumber():
            gone = found(snapshot, Task.INVOICE) is None or ticket(snapshot, step.number) is None
            return anew(Task.INVOICE, snapshot, at_ms, opens) if gone else (step, ())
        case Invoicing(number=number):
            step, said = heard(step, Task.INVOICE, snapshot, at_ms)
            ended = answer(said)
            if ended is None and said is not None and said.state is FindState.FOUND and said.message is not None:
                return CannotDo(task=Task.INVOICE, words=said.message), ()
            if ended is None:
                late = at_ms - step.asked_ms >= GIVE_UP_MS
                return (CannotDo(task=Task.INVOICE, words=snapshot.trouble or NO_ANSWER) if late else step), ()
            if ended.state is FindState.DONE:
                return Invoiced(number=number, result=ended), ()
            return CannotDo(task=Task.INVOICE, words=ended.message or NOT_HERE), ()
        case _:
            return step, ()
