"""Tables beside the cache's, in which a fresh copy of all that the centre says is made, and which then take its place.

Readers see the old tables until one commit, and the new ones from then on. Indexes are made when all rows are there,
which costs less than keeping them right row by row. Every function works in the caller's transaction.
"""

import re
import sqlite3
from typing import cast

from sync.cache.record_rows import TABLES, Rows

_BESIDE = "_next"
_OTHER = "_b"
"""Ends the name of every second copy's indexes: a name is the old one's until its table is gone."""

ROWS = Rows(_BESIDE)
"""Writes records into the tables beside the cache's."""


def begin(connection: sqlite3.Connection) -> None:
    """Make the tables, empty, as those are that the cache has."""
    drop(connection)
    for name in TABLES:
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
        ).fetchone()
        connection.execute(_renamed(sql, name))


def drop(connection: sqlite3.Connection) -> None:
    """Remove the tables, if they are there."""
    for name in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {name}{_BESIDE}")


def index(connection: sqlite3.Connection) -> None:
    """Make the indexes that the cache's tables have; those that are made already stay."""
    for name, (table, sql) in _indexes(connection).items():
        fresh = name.removesuffix(_OTHER) if name.endswith(_OTHER) else f"{name}{_OTHER}"
        on = re.sub(
            r'^CREATE INDEX\s+"?\w+"?\s+ON\s+"?\w+"?', f"CREATE INDEX IF NOT EXISTS {fresh} ON {table}{_BESIDE}", sql
        )
        connection.execute(on)


def swap(connection: sqlite3.Connection) -> int:
    """Let the tables take the places of the cache's; answers how many records they have set aside."""
    (set_aside,) = connection.execute(f"SELECT count(*) FROM set_aside{_BESIDE}").fetchone()  # noqa: S608  a constant
    for name in TABLES:
        # keys that are to be destroyed are among the records; to overwrite a million tickets too would hold others up
        connection.execute(f"PRAGMA secure_delete = {'OFF' if name in ('tickets', 'uses') else 'ON'}")
        connection.execute(f"DROP TABLE {name}")
    connection.execute("PRAGMA secure_delete = ON")
    for name in TABLES:
        connection.execute(f"ALTER TABLE {name}{_BESIDE} RENAME TO {name}")
    return cast(int, set_aside)


def _indexes(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    found = connection.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    return {name: (table, sql) for name, table, sql in found.fetchall() if table in TABLES}


def _renamed(sql: str, name: str) -> str:
    made, times = re.subn(rf'^CREATE TABLE\s+"?{name}"?', f"CREATE TABLE {name}{_BESIDE}", sql)
    assert times == 1, "the cache's tables are made by CREATE TABLE name"
    return made
