"""The cache's file as a reader holds it: opened when it appears, followed when it is replaced, empty when it is bad."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

from sync.cache.schema import REVISION, SCHEMA
from sync.database import UNUSABLE, DamagedStore, open_reader, unusable
from tickets.errors import EnvironmentFault

T = TypeVar("T")
R = TypeVar("R")
_ILLEGIBLE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, OSError)
_LOOK = "Check the disk. The gate goes on with what a ticket itself says; sync fetches what is missing."

Mark = tuple[tuple[int, int] | None, int]
"""Which file it was, and a number that changes when the file does."""

_REVISION = f"SELECT CAST(value AS INTEGER) FROM state WHERE key = '{REVISION}'"  # noqa: S608  a constant of ours


class CacheFile:
    """Answers SELECTs on a cache; no rows while it is missing, not migrated or unusable (`problem` says why)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: EnvironmentFault | None = None
        self._name = str(path)
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one SELECT."""
        try:
            self._follow()
            if self._connection is None:
                return []
            found = self._connection.execute(sql, parameters).fetchall()
        except UNUSABLE as error:
            self.close()
            return self._none(unusable(SCHEMA.name, self.path, error))
        except EnvironmentFault as fault:
            return self._none(fault)
        except OSError as error:
            return self._none(EnvironmentFault(f"The cache {self.path} cannot be reached ({error.strerror})", _LOOK))
        self.problem = None
        return found

    def state(self, key: str) -> str | None:
        """One value of the table of single values."""
        found = self.rows("SELECT value FROM state WHERE key = ?", (key,))
        return cast(str, found[0][0]) if found else None

    def made(self, make: Callable[[T], R], of: T) -> R | None:
        """What `make` makes of something that was read here; None, and a problem, when the disk has changed it."""
        try:
            return make(of)
        except _ILLEGIBLE as error:
            self.problem = DamagedStore(f"A row of the cache {self.path} is damaged ({type(error).__name__})", _LOOK)
            return None

    def written(self) -> Mark:
        """Another mark than before when the file has been written since. Costs some microseconds."""
        return self._mark(self.rows("PRAGMA data_version"))

    def revised(self) -> Mark:
        """Another mark than before when more than tickets and uses has been written since."""
        return self._mark(self.rows(_REVISION))

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _none(self, fault: EnvironmentFault) -> list[tuple[object, ...]]:
        self.problem = fault
        if isinstance(fault, DamagedStore):
            with contextlib.suppress(OSError):  # who may not write here can only say it
                word_of_damage(self.path).touch()
        return []

    def _mark(self, found: list[tuple[object, ...]]) -> Mark:
        return self._inode, cast(int, found[0][0]) if found else -1

    def _follow(self) -> None:
        """Open the file, or open it again when another took its name."""
        try:
            found = os.stat(self._name)  # noqa: PTH116  half the cost of a Path, on every question
        except FileNotFoundError:
            self.close()
            return
        inode = (found.st_dev, found.st_ino)
        if self._connection is None or inode != self._inode:
            self.close()
            self._connection, self._inode = open_reader(self.path, SCHEMA), inode


def word_of_damage(path: Path) -> Path:
    """An empty file beside the cache: whoever meets damage leaves it, and sync begins the cache again."""
    return Path(f"{path}.damaged")


class Changes:
    """Tells whether a cache has changed since it was last asked. Each asker needs one of its own."""

    def __init__(self, file: CacheFile) -> None:
        self._file = file
        self._written: Mark = (None, -2)
        self._revised: Mark = (None, -2)

    def seen(self) -> bool:
        """Whether more than tickets and uses was written since the last call; True the first time."""
        written = self._file.written()
        if written == self._written:
            return False
        self._written = written
        revised = self._file.revised()
        changed, self._revised = revised != self._revised, revised
        return changed
