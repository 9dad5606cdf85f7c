"""Writing and reading money that moves without cash being put in: payments by phone or card, and every payout.

A payment is durable before anybody is asked for it and open until it ended; a payout is durable before a device or an
account is told, and its money counts as neither in the machine's debt nor out of it until it ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast
from uuid import UUID

from sync.journal.journal import Transaction
from sync.journal.reader import Readable
from tickets.events import Kind
from tickets.money import Fen

Outcome = Literal["paid", "failed", "reversed"]
"""What became of a payment; see `journal.event_bodies.PaymentEnded`."""

_PAYMENTS = """SELECT p.payment, p.order_id, p.method, p.fen, e.outcome, e.reference, o.way, o.asked_at_ms, o.unwanted,
    o.receipt FROM payments p LEFT JOIN payment_ends e USING (payment) LEFT JOIN payment_open o USING (payment) """
_PAYOUTS = """SELECT p.payout, p.order_id, p.method, p.fen, e.fen, e.sure, e.reference, o.dispenser, o.coin,
    o.coins, o.counter, o.paid, o.unpaid, o.given, o.payment, coalesce(o.reason, '')
    FROM payouts p LEFT JOIN payout_ends e USING (payout) LEFT JOIN payout_open o USING (payout) """


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One try to be paid without cash. `way` and what follows are only there while it is open (`outcome` None).

    `unwanted`: its order was given up, so that it is to be reversed whatever it turns out to be. `receipt` is the
    card terminal's own number of it, as far as it is known.
    """

    payment: UUID
    order: UUID
    method: str
    fen: Fen
    outcome: Outcome | None
    reference: str | None
    way: str | None
    asked_at: datetime | None
    unwanted: bool
    receipt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coins:
    """What a dispenser is told: `coins` of `coin` fen each. The others are what it said of itself before it was told
    (`drivers.cash.DispenserStatus`).
    """

    dispenser: str
    coin: Fen
    coins: int
    counter: int
    paid: int = 0
    unpaid: int = 0
    given: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money on its way out, or gone: `paid_out` is None until it ended. `order` may be a refund's id.

    While it is open `coins` says what the dispenser was told, or `payment` which payment it goes back to; `reason` is
    what a claim for it would say.
    """

    payout: UUID
    order: UUID
    method: str
    fen: Fen
    paid_out: Fen | None
    sure: bool
    reference: str | None
    coins: Coins | None
    payment: UUID | None
    reason: str


def ask_payment(tx: Transaction, *, payment: UUID, order: UUID, method: str, fen: Fen, way: str) -> None:
    """Record that `fen` of an order are about to be asked for without cash. RuleBroken for an unknown order."""
    tx.execute(
        "INSERT INTO payments (payment, order_id, method, fen, seq) VALUES (?, ?, ?, ?, ?)",
        (payment.hex, order.hex, method, fen, tx.seq + 1),
    )
    tx.execute("INSERT INTO payment_open (payment, way, asked_at_ms) VALUES (?, ?, ?)", (payment.hex, way, tx.at_ms))
    tx.append(Kind.PAYMENT_ASKED, {"payment": payment.hex, "order": order.hex, "method": method, "fen": int(fen)})


def end_payment(tx: Transaction, payment: UUID, *, outcome: Outcome, reference: str | None = None) -> None:
    """Record what became of a payment. RuleBroken the second time. Its money is recorded with it by the caller."""
    tx.execute(
        "INSERT INTO payment_ends (payment, outcome, reference, seq) VALUES (?, ?, ?, ?)",
        (payment.hex, outcome, reference or None, tx.seq + 1),
    )
    tx.execute("DELETE FROM payment_open WHERE payment = ?", (payment.hex,))
    tx.append(Kind.PAYMENT_ENDED, {"payment": payment.hex, "outcome": outcome, "reference": reference or None})


def want_no_more(tx: Transaction, payment: UUID) -> None:
    """Note that an open payment is to be reversed, whatever it turns out to be."""
    tx.execute("UPDATE payment_open SET unwanted = 1 WHERE payment = ?", (payment.hex,))


def note_receipt(tx: Transaction, payment: UUID, receipt: str) -> None:
    """Note a card terminal's own number of an open payment."""
    tx.execute("UPDATE payment_open SET receipt = ? WHERE payment = ?", (receipt, payment.hex))


def ask_payout(
    tx: Transaction,
    *,
    payout: UUID,
    order: UUID,
    method: str,
    fen: Fen,
    reason: str,
    coins: Coins | None = None,
    payment: UUID | None = None,
) -> None:
    """Record that `fen` of an order (or refund) are about to go out. RuleBroken for more than there is."""
    tx.execute(
        "INSERT INTO payouts (payout, order_id, method, fen, seq) VALUES (?, ?, ?, ?, ?)",
        (payout.hex, order.hex, method, fen, tx.seq + 1),
    )
    tx.execute(
        "INSERT INTO payout_open (payout, dispenser, coin, coins, counter, paid, unpaid, given, payment, reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            payout.hex,
            *(_columns(coins) if coins is not None else (None,) * 7),
            payment.hex if payment is not None else None,
            reason,
        ),
    )
    tx.append(Kind.PAYOUT_ASKED, {"payout": payout.hex, "order": order.hex, "method": method, "fen": int(fen)})


def _columns(coins: Coins) -> tuple[object, ...]:
    return (
        coins.dispenser,
        coins.coin,
        coins.coins,
        coins.counter,
        coins.paid,
        coins.unpaid,
        coins.given,
    )


def end_payout(tx: Transaction, payout: UUID, *, fen: Fen, sure: bool, reference: str | None = None) -> None:
    """Record how much of a payout went out; `money.returned` and a claim for the rest belong into the same commit.

    `reference` is whoever paid it out names it (a card terminal's receipt); it stays in this journal.
    """
    tx.execute(
        "INSERT INTO payout_ends (payout, fen, sure, reference, seq) VALUES (?, ?, ?, ?, ?)",
        (payout.hex, fen, int(sure), reference or None, tx.seq + 1),
    )
    tx.execute("DELETE FROM payout_open WHERE payout = ?", (payout.hex,))
    tx.append(Kind.PAYOUT_ENDED, {"payout": payout.hex, "fen": int(fen), "sure": sure})


def find_payment(journal: Readable, payment: UUID) -> Payment | None:
    """One payment, or None when this till never asked for it."""
    found = _payments(journal, "WHERE p.payment = ?", (payment.hex,))
    return found[0] if found else None


def payments_of(journal: Readable, order: UUID) -> list[Payment]:
    """The payments of an order, oldest first."""
    return _payments(journal, "WHERE p.order_id = ?", (order.hex,))


def open_payments(journal: Readable) -> list[Payment]:
    """Payments of which nobody knows yet what became of them, oldest first."""
    return _payments(journal, "WHERE e.payment IS NULL", ())


def payouts_of(journal: Readable, order: UUID) -> list[Payout]:
    """The payouts of an order or refund, oldest first."""
    return _payouts(journal, "WHERE p.order_id = ?", (order.hex,))


def open_payouts(journal: Readable) -> list[Payout]:
    """Payouts that have not ended, oldest first."""
    return _payouts(journal, "WHERE e.payout IS NULL", ())


def known_receipts(journal: Readable) -> tuple[str, ...]:
    """Every name that anybody ever gave to a payment or payout here, in the order in which they ended."""
    rows = journal.rows(
        "SELECT reference, seq FROM payment_ends WHERE reference IS NOT NULL "
        "UNION SELECT reference, seq FROM payout_ends WHERE reference IS NOT NULL ORDER BY seq"
    )
    return tuple(cast(str, row[0]) for row in rows)


def _payments(journal: Readable, where: str, parameters: Sequence[object]) -> list[Payment]:
    rows = journal.rows(_PAYMENTS + where + " ORDER BY p.seq", parameters)
    return [
        Payment(
            payment=UUID(payment),
            order=UUID(order),
            method=method,
            fen=Fen(fen),
            outcome=outcome,
            reference=reference,
            way=way,
            asked_at=datetime.fromtimestamp(asked / 1000, UTC) if asked is not None else None,
            unwanted=bool(unwanted),
            receipt=receipt,
        )
        for payment, order, method, fen, outcome, reference, way, asked, unwanted, receipt in cast(
            "list[tuple[str, str, str, int, Outcome | None, str | None, str | None, int | None, int, str | None]]", rows
        )
    ]


def _payouts(journal: Readable, where: str, parameters: Sequence[object]) -> list[Payout]:
    rows = journal.rows(_PAYOUTS + where + " ORDER BY p.seq", parameters)
    return [_payout(row) for row in rows]


def _payout(row: Sequence[object]) -> Payout:
    payout, order, method, fen, paid_out, sure, reference, dispenser, coin, coins, counter, paid, unpaid, given = row[
        :14
    ]
    payment, reason = cast("tuple[str | None, str]", tuple(row[14:]))
    told = Coins(
        dispenser=cast(str, dispenser),
        coin=cast(Fen, coin),
        coins=cast(int, coins),
        counter=cast(int, counter),
        paid=cast(int, paid),
        unpaid=cast(int, unpaid),
        given=cast("int | None", given),
    )
    return Payout(
        payout=UUID(cast(str, payout)),
        order=UUID(cast(str, order)),
        method=cast(str, method),
        fen=cast(Fen, fen),
        paid_out=cast("Fen | None", paid_out),
        sure=bool(sure),
        reference=cast("str | None", reference),
        coins=told if dispenser is not None else None,
        payment=UUID(payment) if payment is not None else None,
        reason=reason,
    )
