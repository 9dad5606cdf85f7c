"""SQLite on a `Disk`: what SQLite's own file layer for Unix asks of a disk, asked of ours instead.

Three things are as there, because they decide what survives: a journal or log that was opened to be made also has its
directory synced with its first sync; deleting a file syncs the directory only when SQLite says so; and overwriting
leaves the bytes beside it alone (POWERSAFE_OVERWRITE). Without shared memory a file has one connection here, in
exclusive mode; that changes locks, not what is written or synced.
"""

import errno
from pathlib import Path
from typing import Any

import apsw

from tests.storage.disk import Disk, File, PowerCut

NAME = "waystation-test-disk"
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


class DiskVfs(apsw.VFS):
    """Registered once for the process; `disk` is the one that is in the machine now.

    A connection of a dead process still lets its file go, in silence, when it is thrown away: it has the number of the
    disk that it was opened on in its name, and a disk without power takes nothing any more.
    """

    _serial = 0

    def __init__(self) -> None:
        super().__init__(NAME, "")
        self.disk = Disk()

    @property
    def disk(self) -> Disk:
        return self._disk

    @disk.setter
    def disk(self, disk: Disk) -> None:
        self._disk = disk
        self._serial += 1

    def name_of(self, path: str) -> str:
        """What to open for this path on this disk."""
        return f"{self._serial}{path}"

    def _path(self, name: str) -> str | None:
        """The path in a name, or None when the name is of another disk than this one, or the power is off."""
        serial, slash, rest = name.partition("/")
        return slash + rest if serial == str(self._serial) and not self._disk.off else None

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> Any:
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        path = None if filename is None else self._path(filename)
        if filename is not None and path is None:
            raise PowerCut
        return DiskFile(self._disk, path, flags[0])

    def xAccess(self, name: str, _flags: int) -> bool:
        path = self._path(name)
        return path is not None and self._disk.exists(path)

    def xDelete(self, name: str, syncdir: bool) -> None:
        path = self._path(name)
        if path is None:
            return
        try:
            self._disk.unlink(path)
            if syncdir:
                self._disk.sync_names(str(Path(path).parent))
        except FileNotFoundError as error:
            raise _failed(error, apsw.SQLITE_IOERR_DELETE_NOENT) from error
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_DELETE) from error

    def xFullPathname(self, name: str) -> str:
        return name


class DiskFile:
    """One open file. The names of the methods are SQLite's."""

    def __init__(self, disk: Disk, name: str | None, flags: int) -> None:
        self._disk = disk
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

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        try:
            if self._temporary:
                self._file.seen[offset : offset + len(data)] = data
            elif not self._disk.off:
                self._disk.write(self._name, self._file, offset, data)
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_WRITE) from error

    def xTruncate(self, size: int) -> None:
        if self._disk.off:
            return
        try:
            self._disk.truncate(self._name, self._file, size)
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_TRUNCATE) from error

    def xSync(self, _flags: int) -> None:
        if self._disk.off:
            return
        try:
            self._disk.sync(self._name, self._file)
            if self._sync_names:
                self._disk.sync_names(str(Path(self._name).parent))
                self._sync_names = False
        except OSError as error:
            raise _failed(error, apsw.SQLITE_IOERR_FSYNC) from error

    def xFileSize(self) -> int:
        return len(self._file.seen)

    def xClose(self) -> None:
        if self._delete and not self._temporary and not self._disk.off:
            self._disk.unlink(self._name)

    def xLock(self, _level: int) -> None:
        pass

    def xUnlock(self, _level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return 4096

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE


def _failed(error: OSError, code: int, kind: type[apsw.Error] = apsw.IOError) -> apsw.Error:
    if error.errno == errno.ENOSPC:
        return apsw.FullError("no room")
    failed = kind(str(error))
    vars(failed)["extendedresult"] = code
    return failed
