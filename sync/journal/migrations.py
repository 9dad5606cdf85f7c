"""The tables of a journal. Facts are only ever added; what would break a rule of selling or admission is refused here.

`events` is the outbox and the truth; the other tables are its projections, written in the same transaction, each row
with the `seq` of the event that made it. No row is changed, and none is deleted before its segment was sealed.
Only a file that is new or of an older version needs this module (`sync.database`).
"""

import sqlite3
from collections.abc import Iterable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sync.journal import schema_money as money

MIGRATIONS = Migrations("journal")

FACTS = (
    "events",
    "uses",
    "use_ends",
    "orders",
    "held_seats",
    "releases",
    "money",
    "paid_orders",
    "tickets",
    "deliveries",
    "claims",
    "settlements",
    "returned_seats",
    "returned_counts",
    *money.FACTS,
)
"""Tables whose rows are facts: immutable, and deleted only as part of a sealed segment."""

_FIRST_FACTS = (*FACTS[: FACTS.index("paid_orders")], "payments", *FACTS[FACTS.index("tickets") : -len(money.FACTS)])
"""Those of version 1, in which an order that is paid stood in a table called payments."""

_TABLES = (
    """CREATE TABLE epoch (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        epoch BLOB NOT NULL CHECK (length(epoch) = 16),
        device TEXT NOT NULL,
        prefix INTEGER,
        opened_at_ms INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE segments (
        last_seq INTEGER PRIMARY KEY,
        last_hash BLOB NOT NULL CHECK (length(last_hash) = 32),
        dropped_at_ms INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        event_id BLOB NOT NULL UNIQUE CHECK (length(event_id) = 16),
        kind TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    """CREATE TABLE uses (
        ticket BLOB NOT NULL CHECK (length(ticket) = 8),
        use_no INTEGER NOT NULL CHECK (use_no >= 1),
        attempt BLOB NOT NULL CHECK (length(attempt) = 16),
        seq INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        lane TEXT NOT NULL,
        purpose TEXT NOT NULL CHECK (purpose IN ('admission', 'refund', 'change')),
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        persons INTEGER NOT NULL,
        PRIMARY KEY (ticket, use_no)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE use_ends (
        ticket BLOB NOT NULL,
        use_no INTEGER NOT NULL,
        end TEXT NOT NULL CHECK (end IN ('passed', 'released', 'unresolved')),
        seq INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (ticket, use_no, end),
        FOREIGN KEY (ticket, use_no) REFERENCES uses (ticket, use_no)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE orders (
        order_id TEXT PRIMARY KEY CHECK (length(order_id) = 32),
        seq INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        numbered INTEGER NOT NULL CHECK (numbered IN (0, 1)),
        count INTEGER NOT NULL CHECK (count >= 1),
        total INTEGER NOT NULL CHECK (total >= 0)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX orders_by_departure ON orders (service_date, trip)",
    """CREATE TABLE held_seats (
        order_id TEXT NOT NULL REFERENCES orders (order_id),
        seat INTEGER NOT NULL CHECK (seat BETWEEN 1 AND 255),
        seq INTEGER NOT NULL,
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        PRIMARY KEY (order_id, seat)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX held_seats_by_place ON held_seats (service_date, trip, seat)",
    """CREATE TABLE releases (
        order_id TEXT PRIMARY KEY REFERENCES orders (order_id),
        seq INTEGER NOT NULL,
        reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE money (
        seq INTEGER PRIMARY KEY,
        order_id TEXT NOT NULL REFERENCES orders (order_id),
        direction TEXT NOT NULL CHECK (direction IN ('taken', 'returned')),
        fen INTEGER NOT NULL CHECK (fen > 0),
        method TEXT NOT NULL,
        counter INTEGER
    ) STRICT""",
    "CREATE INDEX money_by_order ON money (order_id)",
    """CREATE TABLE payments (
        order_id TEXT PRIMARY KEY REFERENCES orders (order_id),
        seq INTEGER NOT NULL,
        fen INTEGER NOT NULL,
        method TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tickets (
        number BLOB PRIMARY KEY CHECK (length(number) = 8),
        order_id TEXT NOT NULL REFERENCES orders (order_id),
        seq INTEGER NOT NULL,
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        boarding INTEGER NOT NULL,
        alighting INTEGER NOT NULL,
        seat INTEGER,
        kind INTEGER NOT NULL,
        children INTEGER NOT NULL,
        fare INTEGER NOT NULL CHECK (fare >= 0),
        tag BLOB NOT NULL,
        expires_s INTEGER NOT NULL,
        code TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tickets_by_order ON tickets (order_id)",
    "CREATE INDEX tickets_by_tag ON tickets (service_date, trip, tag)",
    """CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY,
        number BLOB NOT NULL REFERENCES tickets (number),
        how TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('done', 'unknown', 'refused')),
        copy INTEGER NOT NULL CHECK (copy >= 0)
    ) STRICT""",
    "CREATE INDEX deliveries_by_ticket ON deliveries (number)",
    """CREATE TABLE claims (
        claim TEXT PRIMARY KEY,
        order_id TEXT NOT NULL REFERENCES orders (order_id),
        seq INTEGER NOT NULL,
        fen INTEGER NOT NULL CHECK (fen > 0),
        reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX claims_by_order ON claims (order_id)",
    """CREATE TABLE settlements (
        claim TEXT PRIMARY KEY,
        seq INTEGER NOT NULL,
        fen INTEGER NOT NULL CHECK (fen > 0),
        by TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE returned_seats (
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        seat INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (service_date, trip, seat)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE returned_counts (
        seq INTEGER PRIMARY KEY,
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        count INTEGER NOT NULL CHECK (count >= 1)
    ) STRICT""",
    "CREATE INDEX returned_counts_by_departure ON returned_counts (service_date, trip)",
    """CREATE VIEW balances (order_id, fen) AS
        SELECT order_id,
            (SELECT coalesce(sum(CASE direction WHEN 'taken' THEN fen ELSE -fen END), 0)
             FROM money WHERE money.order_id = orders.order_id)
            - (SELECT coalesce(sum(fen), 0) FROM claims WHERE claims.order_id = orders.order_id)
        FROM orders""",
)

_SEALED = "(SELECT coalesce(max(last_seq), 0) FROM segments)"
_BALANCE = "(SELECT fen FROM balances WHERE order_id = NEW.order_id)"
_RELEASED = "EXISTS (SELECT 1 FROM releases WHERE order_id = NEW.order_id)"
_PAID = "EXISTS (SELECT 1 FROM payments WHERE order_id = NEW.order_id)"
_FARES = "(SELECT coalesce(sum(fare), 0) FROM tickets WHERE order_id = NEW.order_id)"
_ISSUED = "EXISTS (SELECT 1 FROM tickets WHERE order_id = NEW.order_id)"

_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "events",
        "sequence numbers have no gap",
        f"NEW.seq IS NOT (SELECT coalesce(max(seq), {_SEALED}) + 1 FROM events)",  # noqa: S608  constants only
    ),
    ("segments", "the newest event stays", "NEW.last_seq >= (SELECT coalesce(max(seq), 0) FROM events)"),
    (
        "use_ends",
        "a use ends once; only what was unresolved may still be passed or released",
        (
            "EXISTS (SELECT 1 FROM use_ends WHERE ticket = NEW.ticket AND use_no = NEW.use_no "
            "AND (end IN ('passed', 'released') OR NEW.end = 'unresolved'))"
        ),
    ),
    (
        "held_seats",
        "this place is already held or sold",
        (
            "EXISTS (SELECT 1 FROM held_seats h WHERE h.service_date = NEW.service_date AND h.trip = NEW.trip "
            "AND h.seat = NEW.seat AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.order_id = h.order_id))"
        ),
    ),
    (
        "held_seats",
        "this place was given back to the centre",
        (
            "EXISTS (SELECT 1 FROM returned_seats r WHERE r.service_date = NEW.service_date AND r.trip = NEW.trip "
            "AND r.seat = NEW.seat)"
        ),
    ),
    (
        "returned_seats",
        "this place is held or sold",
        (
            "EXISTS (SELECT 1 FROM held_seats h WHERE h.service_date = NEW.service_date AND h.trip = NEW.trip "
            "AND h.seat = NEW.seat AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.order_id = h.order_id))"
        ),
    ),
    ("releases", "an order with tickets is not released", _ISSUED),
    ("releases", "an order's money is returned or claimed before it is released", f"{_BALANCE} > 0"),
    (
        "money",
        "no more is returned than was taken",
        (
            "NEW.direction = 'returned' AND NEW.fen > (SELECT coalesce(sum(CASE direction WHEN 'taken' THEN fen "
            "ELSE -fen END), 0) FROM money WHERE order_id = NEW.order_id)"
        ),
    ),
    ("payments", "a released order is not paid", _RELEASED),
    (
        "payments",
        "an order is paid with at least its total",
        f"NEW.fen < (SELECT total FROM orders WHERE order_id = NEW.order_id) OR {_BALANCE} < NEW.fen",  # noqa: S608  constants only
    ),
    ("tickets", "a ticket is issued only on a paid order", f"NOT {_PAID}"),
    ("tickets", "a released order gives no ticket", _RELEASED),
    (
        "tickets",
        "an order gives as many tickets as it has places",
        (
            "(SELECT count(*) FROM tickets WHERE order_id = NEW.order_id) >= "
            "(SELECT count FROM orders WHERE order_id = NEW.order_id)"
        ),
    ),
    (
        "tickets",
        "a ticket is for one of its order's places, each once",
        (
            "(SELECT numbered FROM orders WHERE order_id = NEW.order_id) <> (NEW.seat IS NOT NULL) "
            "OR (NEW.seat IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM held_seats WHERE order_id = NEW.order_id "
            "AND seat = NEW.seat) OR EXISTS (SELECT 1 FROM tickets WHERE order_id = NEW.order_id AND seat = NEW.seat)))"
        ),
    ),
    (
        "tickets",
        "a ticket is for its order's departure",
        (
            "NOT EXISTS (SELECT 1 FROM orders WHERE order_id = NEW.order_id AND service_date = NEW.service_date "
            "AND trip = NEW.trip)"
        ),
    ),
    (
        "tickets",
        "money that is claimed back buys no ticket",
        f"{_BALANCE} < NEW.fare + {_FARES}",
    ),
    (
        "settlements",
        "a claim is settled with its own amount",
        "NEW.fen IS NOT (SELECT coalesce((SELECT fen FROM claims WHERE claim = NEW.claim), NEW.fen))",
    ),
)
"""(table, the rule in words, the condition that breaks it), each checked before a row goes in."""


@MIGRATIONS()
def facts_and_their_rules(db: Database) -> None:
    """Version 1."""
    for statement in _TABLES:
        db.conn.execute(statement)
    _make_rules(db.conn, "rule", _RULES)
    _make_immutable(db.conn, (*_FIRST_FACTS, "epoch", "segments"))
    _version(db.conn, 1)


def _make_rules(connection: sqlite3.Connection, name: str, rules: Iterable[tuple[str, str, str]]) -> None:
    for number, (table, rule, broken) in enumerate(rules, 1):
        connection.execute(
            f"CREATE TRIGGER {name}_{number}_{table} BEFORE INSERT ON {table} WHEN {broken} "
            f"BEGIN SELECT RAISE(ABORT, '{rule.replace(chr(39), chr(39) * 2)}'); END"
        )


def _make_immutable(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    for table in tables:
        connection.execute(
            f"CREATE TRIGGER {table}_not_edited BEFORE UPDATE ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'facts are never edited'); END"
        )
        unless = "" if table in ("epoch", "segments") else f"WHEN OLD.seq > {_SEALED} "
        connection.execute(
            f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {unless}"
            "BEGIN SELECT RAISE(ABORT, 'facts are never deleted before their segment is sealed'); END"
        )


_TILL_TABLES = (
    """CREATE TABLE plans (
        order_id TEXT PRIMARY KEY CHECK (length(order_id) = 32),
        boarding INTEGER NOT NULL,
        alighting INTEGER NOT NULL,
        expires_s INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE planned_places (
        order_id TEXT NOT NULL REFERENCES plans (order_id),
        place_no INTEGER NOT NULL,
        number BLOB NOT NULL UNIQUE CHECK (length(number) = 8),
        seat INTEGER,
        kind INTEGER NOT NULL,
        children INTEGER NOT NULL,
        fare INTEGER NOT NULL CHECK (fare >= 0),
        tag BLOB NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (order_id, place_no)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX planned_places_by_tag ON planned_places (tag)",
    """CREATE TABLE cash_mark (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 255),
        intent_order TEXT,
        intent_fen INTEGER,
        doubt_order TEXT,
        doubt_fen INTEGER
    ) STRICT""",
    """CREATE TABLE doubts (
        claim TEXT PRIMARY KEY,
        order_id TEXT NOT NULL,
        fen INTEGER NOT NULL,
        ended TEXT CHECK (ended IN ('stacked', 'returned'))
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE slips (claim TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)


@MIGRATIONS()
def what_a_till_needs_after_a_crash(db: Database) -> None:
    """Version 2: no facts but notes of the till to itself, written with the facts and changed as the work goes on.

    `plans` says what an open order will be issued as, `cash_mark` how far the bill validator's events are written down
    and which note is on its way, `doubts` which claims were opened for a note that nobody could find and where it was
    found after all, `slips` which claims' numbers were handed out on paper.
    """
    for statement in _TILL_TABLES:
        db.conn.execute(statement)
    _version(db.conn, 2)


_PURPOSES = "CHECK (purpose IN ('admission', 'refund', 'change'))"


@MIGRATIONS()
def people_walk_out_again(db: Database) -> None:
    """Version 3: a use may be for an exit, and how many walked is kept beside how many were let through.

    Of the table of uses only the rule is written anew, as SQLite's page on ALTER TABLE describes for changes that leave
    rows as they are: making the table again would take every fact out of it.
    """
    _reword(db.conn, ("uses",), _PURPOSES, _PURPOSES.replace("'change'", "'change', 'exit'"))
    db.conn.execute("ALTER TABLE use_ends ADD COLUMN persons INTEGER")
    _version(db.conn, 3)


_MONEY_RULE = "no more is returned than was taken"


@MIGRATIONS()
def more_ways_for_money(db: Database) -> None:
    """Version 4: payments without cash, payouts, refunds, invoices and shifts; tickets of others that are handed out.

    What was called payments, the orders that are paid, is `paid_orders` now. Money and claims may name a refund where
    an order stood: of those two tables that rule is written anew, and a trigger asks for one of the two instead.
    """
    _reword(
        db.conn, ("money", "claims"), "order_id TEXT NOT NULL REFERENCES orders (order_id)", "order_id TEXT NOT NULL"
    )
    db.conn.execute("ALTER TABLE payments RENAME TO paid_orders")
    for trigger in ("payments_not_edited", "payments_not_deleted"):
        db.conn.execute(f"DROP TRIGGER {trigger}")
    old_rule = next(number for number, (_, rule, _) in enumerate(_RULES, 1) if rule == _MONEY_RULE)
    db.conn.execute(f"DROP TRIGGER rule_{old_rule}_money")
    db.conn.execute("ALTER TABLE orders ADD COLUMN changes BLOB")
    db.conn.execute("ALTER TABLE money ADD COLUMN where_ TEXT")
    db.conn.execute("ALTER TABLE plans ADD COLUMN credit INTEGER NOT NULL DEFAULT 0")
    db.conn.execute("DROP VIEW balances")
    for statement in (*money.TABLES, *money.NOTES):
        db.conn.execute(statement)
    _make_rules(db.conn, "rule_of_money", money.RULES)
    _make_immutable(db.conn, ("paid_orders", *money.FACTS))
    _version(db.conn, 4)


def _reword(connection: sqlite3.Connection, tables: Iterable[str], old: str, new: str) -> None:
    """Write a rule of some tables anew, leaving their rows as they are."""
    version = connection.execute("PRAGMA schema_version").fetchone()[0]
    connection.execute("PRAGMA writable_schema = ON")
    for table in tables:
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?", (old, new, table)
        )
    connection.execute(f"PRAGMA schema_version = {version + 1}")
    connection.execute("PRAGMA writable_schema = OFF")


def _version(connection: sqlite3.Connection, version: int) -> None:
    connection.execute(f"PRAGMA user_version = {version}")


@MIGRATIONS()
def a_use_that_was_asked_for(db: Database) -> None:
    """Version 5: one more note of a till to itself, about a use that it asks others for and has not claimed yet.

    Whoever was asked may have granted it although no answer came: after a crash the till gives it back.
    """
    db.conn.execute(
        """CREATE TABLE use_asked (
            ticket BLOB PRIMARY KEY CHECK (length(ticket) = 8),
            use_no INTEGER NOT NULL CHECK (use_no >= 1),
            attempt BLOB NOT NULL CHECK (length(attempt) = 16),
            purpose TEXT NOT NULL CHECK (purpose IN ('refund', 'change')),
            service_date TEXT NOT NULL,
            trip TEXT NOT NULL,
            persons INTEGER NOT NULL,
            shown TEXT NOT NULL CHECK (shown IN ('code', 'number', 'card'))
        ) STRICT, WITHOUT ROWID"""
    )
    _version(db.conn, 5)
