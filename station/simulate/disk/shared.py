"""One SQLite connection for each file of a disk, which all who open that file take turns with.

Everything in a simulation takes turns, so nobody can tell; only who reads in the middle of another's transaction would.
"""

import sqlite3
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from typing import Any

import apsw

from station.simulate.disk.disk import Disk
from station.simulate.disk.vfs import DiskVfs, Lease

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
_STATEMENTS = 300


class Shared:
    """The one connection to a file. `owner` has a transaction open."""

    def __init__(self, vfs: DiskVfs, lease: Lease, path: str, serial: int) -> None:
        self.lease = lease
        self.path = path
        self.owner: object = None
        self.users = 0
        self.columns: dict[str, Any] = {}
        """What the columns of statements are called; nobody changes a table after its file is in use."""
        self.answers: dict[tuple[Any, ...], list[Any]] = {}
        """What was asked and answered since something was written: the same question gets the same rows."""
        self._vfs = vfs
        self._serial = serial
        self._name = vfs.lease(lease, path)
        try:
            self.inner = apsw.Connection(self._name, vfs=vfs.name, statementcachesize=_STATEMENTS)
            self.inner.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY")
        except apsw.Error as error:
            raise as_sqlite3(error) from error

    @property
    def version(self) -> int:
        """Another number than before when the file has been written to, or opened anew."""
        return self._serial << 40 | self.inner.total_changes()

    def close(self) -> None:
        """Nobody uses it any more."""
        try:
            self.inner.close()
        except apsw.Error as error:
            raise as_sqlite3(error) from error
        finally:
            self._vfs.end(self._name)

    def die(self) -> None:
        """Its process is no more: nothing is written, synced or deleted by throwing it away."""
        self.lease.over = True
        with suppress(apsw.Error):
            self.inner.close(True)
        self._vfs.end(self._name)


class Files:
    """The open files of all disks."""

    def __init__(self) -> None:
        self._vfs = DiskVfs()
        self._open: dict[tuple[int, str], Shared] = {}
        self._serial = 0

    def open(self, disk: Disk, path: str) -> Shared:
        """The connection to this file, which is made when it is missing; `let_go` of it."""
        found = self._open.get((id(disk), path))
        if found is None or found.lease.gone:
            self._serial += 1
            found = self._open[id(disk), path] = Shared(self._vfs, Lease(disk), path, self._serial)
        found.users += 1
        return found

    def let_go(self, shared: Shared) -> None:
        """One who had it open has it open no more."""
        shared.users -= 1
        if shared.users == 0:
            if self._open.get((id(shared.lease.disk), shared.path)) is shared:
                del self._open[id(shared.lease.disk), shared.path]
            shared.close()

    def abandon(self, disk: Disk, paths: Container[str] | None = None) -> None:
        """Whoever had these files of this disk open (None: all) is no more; nothing is closed."""
        for key, shared in list(self._open.items()):
            if key[0] == id(disk) and (paths is None or shared.path in paths):
                del self._open[key]
                shared.die()


def as_sqlite3(error: apsw.Error) -> sqlite3.Error:
    """The error that Python's own module would have raised."""
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
