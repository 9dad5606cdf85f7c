"""Writing and reading what a till does with tickets that exist: refunds, invoices, and papers of others' tickets.

A refund's money names the refund's id where a sale's names its order: `journal.orders.record_money` and `open_claim`
take it, and no more can be returned and claimed than the refund is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

from sync.journal.journal import Transaction
from sync.journal.reader import Readable
from tickets.events import Kind
from tickets.money import Fen
from tickets.numbers import TicketNumber

_REFUNDS = """SELECT r.refund, r.number, r.fare, r.fee, r.fen, r.way, b.fen FROM refunds r
    JOIN balances b ON b.order_id = r.refund """


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A ticket that was taken back. `left` is what is neither returned, nor claimed, nor on its way out."""

    refund: UUID
    number: TicketNumber
    fare: Fen
    fee: Fen
    fen: Fen
    way: str
    left: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An e-invoice that was asked for; its page is found with `token`."""

    invoice: UUID
    number: TicketNumber
    fen: Fen
    why: Literal["travel", "refund"]
    token: str


def open_refund(
    tx: Transaction, *, refund: UUID, number: TicketNumber, fare: Fen, fee: Fen, fen: Fen, way: str
) -> None:
    """Record that a ticket was taken back and `fen` of its fare are owed. RuleBroken for a ticket's second time, and
    when `fen` is not the fare less the fee.
    """
    tx.execute(
        "INSERT INTO refunds (refund, number, fare, fee, fen, way, seq) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (refund.hex, number.to_bytes(), fare, fee, fen, way, tx.seq + 1),
    )
    tx.append(
        Kind.REFUND_OPENED,
        {
            "refund": refund.hex,
            "number": number.digits,
            "fare": int(fare),
            "fee": int(fee),
            "fen": int(fen),
            "way": way,
        },
    )


def ask_invoice(
    tx: Transaction,
    *,
    invoice: UUID,
    number: TicketNumber,
    fen: Fen,
    why: Literal["travel", "refund"],
    token: str,
    tax_id: str | None = None,
) -> None:
    """Record that somebody wants an e-invoice. `token` is 32 random hexadecimal digits."""
    tx.execute(
        "INSERT INTO invoices (invoice, number, fen, why, token, seq) VALUES (?, ?, ?, ?, ?, ?)",
        (invoice.hex, number.to_bytes(), fen, why, token, tx.seq + 1),
    )
    tx.append(
        Kind.INVOICE_ASKED,
        {
            "invoice": invoice.hex,
            "number": number.digits,
            "fen": int(fen),
            "why": why,
            "token": token,
            "tax_id": tax_id,
        },
    )


def record_handed_out(
    tx: Transaction,
    number: TicketNumber,
    *,
    how: Literal["printed", "shown", "card"],
    outcome: Literal["done", "unknown", "refused"],
    copy: int = 0,
) -> None:
    """Record how a ticket that this till did not issue reached its holder (`journal.orders.record_delivery` for one
    that it did). `copy` counts what this till printed of it.
    """
    tx.execute(
        "INSERT INTO handed_out (seq, number, how, outcome, copy) VALUES (?, ?, ?, ?, ?)",
        (tx.seq + 1, number.to_bytes(), how, outcome, copy),
    )
    tx.append(Kind.TICKET_DELIVERED, {"number": number.digits, "how": how, "outcome": outcome, "copy": copy})


def find_refund(journal: Readable, refund: UUID) -> Refund | None:
    """One refund of this till, or None."""
    return next(iter(_refunds(journal, "WHERE r.refund = ?", (refund.hex,))), None)


def refund_of(journal: Readable, number: TicketNumber) -> Refund | None:
    """The refund of a ticket at this till, or None."""
    return next(iter(_refunds(journal, "WHERE r.number = ?", (number.to_bytes(),))), None)


def unpaid_refunds(journal: Readable) -> list[Refund]:
    """Refunds of which something is neither returned, nor claimed, nor on its way out, oldest first."""
    return _refunds(journal, "WHERE b.fen > 0", ())


def invoices_of(journal: Readable, number: TicketNumber) -> list[Invoice]:
    """The invoices that were asked for over a ticket here, oldest first."""
    rows = journal.rows(
        "SELECT invoice, fen, why, token FROM invoices WHERE number = ? ORDER BY seq", (number.to_bytes(),)
    )
    return [
        Invoice(invoice=UUID(invoice), number=number, fen=Fen(fen), why=why, token=token)
        for invoice, fen, why, token in cast("list[tuple[str, int, Literal['travel', 'refund'], str]]", rows)
    ]


def copies_handed_out(journal: Readable, number: TicketNumber) -> int:
    """How many papers of a ticket of somebody else were begun here, whether or not they came out."""
    found = journal.rows(
        "SELECT count(DISTINCT copy) FROM handed_out WHERE number = ? AND how = 'printed'", (number.to_bytes(),)
    )
    return cast(int, found[0][0]) if found else 0


def _refunds(journal: Readable, where: str, parameters: Sequence[object]) -> list[Refund]:
    rows = journal.rows(_REFUNDS + where + " ORDER BY r.seq", parameters)
    return [
        Refund(
            refund=UUID(refund),
            number=TicketNumber.from_bytes(number),
            fare=Fen(fare),
            fee=Fen(fee),
            fen=Fen(fen),
            way=way,
            left=Fen(left),
        )
        for refund, number, fare, fee, fen, way, left in cast("list[tuple[str, bytes, int, int, int, str, int]]", rows)
    ]
