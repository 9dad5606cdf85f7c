"""SQLite on a `Disk`: what SQLite's own file layer for Unix asks of a disk, asked of ours instead.

Three things are as there, because they decide what survives: a journal or log that was opened to be made also has its
directory synced with its first sync; deleting a file syncs the directory only when SQLite says so; and overwriting
leaves the bytes beside it alone (POWERSAFE_OVERWRITE). Without shared memory a file has one connection here, in
exclusive mode; that changes locks, not what is written or synced.
"""

import errno
from itertools import count
from operator import is_
from pathlib import Path
from typing import Any

import apsw

from station.simulate.disk.disk import Disk, File, PowerCut

_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


class Lease:
    """What one connection may do with one disk, until its process dies or the power fails: then nothing any more.

    A connection of a dead process still lets its files go, in silence, when it is thrown away.
    """

    __slots__ = ("disk", "over")

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.over = False

    @property
    def gone(self) -> bool:
        """Whether this connection's process is no more."""
        return self.over or self.disk.off


class DiskVfs(apsw.VFS):
    """The file layer of any number of disks. A file's name begins with the number of the lease that it is under."""

    _names = count()

    def __init__(self) -> None:
        self.name = f"waystation-disk-{next(self._names)}"
        super().__init__(self.name, "")
        self._leases: dict[str, Lease] = {}
        self._numbers = count(1)

    def lease(self, lease: Lease, path: str) -> str:
        """What to open for this path under this lease; `end` forgets it."""
        number = str(next(self._numbers))
        self._leases[number] = lease
        return number + path

    def end(self, name: str) -> None:
        """Nothing is opened under this name any more."""
        self._leases.pop(name.partition("/")[0], None)

    def _path(self, name: str) -> tuple[Lease, str] | None:
        """The lease and the path in a name, or None when its process is no more."""
        number, slash, rest = name.partition("/")
        lease = self._leases.get(number)
        return None if lease is None or lease.gone else (lease, slash + rest)

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> Any:  # noqa: N802  SQLite's name
        """Open a file, or a nameless temporary one."""
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        if filename is None:
            return DiskFile(Lease(Disk()), None, flags[0])
        found = self._path(filename)
        if found is None:
            raise PowerCut
        return DiskFile(*found, flags[0])

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802  SQLite's name
        """Whether there is such a file."""
        found = self._path(name)
        return found is not None and found[0].disk.exists(found[1])

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802  SQLite's name
        """Delete a file, and make that last when SQLite says so."""
        found = self._path(name)
        if found is None:
            return
        lease, path = found
        try:
            lease.disk.unlink(path)
            if syncdir:
                lease.disk.sync_names(str(Path(path).parent))
        except FileNotFoundError as error:
            raise _failed(error, apsw.SQLITE_IOERR_DELETE_NOENT) from error
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_DELETE) from error

    def xFullPathname(self, name: str) -> str:  # noqa: N802  SQLite's name
        """Names are whole."""
        return name


class DiskFile:
    """One open file. The names of the methods are SQLite's."""

    __slots__ = ("_delete", "_disk", "_file", "_lease", "_name", "_sync_names", "_temporary")

    def __init__(self, lease: Lease, name: str | None, flags: int) -> None:
        self._lease = lease
        self._disk = lease.disk
        self._name = name or ""
        self._temporary = name is None
        self._sync_names = bool(flags & apsw.SQLITE_OPEN_CREATE and flags & _JOURNALS)
        self._delete = bool(flags & apsw.SQLITE_OPEN_DELETEONCLOSE)
        try:
            if self._temporary:
                self._file = File()
            elif flags & apsw.SQLITE_OPEN_CREATE:
                self._file = self._disk.create(self._name)
            else:
                self._file = self._disk.file(self._name)
        except OSError as error:
            raise _failed(error, apsw.SQLITE_CANTOPEN, apsw.CantOpenError) from error

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        try:
            if self._temporary:
                self._file.seen[offset : offset + len(data)] = data
            elif not self._lease.gone:
                self._disk.write(self._name, self._file, offset, data)
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_WRITE) from error

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._lease.gone:
            return
        try:
            self._disk.truncate(self._name, self._file, size)
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_TRUNCATE) from error

    def xSync(self, _flags: int) -> None:  # noqa: N802
        if self._lease.gone:
            return
        try:
            self._disk.sync(self._name, self._file)
            if self._sync_names:
                self._disk.sync_names(str(Path(self._name).parent))
                self._sync_names = False
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_FSYNC) from error

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.seen)

    def xClose(self) -> None:  # noqa: N802
        if self._delete and not self._temporary and not self._lease.gone:
            self._disk.unlink(self._name)

    def xLock(self, _level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        pass

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    xFileControl = staticmethod(is_)  # noqa: N815  "no" to everything: a number is no address; asked thrice a statement

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE


def _failed(error: OSError, code: int, kind: type[apsw.Error] = apsw.IOError) -> apsw.Error:
    if error.errno == errno.ENOSPC:
        return apsw.FullError("no room")
    failed = kind(str(error))
    vars(failed)["extendedresult"] = code
    return failed
