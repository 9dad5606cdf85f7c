"""The tables of `relay.db`: what the relay has granted, what it has heard, and how far each terminal is in step.

Ticket numbers are their 20 digits, attempts and epochs 32 hexadecimal digits, instants milliseconds since 1970. Every
use and every fact of staff has a `position`: one rising number over both, by which terminals follow what is new.
Only a file that is new or of an older version needs this module (`sync.database`).
"""

from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("relay")

_TABLES: Final = (
    """CREATE TABLE arbiter (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        epoch TEXT NOT NULL CHECK (length(epoch) = 32),
        made_ms INTEGER NOT NULL,
        arbitrating INTEGER NOT NULL CHECK (arbitrating IN (0, 1)),
        position INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE devices (
        device TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        in_step INTEGER NOT NULL CHECK (in_step IN (0, 1))
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE journals (
        epoch TEXT PRIMARY KEY CHECK (length(epoch) = 32),
        device TEXT NOT NULL,
        first_seq INTEGER NOT NULL,
        held_through INTEGER NOT NULL,
        head BLOB NOT NULL CHECK (length(head) = 32),
        started_seq INTEGER NOT NULL,
        begun_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE events (
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        held_ms INTEGER NOT NULL,
        PRIMARY KEY (epoch, seq)
    ) STRICT""",
    """CREATE TABLE grants (
        number TEXT NOT NULL CHECK (length(number) = 20),
        use_no INTEGER NOT NULL CHECK (use_no >= 1),
        attempt TEXT NOT NULL CHECK (length(attempt) = 32),
        device TEXT NOT NULL,
        journal_epoch TEXT NOT NULL,
        after_seq INTEGER NOT NULL,
        granted_ms INTEGER NOT NULL,
        PRIMARY KEY (number, use_no)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE uses (
        number TEXT NOT NULL CHECK (length(number) = 20),
        use_no INTEGER NOT NULL CHECK (use_no >= 1),
        attempt TEXT NOT NULL CHECK (length(attempt) = 32),
        device TEXT NOT NULL,
        lane TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        service_date TEXT,
        trip TEXT,
        persons INTEGER NOT NULL,
        purpose TEXT NOT NULL CHECK (purpose IN ('admission', 'refund', 'change', 'exit')),
        flags TEXT NOT NULL,
        by TEXT NOT NULL,
        end TEXT CHECK (end IN ('passed', 'released', 'unresolved')),
        journaled INTEGER NOT NULL CHECK (journaled IN (0, 1)),
        position INTEGER NOT NULL UNIQUE,
        PRIMARY KEY (number, use_no, attempt)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX uses_not_written ON uses (number) WHERE journaled = 0 AND end IS NULL",
    """CREATE TABLE facts (
        fact_id TEXT PRIMARY KEY CHECK (length(fact_id) = 32),
        bytes BLOB NOT NULL,
        act TEXT NOT NULL,
        device TEXT,
        at_ms INTEGER NOT NULL,
        position INTEGER NOT NULL UNIQUE,
        journaled INTEGER NOT NULL CHECK (journaled IN (0, 1))
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE duplicates (
        number TEXT NOT NULL,
        use_no INTEGER NOT NULL,
        attempts TEXT NOT NULL,
        devices TEXT NOT NULL,
        journaled INTEGER NOT NULL CHECK (journaled IN (0, 1)),
        PRIMARY KEY (number, use_no, attempts)
    ) STRICT, WITHOUT ROWID""",
)


@MIGRATIONS()
def what_a_relay_knows(db: Database) -> None:
    """Version 1."""
    for statement in _TABLES:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 1")


_STORE_AND_FORWARD: Final = (
    "ALTER TABLE journals ADD COLUMN prefix INTEGER",
    "ALTER TABLE journals ADD COLUMN dropped_through INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE journals ADD COLUMN dropped_hash BLOB",
    """CREATE TABLE heads (
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        signature BLOB NOT NULL CHECK (length(signature) = 64),
        PRIMARY KEY (epoch, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE forks (
        digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
        epoch TEXT NOT NULL,
        device TEXT NOT NULL,
        first_seq INTEGER NOT NULL,
        batch TEXT NOT NULL,
        found_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@MIGRATIONS()
def what_a_relay_hands_on(db: Database) -> None:
    """Version 2: what the centre needs to know whose the events are."""
    for statement in _STORE_AND_FORWARD:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 2")


_NOT_WRITTEN: Final = (
    "CREATE INDEX facts_not_written ON facts (position) WHERE journaled = 0",
    "CREATE INDEX duplicates_not_written ON duplicates (number) WHERE journaled = 0",
)


@MIGRATIONS()
def what_a_relay_has_yet_to_write_down(db: Database) -> None:
    """Version 3: it is looked for after every push, and there is hardly ever any."""
    for statement in _NOT_WRITTEN:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 3")
