"""Version 4 of a journal's tables: payments without cash, payouts, refunds, invoices and shifts, and their rules."""

TABLES = (
    """CREATE TABLE payments (
        payment TEXT PRIMARY KEY CHECK (length(payment) = 32),
        order_id TEXT NOT NULL REFERENCES orders (order_id),
        method TEXT NOT NULL,
        fen INTEGER NOT NULL CHECK (fen > 0),
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX payments_by_order ON payments (order_id)",
    """CREATE TABLE payment_ends (
        payment TEXT PRIMARY KEY REFERENCES payments (payment),
        outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'failed', 'reversed')),
        reference TEXT,
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE payouts (
        payout TEXT PRIMARY KEY CHECK (length(payout) = 32),
        order_id TEXT NOT NULL,
        method TEXT NOT NULL,
        fen INTEGER NOT NULL CHECK (fen > 0),
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX payouts_by_order ON payouts (order_id)",
    """CREATE TABLE payout_ends (
        payout TEXT PRIMARY KEY REFERENCES payouts (payout),
        fen INTEGER NOT NULL CHECK (fen >= 0),
        sure INTEGER NOT NULL CHECK (sure IN (0, 1)),
        reference TEXT,
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE refunds (
        refund TEXT PRIMARY KEY CHECK (length(refund) = 32),
        number BLOB NOT NULL UNIQUE CHECK (length(number) = 8),
        fare INTEGER NOT NULL CHECK (fare >= 0),
        fee INTEGER NOT NULL CHECK (fee >= 0),
        fen INTEGER NOT NULL CHECK (fen >= 0),
        way TEXT NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE handed_out (
        seq INTEGER PRIMARY KEY,
        number BLOB NOT NULL CHECK (length(number) = 8),
        how TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('done', 'unknown', 'refused')),
        copy INTEGER NOT NULL CHECK (copy >= 0)
    ) STRICT""",
    "CREATE INDEX handed_out_by_ticket ON handed_out (number)",
    """CREATE TABLE invoices (
        invoice TEXT PRIMARY KEY CHECK (length(invoice) = 32),
        number BLOB NOT NULL CHECK (length(number) = 8),
        fen INTEGER NOT NULL CHECK (fen > 0),
        why TEXT NOT NULL,
        token TEXT NOT NULL UNIQUE CHECK (length(token) = 32),
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX invoices_by_ticket ON invoices (number)",
    """CREATE TABLE shifts (
        shift TEXT PRIMARY KEY CHECK (length(shift) = 32),
        badge TEXT NOT NULL,
        fen INTEGER NOT NULL CHECK (fen >= 0),
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE shift_moves (
        seq INTEGER PRIMARY KEY,
        shift TEXT NOT NULL REFERENCES shifts (shift),
        direction TEXT NOT NULL CHECK (direction IN ('refilled', 'removed')),
        where_ TEXT NOT NULL,
        fen INTEGER NOT NULL CHECK (fen > 0),
        badge TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE shift_closes (
        shift TEXT PRIMARY KEY REFERENCES shifts (shift),
        expected INTEGER NOT NULL,
        counted INTEGER NOT NULL CHECK (counted >= 0),
        badge TEXT NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE VIEW balances (order_id, fen) AS
        SELECT w.order_id, w.fen
            - (SELECT coalesce(sum(fen), 0) FROM claims c WHERE c.order_id = w.order_id)
            - (SELECT coalesce(sum(fen), 0) FROM payouts p WHERE p.order_id = w.order_id
               AND NOT EXISTS (SELECT 1 FROM payout_ends e WHERE e.payout = p.payout))
        FROM (
            SELECT order_id, (SELECT coalesce(sum(CASE direction WHEN 'taken' THEN fen ELSE -fen END), 0)
                FROM money m WHERE m.order_id = o.order_id) AS fen FROM orders o
            UNION ALL
            SELECT refund, fen - (SELECT coalesce(sum(fen), 0) FROM money m WHERE m.order_id = r.refund) FROM refunds r
        ) w""",
)
"""A balance is what an order or refund has that is neither returned, nor claimed, nor on its way out."""

FACTS = (
    "payments",
    "payment_ends",
    "payouts",
    "payout_ends",
    "refunds",
    "handed_out",
    "invoices",
    "shifts",
    "shift_moves",
    "shift_closes",
)

NOTES = (
    """CREATE TABLE payment_open (
        payment TEXT PRIMARY KEY CHECK (length(payment) = 32),
        way TEXT NOT NULL,
        asked_at_ms INTEGER NOT NULL,
        unwanted INTEGER NOT NULL DEFAULT 0 CHECK (unwanted IN (0, 1)),
        receipt TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE payout_open (
        payout TEXT PRIMARY KEY CHECK (length(payout) = 32),
        dispenser TEXT,
        coin INTEGER,
        coins INTEGER,
        counter INTEGER,
        paid INTEGER,
        unpaid INTEGER,
        given INTEGER,
        payment TEXT,
        reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE coin_mark (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 255)
    ) STRICT""",
    """CREATE TABLE dispenser_levels (
        dispenser TEXT PRIMARY KEY,
        coins INTEGER NOT NULL CHECK (coins >= 0),
        filled_seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)
"""Notes of a till to itself: what is needed to go on with an open payment or payout, how far the coin acceptor's
events are written down, and how many coins a dispenser still holds, counted from when it was filled. `unwanted`: the
payment's order has ended or was given up, so its money goes back whatever happens.
"""

_ORDER = "EXISTS (SELECT 1 FROM orders WHERE order_id = NEW.order_id)"
_REFUND = "EXISTS (SELECT 1 FROM refunds WHERE refund = NEW.order_id)"
_BALANCE = "(SELECT fen FROM balances WHERE order_id = NEW.order_id)"
_FARES = "(SELECT coalesce(sum(fare), 0) FROM tickets WHERE order_id = NEW.order_id)"

RULES: tuple[tuple[str, str, str], ...] = (
    ("money", "money belongs to an order or a refund", f"NOT {_ORDER} AND NOT {_REFUND}"),
    ("claims", "a claim belongs to an order or a refund", f"NOT {_ORDER} AND NOT {_REFUND}"),
    ("payouts", "a payout belongs to an order or a refund", f"NOT {_ORDER} AND NOT {_REFUND}"),
    ("money", "nothing is taken for a refund", f"NEW.direction = 'taken' AND {_REFUND}"),
    (
        "money",
        "no more is returned than was taken",
        (
            f"NEW.direction = 'returned' AND {_ORDER} AND NEW.fen > "  # noqa: S608  constants only
            "(SELECT coalesce(sum(CASE direction WHEN 'taken' THEN fen ELSE -fen END), 0) FROM money "
            "WHERE order_id = NEW.order_id)"
        ),
    ),
    (
        "money",
        "no more is returned than a refund is",
        (
            "NEW.direction = 'returned' AND NEW.fen > (SELECT r.fen "
            "- (SELECT coalesce(sum(fen), 0) FROM money WHERE order_id = NEW.order_id) "
            "- (SELECT coalesce(sum(fen), 0) FROM claims WHERE order_id = NEW.order_id) "
            "FROM refunds r WHERE r.refund = NEW.order_id)"
        ),
    ),
    ("claims", "no more is claimed than a refund is", f"{_REFUND} AND NEW.fen > {_BALANCE}"),
    ("payouts", "no more is paid out than there is beyond the tickets", f"NEW.fen > {_BALANCE} - {_FARES}"),
    (
        "payout_ends",
        "no more goes out than was asked for",
        "NEW.fen > (SELECT fen FROM payouts WHERE payout = NEW.payout)",
    ),
    ("refunds", "a refund is its fare less the fee", "NEW.fen + NEW.fee <> NEW.fare"),
    (
        "shifts",
        "one shift at a time",
        "EXISTS (SELECT 1 FROM shifts s WHERE NOT EXISTS (SELECT 1 FROM shift_closes c WHERE c.shift = s.shift))",
    ),
    ("shift_moves", "the shift is closed", "EXISTS (SELECT 1 FROM shift_closes WHERE shift = NEW.shift)"),
)
"""(table, the rule in words, the condition that breaks it), as in `sync.journal.migrations`."""
