"""The centre's database: one writer at a time, many readers, every commit on the disk before it is answered.

SQLite with WAL and synchronous=FULL. Writing goes through one connection guarded by a lock, so change numbers follow
the order of commits. The statements themselves are SQLAlchemy Core and hold for any database.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from sync.points import Probe
from sync.server.migrating import bring_up
from sync.server.notes import note as note
from sync.server.notes import noted as noted
from tickets.errors import EnvironmentFault

DATABASE: Final = "centre.db"
_BUSY_MS: Final = 10_000


class CentreStore:
    """The open database of a centre. Closed with `close`, or by leaving it as a context."""

    def __init__(self, path: Path, probe: Probe) -> None:
        """Open the database at `path`, making its tables when it is new. EnvironmentFault for another version's."""
        self._probe = probe
        self._lock = threading.Lock()
        self._writer = _engine(path, begin="BEGIN IMMEDIATE")
        self._readers = _engine(path, begin="BEGIN")
        try:
            self._connection = self._writer.connect()
            self._prepare(path)
        except DBAPIError as error:
            self._writer.dispose()
            raise EnvironmentFault(f"the centre's database {path} cannot be used", str(error.orig)) from error

    def _prepare(self, path: Path) -> None:
        try:
            with self._connection.begin():
                bring_up(self._connection, str(path))
        except EnvironmentFault:
            self.close()
            raise

    @contextmanager
    def write(self, what: str) -> Iterator[Connection]:
        """One write transaction, alone: committed when the block ends, undone when it raises.

        `what` names the commit for the probe, which is called right before it and right after it is on the disk.
        """
        with self._lock, self._connection.begin():
            yield self._connection
            self._probe(f"centre:{what}:commit:before")
        self._probe(f"centre:{what}:commit:after")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read transaction: a single moment of the database, whatever is written meanwhile."""
        with self._readers.connect() as connection, connection.begin():
            yield connection

    def instance(self, random: Callable[[int], bytes]) -> str:
        """The name of this very database, made once: a cursor that names another one is of no use here."""
        with self.read() as connection:
            known = noted(connection, "instance")
        if known is not None:
            return known
        made = random(6).hex()
        with self.write("setup") as connection:
            note(connection, "instance", made)
        return made

    def close(self) -> None:
        """Close every connection; the last one folds the log into the database file."""
        self._readers.dispose()
        self._connection.close()
        self._writer.dispose()


def _engine(path: Path, begin: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": _BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = (
            None  # transactions begin where `begin` below says so, not where the driver guesses
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
