"""The tables of the cache: what the centre says, and what peers in the station's LAN said beside it.

All of it can be fetched again. What came through the LAN has tables of its own: a fresh copy of the centre's records
does not touch them. Only a file that is new or of an older version needs this module (`sync.database`).
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("cache")

_TABLES = (
    """CREATE TABLE records (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        change_no INTEGER NOT NULL,
        PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tickets (
        number BLOB PRIMARY KEY CHECK (length(number) = 8),
        service_date TEXT NOT NULL,
        trip TEXT NOT NULL,
        boarding INTEGER NOT NULL,
        alighting INTEGER NOT NULL,
        seat INTEGER,
        kind INTEGER NOT NULL,
        children INTEGER NOT NULL,
        fare INTEGER NOT NULL,
        tag BLOB NOT NULL,
        expires_s INTEGER NOT NULL,
        state TEXT NOT NULL,
        issuer TEXT NOT NULL,
        change_no INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tickets_by_tag ON tickets (service_date, trip, tag)",
    """CREATE TABLE uses (
        ticket BLOB NOT NULL CHECK (length(ticket) = 8),
        use_no INTEGER NOT NULL,
        attempt BLOB NOT NULL,
        device TEXT NOT NULL,
        lane TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        end TEXT,
        purpose TEXT NOT NULL,
        change_no INTEGER NOT NULL,
        PRIMARY KEY (ticket, use_no)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE set_aside (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        why TEXT NOT NULL,
        change_no INTEGER NOT NULL,
        PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE staged (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT,
        change_no INTEGER NOT NULL,
        PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE state (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE acknowledged (
        epoch TEXT PRIMARY KEY,
        kept_through INTEGER NOT NULL,
        receipt BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@MIGRATIONS()
def what_the_centre_says(db: Database) -> None:
    """Version 1."""
    for statement in _TABLES:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 1")


_LAN_TABLES = (
    "ALTER TABLE uses ADD COLUMN persons INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE uses ADD COLUMN flags TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE uses ADD COLUMN service_date TEXT",
    "ALTER TABLE uses ADD COLUMN trip TEXT",
    "CREATE INDEX uses_by_departure ON uses (service_date, trip) WHERE service_date IS NOT NULL",
    """CREATE TABLE lan_uses (
        ticket BLOB NOT NULL CHECK (length(ticket) = 8),
        use_no INTEGER NOT NULL,
        attempt BLOB NOT NULL CHECK (length(attempt) = 16),
        device TEXT NOT NULL,
        lane TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        end TEXT,
        purpose TEXT NOT NULL,
        persons INTEGER NOT NULL,
        flags TEXT NOT NULL,
        service_date TEXT,
        trip TEXT,
        PRIMARY KEY (ticket, use_no, attempt)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX lan_uses_by_departure ON lan_uses (service_date, trip) WHERE service_date IS NOT NULL",
    """CREATE TABLE staff_facts (
        digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
        bytes BLOB NOT NULL,
        learnt_ms INTEGER NOT NULL,
        refused TEXT,
        service_date TEXT,
        trip TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE held (
        arbiter TEXT NOT NULL,
        epoch TEXT NOT NULL,
        held_through INTEGER NOT NULL,
        receipt BLOB NOT NULL,
        PRIMARY KEY (arbiter, epoch)
    ) STRICT, WITHOUT ROWID""",
    "DELETE FROM state WHERE key = 'cursor'",  # pull all once more: the uses kept so far lack the new columns
)


@MIGRATIONS()
def what_the_lan_says(db: Database) -> None:
    """Version 2."""
    for statement in _LAN_TABLES:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 2")


_ORDER_CODES = (
    "ALTER TABLE tickets ADD COLUMN order_code TEXT",
    "CREATE INDEX tickets_by_order_code ON tickets (order_code) WHERE order_code IS NOT NULL",
    "DELETE FROM state WHERE key = 'cursor'",  # pull all once more: the tickets kept so far lack the new column
)


@MIGRATIONS()
def what_tickets_are_collected_with(db: Database) -> None:
    """Version 3."""
    for statement in _ORDER_CODES:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 3")


@MIGRATIONS()
def what_a_fresh_copy_is_kept_in(db: Database) -> None:
    """Version 4: a fresh copy is made in tables of its own, which take the others' places (`cache.staging`)."""
    db.conn.execute("DROP TABLE staged")
    db.conn.execute("DELETE FROM state WHERE key = 'staging_cursor'")
    db.conn.execute("PRAGMA user_version = 4")
