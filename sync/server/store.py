"""The centre's database, whichever kind it is: transactions that are on the disk before anybody is answered.

A write is a function of a connection, so that it can be run again when other writers came in between. What it
changes outside of the database must therefore be the same when it is done twice.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from sync.points import Probe
from sync.server.notes import note as note
from sync.server.notes import noted as noted
from sync.server.on_postgresql import PostgresDatabase
from sync.server.on_sqlite import SqliteFile
from sync.server.places.withheld import withhold_places
from tickets.errors import EnvironmentFault

DATABASE: Final = "centre.db"
INSTANCE: Final = "instance"
"""The note under which a database has its name."""
_TRIES: Final = 10
_FIRST_S: Final = 0.01
_LONGEST_S: Final = 1.0

_log = logging.getLogger("waystation.centre")
T = TypeVar("T")


class Database(Protocol):
    """Where the tables are."""

    place: str
    """Which database it is, for people; without a password."""

    def prepare(self, settle: Callable[[Connection], None]) -> None:
        """Make the tables what this version reads, and run `settle`, alone among all who open this database.

        EnvironmentFault for a database of a version that is not known here: it is left alone.
        """

    def writing(self) -> AbstractContextManager[Connection]:
        """A write transaction: on the disk when the block has ended, undone when it raises. It sees what was committed
        before it locked its station's row."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A read transaction: a single moment of the database, whatever is written meanwhile."""

    def may_be_run_again(self, error: DBAPIError, /) -> bool:
        """Whether this write failed only because of others, and was undone."""

    def close(self) -> None:
        """Close every connection."""


class CentreStore:
    """The open database of a centre. Closed with `close`."""

    def __init__(
        self,
        database: Database,
        probe: Probe,
        random: Callable[[int], bytes] = secrets.token_bytes,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Use `database`, making its tables when it is new; it is closed with this. EnvironmentFault for another
        version's. `random(n)` gives n bytes, `sleep` waits that many seconds: for writes that are run again."""
        self._database = database
        self._probe = probe
        self._random = random
        self._sleep = sleep
        try:
            database.prepare(lambda connection: self._settle(connection))
        except DBAPIError as error:
            database.close()
            raise EnvironmentFault(
                f"the centre's database {database.place} cannot be used", str(error.orig).strip()
            ) from error
        except BaseException:
            database.close()
            raise
        with self.read() as connection:
            self.instance = noted(connection, INSTANCE) or ""
        """The name of this very database, made once: a cursor that names another one is of no use here."""

    def _settle(self, connection: Connection) -> None:
        if noted(connection, INSTANCE) is None:
            note(connection, INSTANCE, self._random(6).hex())
            if withheld := withhold_places(connection):
                _log.warning("centre.begun_on_a_copy departures_withheld=%d", withheld)

    def transact(self, what: str, act: Callable[[Connection], T]) -> T:
        """What `act` answers, when all that it wrote is on the disk; nothing of it is when it raises.

        It is run again, some times, when others came in between. A write about a station locks that station's row
        before it reads anything (`changes.Changes` does). `what` names the commit for the probe, which is called
        right before it and right after it.
        """
        for attempt in range(_TRIES):
            try:
                with self._database.writing() as connection:
                    answer = act(connection)
                    self._probe(f"centre:{what}:commit:before")
            except DBAPIError as error:
                if attempt == _TRIES - 1 or not self._database.may_be_run_again(error):
                    raise
            else:
                self._probe(f"centre:{what}:commit:after")
                return answer
            self._sleep(min(_LONGEST_S, _FIRST_S * 2**attempt) * int.from_bytes(self._random(2)) / 0xFFFF)
        raise AssertionError("the last try answers or raises")

    def read(self) -> AbstractContextManager[Connection]:
        """One read transaction: a single moment of the database, whatever is written meanwhile."""
        return self._database.reading()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def open_database(directory: Path, url: str, *, new: bool = True) -> Database:
    """The database at `url`, or the file in `directory` where that is empty, made if it is `new`. EnvironmentFault if
    it cannot be used, or is not there and should be.
    """
    if not (new or url or (directory / DATABASE).exists()):
        raise EnvironmentFault(
            f"there is no {DATABASE} in {directory}",
            'put its backup there; if its tables are in PostgreSQL, name them as "database" in centre.json',
        )
    return PostgresDatabase(url) if url else SqliteFile(directory / DATABASE)
