"""The centre's tables in PostgreSQL: a connection of a pool for each transaction, and any number of centres at once.

A writer locks its station's row first (`changes.Changes`, `changes.lock_station`), so that the writers of one station
come one after the other and those of different stations do not wait for each other. At READ COMMITTED whoever was let
through sees all that those before have committed; change numbers therefore follow the order of commits without a
sequence, which hands its numbers out before. Readers see one single moment (REPEATABLE READ, READ ONLY).

Nothing here that a database spread over servers lacks: no triggers, NOTIFY, advisory locks or sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError

from sync.server.dialects import COMPILED
from sync.server.migrating import bring_up, is_up
from sync.server.schema import about
from tickets.errors import EnvironmentFault

SCHEMES: Final = ("postgresql", "postgres")
_POOL: Final = 10
_MORE: Final = 20
_WAIT_S: Final = 10
_CONNECT_S: Final = 5
_RUN_AGAIN: Final = frozenset({"40001", "40P01"})
"""Serialization failure (CockroachDB's "restart transaction" too) and deadlock: nothing was done, and may be now."""
_OPENED: Final = "opened"
_TRIES: Final = 20


class PostgresDatabase:
    """A database of a PostgreSQL server; see `store.Database` for what is promised."""

    def __init__(self, url: str) -> None:
        """Open `postgresql://user@host/name`. EnvironmentFault when there is none or nobody answers there."""
        address = address_of(url)
        self.place = address.render_as_string(hide_password=True)
        self._engine = create_engine(
            address.set(drivername="postgresql+waystation"),
            hide_parameters=True,
            execution_options={"compiled_cache": COMPILED},
            isolation_level="READ COMMITTED",
            pool_size=_POOL,
            max_overflow=_MORE,
            pool_timeout=_WAIT_S,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_S, "application_name": "waystation-centre"},
        )
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        event.listen(self._engine, "connect", _prepare)
        try:
            with self._engine.connect():
                pass
        except DBAPIError as error:
            self._engine.dispose()
            raise EnvironmentFault(
                f"the centre's database {self.place} cannot be used", str(error.orig).strip()
            ) from error

    def prepare(self, settle: Callable[[Connection], None]) -> None:
        """Bring the tables up, and let `settle` write what a new database needs; alone among all centres that start."""
        with self.reading() as connection:
            up = is_up(connection, self.place)
        if not up:
            self._make_the_row_to_lock()
        with self.writing() as connection:
            if not up:
                connection.execute(select(about).where(about.c.name == _OPENED).with_for_update())
                bring_up(connection, self.place)
            settle(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction; many run at once."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction: one moment of the database."""
        with self._snapshots.connect() as connection, connection.begin():
            yield connection

    def may_be_run_again(self, error: DBAPIError) -> bool:
        """Whether others came in between, so that the same transaction may succeed now."""
        return isinstance(error.orig, psycopg.Error) and error.orig.sqlstate in _RUN_AGAIN

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _make_the_row_to_lock(self) -> None:
        """Two centres that start on an empty database both try this; one of them may be told that it is there."""
        for attempt in range(_TRIES):
            try:
                with self.writing() as connection:
                    about.create(connection, checkfirst=True)
                    if connection.execute(select(about).where(about.c.name == _OPENED)).one_or_none() is None:
                        connection.execute(insert(about), [{"name": _OPENED, "value": ""}])
                return
            except (IntegrityError, ProgrammingError):
                if attempt == _TRIES - 1:
                    raise


def address_of(url: str) -> URL:
    """The parts of a database's URL. EnvironmentFault for anything but PostgreSQL's."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise EnvironmentFault(
            "the database's URL cannot be read", "write it like postgresql://user@host/name"
        ) from error
    if address.drivername not in SCHEMES:
        raise EnvironmentFault(
            f"a database of the kind {address.drivername} is not known here",
            "write it like postgresql://user@host/name, or leave it out for SQLite",
        )
    return address


def require_empty(url: str) -> None:
    """Find out before anything is made whether a centre can have this database. EnvironmentFault if it cannot be used,
    or has tables already."""
    database = PostgresDatabase(url)
    try:
        with database.reading() as connection:
            tables = inspect(connection).get_table_names()
    finally:
        database.close()
    if tables:
        raise EnvironmentFault(
            f"the database {database.place} is not empty", "choose an empty one; make it with: createdb NAME"
        )


class _Whole(Loader):
    """Sums of whole numbers, which PostgreSQL makes numeric, are whole numbers here as everywhere."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


class _Text(StrDumperUnknown):
    """PostgreSQL keeps no NUL. A stranger's text that has one gets the character for what cannot be shown instead of
    stopping everything that comes after it; what was signed is kept elsewhere, as bytes."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\x00", "\ufffd") if "\x00" in obj else obj)


def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
    connection.adapters.register_loader("numeric", _Whole)
    connection.adapters.register_dumper(str, _Text)
    # an answer means that it is on the disk; whoever chose more than "on" (a second server's disk) keeps it
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        chosen = cursor.fetchone()
        if chosen == ("off",):
            cursor.execute("SET synchronous_commit = on")
    connection.commit()
