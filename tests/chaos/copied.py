"""A centre's PostgreSQL as a SQLite file, so that both kinds are looked at by the same eyes."""

import sqlite3
from pathlib import Path

import psycopg
from psycopg import sql

TABLES = {
    "tickets": "number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, state, "
    "issuer",
    "uses": "number, use_no, attempt, device, lane, at_ms, end, purpose",
    "money": "epoch, seq, device, order_id, direction, fen, method, counter, at_ms",
    "claims": "claim, device, fen, reason, state",
    "events": "epoch, seq, hash",
    "records": "kind, key, body",
}
"""What `sync.comparing.compare.read_centre` reads."""


def as_sqlite(url: str, path: Path) -> Path:
    """Copy one moment of the database at `url` into a new file at `path`."""
    path.unlink(missing_ok=True)
    with psycopg.connect(url) as from_, sqlite3.connect(path) as to:
        from_.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for table, columns in TABLES.items():
            names = [each.strip() for each in columns.split(",")]
            read = sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table)
            )
            quoted = ", ".join(f'"{name}"' for name in names)
            to.execute(f'CREATE TABLE "{table}" ({quoted})')
            marks = ", ".join("?" * len(names))
            to.executemany(f'INSERT INTO "{table}" VALUES ({marks})', from_.execute(read))
    return path
