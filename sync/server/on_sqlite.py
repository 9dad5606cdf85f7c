"""The centre's tables in one SQLite file: one writer at a time, many readers, every commit durable before it is told.

WAL and synchronous=FULL. All writing of a process goes through one connection guarded by a lock; the file's own lock
sees to other processes. So change numbers follow the order of commits.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from sync.server.dialects import COMPILED
from sync.server.migrating import bring_up
from tickets.errors import EnvironmentFault

_BUSY_MS: Final = 10_000


class SqliteFile:
    """An open database file; see `store.Database` for what is promised."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, or make it. EnvironmentFault when it cannot be used."""
        self.place = str(path)
        self._path = path
        self._lock = threading.Lock()
        self._writer = _engine(path)
        self._readers = _engine(path)
        try:
            self._connection = self._writer.connect()
        except DBAPIError as error:
            self._writer.dispose()
            raise EnvironmentFault(f"the centre's database {path} cannot be used", str(error.orig)) from error

    def prepare(self, settle: Callable[[Connection], None]) -> None:
        """Bring the tables up, and let `settle` write what a new database needs."""
        with self.writing() as connection:
            bring_up(connection, self.place)
            settle(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one write transaction."""
        with self._lock, self._connection.begin():
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield self._connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction on a connection of its own."""
        with self._readers.connect() as connection, connection.begin():
            driver = connection.connection.driver_connection
            cast(sqlite3.Connection, driver).execute("BEGIN")  # touches no file yet, so it cannot fail
            yield connection

    def may_be_run_again(self, _error: DBAPIError) -> bool:
        """Nothing ever comes in between: a write that fails would fail again."""
        return False

    def close(self) -> None:
        """Close every connection; the last one folds the log into the file."""
        self._readers.dispose()
        self._connection.close()
        self._writer.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite+waystation:///{path}",
        hide_parameters=True,
        connect_args={"timeout": _BUSY_MS / 1000},
        execution_options={"compiled_cache": COMPILED},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where it is said, not where the driver guesses
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
