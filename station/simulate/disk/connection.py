"""A `sqlite3.Connection` to look at, and another SQLite, on our own disk, behind it.

apsw carries a SQLite of its own. Two of them must never meet in one file, and do not: here the one has only files of
the simulated disk, the other only real ones.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, Self

import apsw

from station.simulate.disk.disk import Disk, PowerCut
from station.simulate.disk.shared import Files, Shared, as_sqlite3

_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "VACUUM", "REINDEX"})
_ANOTHER_EACH_TIME = ("random", "changes(", "rowid(", "now", "pragma")
"""In a statement whose answer may be another although nothing was written."""
_NOTHING: tuple[Any, ...] = ()
_NO_ROWS: Iterator[Any] = iter(())


class Row:
    """A row that is also asked by the names of its columns, as `sqlite3.Row` is."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: Sequence[str], values: tuple[Any, ...]) -> None:
        self._names = names
        self._values = values

    def keys(self) -> list[str]:
        """The names of the columns."""
        return list(self._names)

    def __getitem__(self, key: int | str) -> Any:
        return self._values[self._names.index(key) if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Rows:
    """What a statement answered, fetched to the end at once: as much of a cursor as anybody here uses."""

    __slots__ = ("_asked", "_connection", "_rows", "lastrowid", "rowcount")
    arraysize = 1

    def __init__(self, connection: "DiskConnection") -> None:
        self._connection = connection
        self._rows: Iterator[Any] = _NO_ROWS
        self._asked: tuple[str, Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    @property
    def description(self) -> Any:
        """The names of the columns, asked for only when somebody wants them; None for what answers no rows."""
        if self._asked is None:
            return None
        return self._connection.columns(*self._asked)

    def execute(self, sql: str, parameters: Any = _NOTHING) -> Self:
        """Run a statement."""
        connection = self._connection
        found = connection.run(sql, parameters)
        self._asked = (sql, parameters)
        if connection.row_factory is not None:
            names = [each[0] for each in self.description or ()]
            found = [Row(names, each) for each in found]
        self._rows = iter(found)
        if _sort(sql) == "write":
            self.rowcount = connection.changes()
            self.lastrowid = connection.last_rowid()
        else:
            self.rowcount = -1
        return self

    def executemany(self, sql: str, rows: Iterable[Any]) -> Self:
        """Run a statement for each of these rows."""
        self.rowcount = 0
        for row in rows:
            self._connection.run(sql, row)
            self.rowcount += self._connection.changes()
        self._asked, self._rows = None, iter(())
        return self

    def fetchone(self) -> Any:
        """The next row, or None."""
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        """The next few rows."""
        return [row for row, _ in zip(self._rows, range(size), strict=False)]

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return list(self._rows)

    def close(self) -> None:
        """Nothing is open."""

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class DiskConnection(sqlite3.Connection):
    """As much of a connection as our programs use. `instead` replaces statements: how a test breaks a rule.

    A transaction that only reads is none here: nobody else can write before it ends.
    """

    def __init__(self, files: Files, disk: Disk, path: str, *, only_reads: bool, instead: Mapping[str, str]) -> None:
        if disk.off:
            raise PowerCut
        if only_reads and not disk.exists(path):
            raise as_sqlite3(apsw.CantOpenError("unable to open database file"))
        super().__init__(":memory:", check_same_thread=False)  # any strand may let it go
        self._instead = instead
        self._files = files
        self._disk = disk
        self._path = path
        self._only_reads = only_reads
        self._reading = False
        self._shared = files.open(disk, path)
        self._closed = False

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction of this connection is open."""
        return self._reading or self._shared.owner is self

    def run(self, sql: str, parameters: Any) -> list[Any]:
        """Run a statement and answer its rows. PowerCut when its process is no more."""
        shared = self._shared
        lease = shared.lease
        if lease.over or lease.disk.off:
            shared = self._again()
        if self._closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        if self._instead:
            sql = self._instead.get(sql, sql)
        sort = _sort(sql)
        if sort == "select" and type(parameters) is not dict:
            try:
                asked = (sql, *parameters)
                found = shared.answers.get(asked)
                if found is None:
                    found = shared.answers[asked] = shared.inner.execute(sql, parameters).fetchall()
            except apsw.Error as error:
                raise as_sqlite3(error) from error
            except TypeError:  # asked with something that nothing can be looked up by
                return self._fetched(shared, sql, parameters)
            return found
        if sort in ("read", "select"):
            return self._fetched(shared, sql, parameters)
        if sort == "version":
            return [(shared.version,)]
        if self._reading and sort in ("commit", "rollback"):
            self._reading = False
            return []
        if sort == "begin":
            self._reading = True
            return []
        self._before_writing(sort)
        shared.answers.clear()
        try:
            return shared.inner.execute(sql, parameters).fetchall()
        except apsw.Error as error:
            raise as_sqlite3(error) from error
        finally:
            if shared.owner is self and not shared.lease.gone and not shared.inner.in_transaction:
                shared.owner = None

    def _fetched(self, shared: Shared, sql: str, parameters: Any) -> list[Any]:
        shared.answers.clear()  # a pragma may do more than answer
        try:
            return shared.inner.execute(sql, parameters).fetchall()
        except apsw.Error as error:
            raise as_sqlite3(error) from error

    def changes(self) -> int:
        """How many rows the last statement changed."""
        return self._shared.inner.changes()

    def last_rowid(self) -> int:
        """The number of the row that was inserted last."""
        return self._shared.inner.last_insert_rowid()

    def columns(self, sql: str, parameters: Any) -> Any:
        """What the columns of a statement are called, as `cursor.description` says it; None when it has none."""
        known = self._shared.columns
        if sql not in known:
            known[sql] = self._ask_columns(sql, parameters)
        return known[sql]

    def _ask_columns(self, sql: str, parameters: Any) -> Any:
        found: list[Any] = []
        cursor = self._shared.inner.cursor()

        def note(cursor: apsw.Cursor, _sql: str, _bindings: Any) -> bool:
            found.append(cursor.get_description())
            return False

        cursor.exec_trace = note
        with contextlib.suppress(apsw.ExecTraceAbort):
            cursor.execute(sql, parameters)
        return tuple((each[0], None, None, None, None, None, None) for each in found[0]) or None

    def execute(self, sql: str, parameters: Any = _NOTHING, /) -> Any:
        """As `sqlite3.Connection.execute`."""
        rows = Rows(self)
        if self.row_factory is None and _sort(sql) in ("select", "version"):
            rows._asked, rows._rows = (sql, parameters), iter(self.run(sql, parameters))
            return rows
        return rows.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> Any:
        """As `sqlite3.Connection.executemany`."""
        return Rows(self).executemany(sql, rows)

    def executescript(self, sql: str, /) -> Any:
        """Run several statements."""
        for statement in _statements(sql):
            self.run(statement, _NOTHING)
        return Rows(self)

    def cursor(self, *_: Any) -> Any:
        """What SQLAlchemy asks for."""
        return Rows(self)

    def commit(self) -> None:
        """End this connection's transaction, if there is one."""
        if self.in_transaction:
            self.run("COMMIT", _NOTHING)

    def rollback(self) -> None:
        """Undo this connection's transaction, if there is one."""
        if self.in_transaction:
            self.run("ROLLBACK", _NOTHING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, *_: object) -> Literal[False]:
        if kind is None:
            self.commit()
        else:
            self.rollback()
        return False

    def close(self) -> None:
        """Let the file go; with the power off nothing is closed."""
        super().close()
        if self._closed:
            return
        self._closed = True
        if not self._shared.lease.gone:
            if self._shared.owner is self:
                self.rollback()
            self._files.let_go(self._shared)

    def _again(self) -> Any:
        """Open the file again for a reader whose writer has died; PowerCut for that writer itself."""
        if self._disk.off or not self._only_reads or self._closed:
            raise PowerCut
        self._shared = self._files.open(self._disk, self._path)
        return self._shared

    def _before_writing(self, sort: str) -> None:
        shared = self._shared
        if self._only_reads and sort == "write":
            raise as_sqlite3(apsw.ReadOnlyError("attempt to write a readonly database"))
        if shared.owner is not None and shared.owner is not self:
            raise as_sqlite3(apsw.BusyError("database is locked"))
        if sort == "begin to write":
            shared.owner = self
        elif self._reading:
            self._reading = False
            shared.inner.execute("BEGIN IMMEDIATE")
            shared.owner = self


Sort = Literal["select", "read", "write", "version", "begin", "begin to write", "commit", "rollback", "mark"]


@lru_cache(maxsize=4000)
def _sort(sql: str) -> Sort:
    """What a statement is about, by its first words."""
    words = sql.split(None, 2)
    first = words[0].upper().rstrip(";") if words else ""
    if first in _WRITES:
        return "write"
    match first:
        case "BEGIN":
            return "begin to write" if len(words) > 1 and words[1].upper() in ("IMMEDIATE", "EXCLUSIVE") else "begin"
        case "COMMIT" | "END":
            return "commit"
        case "ROLLBACK":
            return "mark" if len(words) > 1 and words[1].upper() == "TO" else "rollback"
        case "SAVEPOINT" | "RELEASE":
            return "mark"
        case "PRAGMA" if sql.rstrip().lower().endswith("data_version"):
            return "version"
        case "WITH" if any(each in sql.upper() for each in ("INSERT", "UPDATE", "DELETE")):
            return "write"
        case "SELECT" if not any(each in sql.lower() for each in _ANOTHER_EACH_TIME):
            return "select"
    return "read"


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one."""
    said = ""
    for part in script.split(";"):
        said += part + ";"
        if sqlite3.complete_statement(said):
            if said.strip(" \n;"):
                yield said
            said = ""
    if said.strip(" \n;"):
        yield said
