"""A `sqlite3.Connection` to look at, and another SQLite, on our own disk, behind it.

apsw carries a SQLite of its own. Two of them must never meet in one file, and do not: here the one has only files of
the simulated disk, the other only real ones.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import apsw

from tests.storage.disk import PowerCut
from tests.storage.vfs import NAME, DiskVfs

_INTEGRITY = (apsw.ConstraintError,)
_OPERATIONAL = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.IOError,
    apsw.FullError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.SQLError,
)


class Rows:
    """What a statement answered, fetched to the end at once."""

    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int, describe: Callable[[], Any]) -> None:
        self._rows = iter(rows)
        self._describe = describe
        self.rowcount = rowcount
        self.lastrowid = None

    @property
    def description(self) -> Any:
        """The names of the columns, asked for only when somebody wants them."""
        return self._describe()

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows


class DiskConnection(sqlite3.Connection):
    """As much of a connection as the stores use. `pragmas` are refused or replaced: how a test breaks a rule."""

    def __init__(self, vfs: DiskVfs, path: str, *, instead: Mapping[str, str]) -> None:
        super().__init__(":memory:")
        self._instead = instead
        self._disk = vfs.disk
        try:
            self._inner = apsw.Connection(vfs.name_of(path), vfs=NAME, statementcachesize=1000)
            self._inner.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._inner.execute("PRAGMA temp_store = MEMORY")
        except apsw.Error as error:
            raise _as_sqlite3(error) from error

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        if self._disk.off:
            raise PowerCut
        sql = self._instead.get(sql, sql)
        try:
            rows = self._inner.execute(sql, parameters).fetchall()
        except apsw.Error as error:
            raise _as_sqlite3(error) from error
        return Rows(rows, self._inner.changes(), lambda: self._columns(sql, parameters))

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Any:
        for row in rows:
            self.execute(sql, row)
        return Rows([], -1, tuple)

    def executescript(self, sql: str, /) -> Any:
        return self.execute(sql)

    def _columns(self, sql: str, parameters: Any) -> Any:
        found: list[Any] = []
        cursor = self._inner.cursor()

        def note(cursor: apsw.Cursor, _sql: str, _bindings: Any) -> bool:
            found.append(cursor.get_description())
            return False

        cursor.exec_trace = note
        with contextlib.suppress(apsw.ExecTraceAbort):
            cursor.execute(sql, parameters)
        return found[0]

    def cursor(self, *_: Any) -> Any:
        raise NotImplementedError("no store of ours asks for a cursor")

    def close(self) -> None:
        super().close()
        if self._disk.off:
            return  # with the power off nothing is closed
        try:
            self._inner.close()
        except apsw.Error as error:
            raise _as_sqlite3(error) from error


def _as_sqlite3(error: apsw.Error) -> sqlite3.Error:
    kind: type[sqlite3.Error] = sqlite3.DatabaseError
    if isinstance(error, _INTEGRITY):
        kind = sqlite3.IntegrityError
    elif isinstance(error, _OPERATIONAL):
        kind = sqlite3.OperationalError
    found = kind(str(error))
    code = int(getattr(error, "extendedresult", 0) or getattr(error, "result", 1))
    names: Sequence[Mapping[Any, Any]] = (apsw.mapping_extended_result_codes, apsw.mapping_result_codes)
    found.sqlite_errorcode = code
    found.sqlite_errorname = next((str(each[code]) for each in names if code in each), "SQLITE_ERROR")
    return found
