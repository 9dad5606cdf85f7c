"""Dropping the old end of a journal: whole, sealed segments, by the journal's own writer, and only what is settled.

An event goes only when the centre has signed for it, its departure closed long enough ago, nobody is owed anything by
its order, and all that belongs together goes together. The seal keeps the chain's hash, so that the rest still proves
what it follows.
"""

from datetime import date
from typing import cast

from sync.journal.journal import Journal
from sync.journal.order_reader import unfinished_orders
from sync.journal.reader import Readable, stored_head
from sync.points import Point, Probe, no_probe

_TABLES = (
    "deliveries",
    "handed_out",
    "tickets",
    "settlements",
    "claims",
    "payment_ends",
    "payments",
    "payout_ends",
    "payouts",
    "paid_orders",
    "money",
    "refunds",
    "invoices",
    "shift_closes",
    "shift_moves",
    "shifts",
    "releases",
    "held_seats",
    "orders",
    "use_ends",
    "uses",
    "returned_seats",
    "returned_counts",
    "events",
)
"""In an order in which no row is dropped before those that refer to it."""

_RECENT = (
    "SELECT min(seq) FROM orders WHERE service_date >= ?",
    "SELECT min(seq) FROM uses WHERE service_date >= ?",
    "SELECT min(seq) FROM returned_seats WHERE service_date >= ?",
    "SELECT min(seq) FROM returned_counts WHERE service_date >= ?",
)
_OPEN = (
    """SELECT min(seq) FROM uses u WHERE NOT EXISTS (SELECT 1 FROM use_ends e WHERE e.ticket = u.ticket
        AND e.use_no = u.use_no AND e.end <> 'unresolved')""",
    """SELECT min(w.seq) FROM (SELECT order_id, seq FROM orders UNION ALL SELECT refund, seq FROM refunds) w
        JOIN claims c USING (order_id) WHERE NOT EXISTS (SELECT 1 FROM settlements s WHERE s.claim = c.claim)""",
    """SELECT min(seq) FROM orders o WHERE EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.order_id
        AND NOT EXISTS (SELECT 1 FROM payment_ends e WHERE e.payment = p.payment))""",
    """SELECT min(w.seq) FROM (SELECT order_id, seq FROM orders UNION ALL SELECT refund, seq FROM refunds) w
        WHERE EXISTS (SELECT 1 FROM payouts p WHERE p.order_id = w.order_id
        AND NOT EXISTS (SELECT 1 FROM payout_ends e WHERE e.payout = p.payout))""",
    """SELECT min(seq) FROM refunds r WHERE (SELECT fen FROM balances b WHERE b.order_id = r.refund) > 0""",
    """SELECT min(seq) FROM shifts s WHERE NOT EXISTS (SELECT 1 FROM shift_closes c WHERE c.shift = s.shift)""",
)
_CUT_THROUGH = """
    WITH parts (whole, seq) AS (
        SELECT order_id, seq FROM orders
        UNION ALL SELECT order_id, seq FROM money
        UNION ALL SELECT order_id, seq FROM paid_orders
        UNION ALL SELECT order_id, seq FROM payments
        UNION ALL SELECT p.order_id, e.seq FROM payment_ends e JOIN payments p USING (payment)
        UNION ALL SELECT order_id, seq FROM payouts
        UNION ALL SELECT p.order_id, e.seq FROM payout_ends e JOIN payouts p USING (payout)
        UNION ALL SELECT refund, seq FROM refunds
        UNION ALL SELECT shift, seq FROM shifts
        UNION ALL SELECT shift, seq FROM shift_moves
        UNION ALL SELECT shift, seq FROM shift_closes
        UNION ALL SELECT order_id, seq FROM releases
        UNION ALL SELECT order_id, seq FROM tickets
        UNION ALL SELECT order_id, seq FROM claims
        UNION ALL SELECT t.order_id, d.seq FROM deliveries d JOIN tickets t USING (number)
        UNION ALL SELECT c.order_id, s.seq FROM settlements s JOIN claims c USING (claim)
        UNION ALL SELECT hex(ticket) || '/' || use_no, seq FROM uses
        UNION ALL SELECT hex(ticket) || '/' || use_no, seq FROM use_ends
    )
    SELECT min(first) FROM (SELECT min(seq) AS first, max(seq) AS last FROM parts GROUP BY whole)
    WHERE first <= ? AND last > ?"""
"""Where the first order or use begins whose rows would be cut in two by a seal there."""


def prune(journal: Journal, *, kept_through: int, closed_before: date, probe: Probe = no_probe) -> int:
    """Seal and drop what is settled, and answer how many events went.

    `kept_through` is what the centre has signed for; departures of service days from `closed_before` on stay, and so
    do the newest event, open uses, unfinished orders and unsettled claims, with everything after them.
    """
    seal = settled_through(journal, kept_through=kept_through, closed_before=closed_before)
    return drop(journal, seal, probe)


def settled_through(source: Readable, *, kept_through: int, closed_before: date, most: int | None = None) -> int:
    """The last event that may go, by the rules of `prune`; at most about `most` events go with it.

    What is settled stays settled, so `source` may be a reader of its own beside the journal: its looking holds up
    nobody. More than `most` go only where no fewer can, because they belong together.
    """
    seal = min(kept_through, stored_head(source)[0] - 1)
    stay = [_seq(source, sql, (closed_before.isoformat(),)) for sql in _RECENT]
    stay += [_seq(source, sql, ()) for sql in _OPEN]
    stay += [
        _seq(source, "SELECT seq FROM orders WHERE order_id = ?", (o.order.hex,)) for o in unfinished_orders(source)
    ]
    seal = min([seal, *(seq - 1 for seq in stay if seq is not None)])
    first = _seq(source, "SELECT min(seq) FROM events", ())
    if first is None or seal < first:
        return 0
    size = most if most is not None else seal
    while True:
        found = _whole(source, min(seal, first - 1 + size))
        if found >= first or first - 1 + size >= seal:
            return found
        size *= 2


def drop(journal: Journal, seal: int, probe: Probe = no_probe) -> int:
    """Seal the journal at an event that `settled_through` has answered, drop all up to it, and answer how many went."""
    found = journal.rows("SELECT hash FROM events WHERE seq = ?", (seal,))
    if not found:
        return 0
    count = cast(int, journal.rows("SELECT count(*) FROM events WHERE seq <= ?", (seal,))[0][0])
    with journal.transaction() as tx:
        tx.execute(
            "INSERT INTO segments (last_seq, last_hash, dropped_at_ms) VALUES (?, ?, ?)", (seal, found[0][0], tx.at_ms)
        )
        for table in ("planned_places", "plans"):
            gone = "order_id IN (SELECT order_id FROM orders WHERE seq <= ?)"
            tx.execute(f"DELETE FROM {table} WHERE {gone}", (seal,))  # noqa: S608  names are constants
        for table in _TABLES:
            tx.execute(f"DELETE FROM {table} WHERE seq <= ?", (seal,))  # noqa: S608  names are constants
        probe(Point.JOURNAL_PRUNE_BEFORE)
    probe(Point.JOURNAL_PRUNE_AFTER)
    return count


def _whole(source: Readable, seal: int) -> int:
    """The last place before `seal`, or it, where nothing that belongs together is cut in two."""
    while (cut := _seq(source, _CUT_THROUGH, (seal, seal))) is not None:
        seal = cut - 1
    return seal


def _seq(source: Readable, sql: str, parameters: tuple[object, ...]) -> int | None:
    found = source.rows(sql, parameters)
    return cast("int | None", found[0][0]) if found else None
