"""The programs' own calls for files, answered by simulated disks for paths under `/disk`, and by the real system else.

While a `Calls` is entered, what the stores ask of `os`, `io.open`, `fcntl.flock` and `sqlite3.connect` goes to the
disk that `at` names. A call that is not here finds no such folder. For one thread at a time, and never two at once.
"""

import errno
import fcntl
import io
import os
import sqlite3
import stat
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, Self

from station.simulate.disk.connection import DiskConnection
from station.simulate.disk.disk import Disk, File
from station.simulate.disk.shared import Files

ROOT = "/disk"
_OURS = (ROOT, f"file:{ROOT}")
_FIRST = 1 << 20
"""Numbers of files that the real system does not give."""


class Place(Protocol):
    """Where paths lie."""

    def at(self, path: str) -> tuple[Disk, str]:
        """The disk that this path is on, and its name there. FileNotFoundError when there is no such disk."""
        ...


class Calls:
    """Entered, it answers. `instead` replaces SQL statements by others: how a test takes a safeguard away."""

    def __init__(self, place: Place, files: Files, instead: Mapping[str, str]) -> None:
        self._place = place
        self._files = files
        self._instead = instead
        self._open: dict[int, tuple[Disk, str, File | None]] = {}
        self._next = _FIRST
        self._folders: set[str] = set()
        self._locks: dict[int, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._take(os, "open", self._os_open)
        for name in ("stat", "lstat"):
            self._take(os, name, self._stat)
        self._take(os, "unlink", self._unlink)
        self._take(os, "mkdir", self._mkdir)
        self._take(os, "utime", self._touch)
        self._take(os, "chmod", self._touch)
        self._take(os, "listdir", self._listdir)
        self._take(os, "scandir", self._scandir)
        self._take(os, "rename", self._rename)
        self._take(os, "replace", self._rename)
        self._take(io, "open", self._io_open)
        self._take_number(io, "open", self._opened)
        self._take(sqlite3, "connect", self._connect)
        self._take(sqlite3.dbapi2, "connect", self._connect)
        self._take_number(os, "close", self._close)
        self._take_number(os, "write", self._write)
        self._take_number(os, "fsync", self._fsync)
        self._take_number(os, "pwrite", self._pwrite)
        self._take_number(os, "ftruncate", self._ftruncate)
        self._take_number(os, "fstat", self._fstat)
        self._take_number(os, "fchmod", lambda *_: None)
        self._take_number(fcntl, "flock", self._flock)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def forget(self, disk: Disk, paths: Container[str] | None = None) -> None:
        """Whoever had these files of this disk open, or locked to write them (None: any), is no more."""
        self._open = {
            number: each
            for number, each in self._open.items()
            if each[0] is not disk or not (paths is None or each[1].removesuffix(".lock") in paths)
        }
        self._locks = {number: how for number, how in self._locks.items() if number in self._open}

    def put_instead(self, module: Any, name: str, call: Any) -> None:
        """Put something else in the place of a module's own until the end."""
        self._stack.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, call)

    def _take(self, module: Any, name: str, ours: Callable[..., Any]) -> None:
        real = getattr(module, name)

        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            text = path if type(path) is str else str(path) if isinstance(path, Path) else ""
            return ours(text, *arguments, **named) if text.startswith(_OURS) else real(path, *arguments, **named)

        self.put_instead(module, name, call)

    def _take_number(self, module: Any, name: str, ours: Callable[..., Any]) -> None:
        real = getattr(module, name)

        def call(number: Any, *arguments: Any, **named: Any) -> Any:
            return (ours if isinstance(number, int) and number >= _FIRST else real)(number, *arguments, **named)

        self.put_instead(module, name, call)

    def _os_open(self, path: str, flags: int, *_: Any, **__: Any) -> int:
        disk, name = self._place.at(path)
        file: File | None = None
        if not flags & os.O_DIRECTORY:
            if flags & os.O_EXCL and disk.exists(name):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
            file = disk.create(name) if flags & os.O_CREAT else disk.file(name)
            if flags & os.O_TRUNC and file.seen:
                disk.truncate(name, file, 0)
        self._next += 1
        self._open[self._next] = disk, name, file
        return self._next

    def _close(self, number: int) -> None:
        self._open.pop(number, None)
        self._locks.pop(number, None)

    def _flock(self, number: int, how: int) -> None:
        """Nobody waits here: whoever would have to has to say that he does not want to (LOCK_NB)."""
        self._locks.pop(number, None)
        if how & fcntl.LOCK_UN:
            return
        _, _, file = self._open[number]
        for other, held in self._locks.items():
            if self._open[other][2] is file and (how | held) & fcntl.LOCK_EX:
                if not how & fcntl.LOCK_NB:
                    raise OSError(errno.EDEADLK, "a simulated disk lets nobody wait for a lock", self._open[number][1])
                raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
        self._locks[number] = how

    def _file(self, number: int) -> tuple[Disk, str, File]:
        disk, name, file = self._open[number]
        assert file is not None
        return disk, name, file

    def _write(self, number: int, data: bytes) -> int:
        disk, name, file = self._file(number)
        disk.write(name, file, len(file.seen), data)
        return len(data)

    def _pwrite(self, number: int, data: bytes, offset: int) -> int:
        disk, name, file = self._file(number)
        disk.write(name, file, offset, data)
        return len(data)

    def _ftruncate(self, number: int, size: int) -> None:
        disk, name, file = self._file(number)
        disk.truncate(name, file, size)

    def _fstat(self, number: int) -> SimpleNamespace:
        _, _, file = self._open[number]
        size = 0 if file is None else len(file.seen)
        return SimpleNamespace(st_uid=os.geteuid(), st_size=size, st_mode=stat.S_IFREG | 0o660)

    def _fsync(self, number: int) -> None:
        disk, name, file = self._open[number]
        if file is None:
            disk.sync_names(name)
        else:
            disk.sync(name, file)

    def _unlink(self, path: str, **_: Any) -> None:
        disk, name = self._place.at(path)
        disk.unlink(name)

    def _rename(self, old: str, new: Any, **_: Any) -> None:
        (disk, name), (other, to) = self._place.at(old), self._place.at(str(new))
        if disk is not other:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), old)
        disk.rename(name, to)

    def _stat(self, path: str, **_: Any) -> Any:
        if path == ROOT or path in self._folders:
            return _folder()
        disk, name = self._place.at(path)
        if (found := disk.found(name)) is not None:
            return _Stat(found.number, len(found.seen))
        if name in ("", "/") or disk.has_inside(f"{name}/"):
            return _folder()
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def _listdir(self, path: str) -> list[str]:
        disk, name = self._place.at(path)
        inside = f"{name.rstrip('/')}/"
        return sorted({each[len(inside) :].partition("/")[0] for each in disk.names() if each.startswith(inside)})

    def _scandir(self, path: str) -> "_Entries":
        return _Entries([_Entry(f"{path.rstrip('/')}/{name}", name) for name in self._listdir(path)])

    def _touch(self, path: str, *_: Any, **__: Any) -> None:
        if path not in self._folders:
            disk, name = self._place.at(path)
            if name not in ("", "/"):
                disk.file(name)

    def _mkdir(self, path: str, *_: Any, **__: Any) -> None:
        """Folders have nothing to lose here."""
        self._place.at(path)
        self._folders.add(path)

    def _io_open(self, path: str, mode: str = "r", *_: Any, **__: Any) -> Any:
        if "+" in mode:
            raise OSError(errno.ENOSYS, "a simulated disk does not open files this way", path)
        if set(mode) & set("wxa"):
            flags = {"w": os.O_TRUNC, "x": os.O_EXCL, "a": 0}[next(each for each in mode if each in "wxa")]
            return self._opened(self._os_open(path, os.O_WRONLY | os.O_CREAT | flags), mode)
        disk, name = self._place.at(path)
        content = bytes(disk.file(name).seen)
        return io.BytesIO(content) if "b" in mode else io.StringIO(content.decode("utf-8"))

    def _opened(self, number: int, mode: str = "r", *_: Any, **__: Any) -> Any:
        new = io.BufferedWriter(_Written(self, number))
        return new if "b" in mode else io.TextIOWrapper(new, encoding="utf-8", write_through=True)

    def _connect(self, name: str, *_: Any, **__: Any) -> sqlite3.Connection:
        disk, here = self._place.at(name.removeprefix("file:").partition("?")[0])
        return DiskConnection(self._files, disk, here, only_reads="mode=ro" in name, instead=self._instead)


class _Stat:
    """See os.stat_result: as much of it as a store asks for."""

    __slots__ = ("st_ino", "st_size")
    st_dev = 1
    st_mode = stat.S_IFREG | 0o660

    def __init__(self, number: int, size: int) -> None:
        self.st_ino = number
        self.st_size = size


class _Entry:
    """See os.DirEntry."""

    def __init__(self, path: str, name: str) -> None:
        self.path = path
        self.name = name

    def is_dir(self, **_: Any) -> bool:
        return Path(self.path).is_dir()

    def is_file(self, **_: Any) -> bool:
        return not self.is_dir()

    def is_symlink(self) -> bool:
        return False


class _Entries:
    """See os.scandir."""

    def __init__(self, entries: list[_Entry]) -> None:
        self._entries = iter(entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[_Entry]:
        return self._entries


class _Written(io.RawIOBase):
    """A file that is written from its end on."""

    def __init__(self, calls: Calls, number: int) -> None:
        self._calls = calls
        self._number = number

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, data: Any) -> int:
        return self._calls._write(self._number, bytes(data))

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._calls._close(self._number)


def _folder() -> SimpleNamespace:
    return SimpleNamespace(st_dev=1, st_ino=0, st_mode=stat.S_IFDIR | 0o770, st_size=0, st_uid=os.geteuid())
