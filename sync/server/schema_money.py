"""The centre's tables about money beyond a single taking: payments, payouts, refunds, invoices, shifts.

Spelt as in `schema`; the ids that tills make are 32 hex digits. `payments` and `payment_refunds` are the centre's own
dealings with the payment provider; all others hold what terminals have reported, one row per fact.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from sync.server.schema import metadata

payments = Table(
    "payments",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("payment", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("order_id", String(32), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("way", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("why", String(16), nullable=False),
    Column("code", Text, nullable=False),
    Column("reference", String(64), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("returned", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "payment"),
)
"""Payments without cash that tills had the centre ask for; `state` is one of `payments.states`. `returned` is what
went back by a reversal. One that was reversed before it was asked has no order, no way and no money."""
Index("payments_by_order", payments.c.station_id, payments.c.order_id)
Index("payments_by_state", payments.c.state, payments.c.asked_ms)

payment_refunds = Table(
    "payment_refunds",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("payment", String(32), nullable=False),
    Column("refund", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "payment", "refund"),
)
"""What of a payment is to go back; `state` is asked, done or failed."""
Index("payment_refunds_by_state", payment_refunds.c.state)

till_payments = Table(
    "till_payments",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("payment", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("order_id", String(32), nullable=False),
    Column("method", String(64), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("outcome", String(8)),
    Column("reference", String(64)),
    Column("asked_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "payment"),
)
"""The same as tills tell it, card payments too; `outcome` is null while it is open, or paid, failed or reversed."""
Index("till_payments_by_order", till_payments.c.station_id, till_payments.c.order_id)

payouts = Table(
    "payouts",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("payout", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("order_id", String(32), nullable=False),
    Column("method", String(64), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("paid", BigInteger),
    Column("sure", Integer),
    Column("asked_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "payout"),
)
"""Money that left a machine or went back to an account; `paid` is null while nobody knows how much did."""

refunds = Table(
    "refunds",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("refund", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("number", String(20), nullable=False),
    Column("fare", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("way", String(64), nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "refund"),
)
"""Tickets taken back: `fen` of the fare is owed and `fee` is kept. Money and claims name `refund` as they do an order.
Those of the web are here too, with `centre` as their device."""
Index("refunds_by_ticket", refunds.c.station_id, refunds.c.number)

invoices = Table(
    "invoices",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("invoice", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("number", String(20), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("why", String(8), nullable=False),
    Column("token", String(32), nullable=False),
    Column("buyer", Text, nullable=False),
    Column("tax_id", String(20)),
    Column("state", String(8), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "invoice"),
)
"""E-invoices that were asked for; `state` is asked (nobody said for whom yet), named or issued. `buyer` is a company's
name, or empty for a traveller, who is not named here. `token` finds its page."""
Index("invoices_by_token", invoices.c.token)

shifts = Table(
    "shifts",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("shift", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("badge", String(64), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("expected", BigInteger),
    Column("counted", BigInteger),
    Column("closed_by", String(64)),
    Column("closed_ms", BigInteger),
    PrimaryKeyConstraint("station_id", "shift"),
)
"""A cashier's turn with a machine; the last four are null while it goes on."""

shift_moves = Table(
    "shift_moves",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("shift", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("badge", String(64), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("place", String(64), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch", "seq"),
)
"""Money that staff put into a machine (`refilled`) or took out (`removed`), and where."""
