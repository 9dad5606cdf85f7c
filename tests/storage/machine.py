"""A machine whose folder `/disk` is on the simulated disk: the programs' own calls go there, unchanged.

Inside `with Machine() as machine` the calls of `os`, `io.open`, `fcntl.flock` and `sqlite3.connect` that the stores
make are answered by the disk for paths under `/disk`, and by the real system for all others. A call that the disk does
not know finds no such folder, and the test fails. Only in a process of its own, with one thread.
"""

import errno
import fcntl
import io
import os
import sqlite3
import stat
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self
from unittest import mock

from tests.storage.connection import DiskConnection
from tests.storage.disk import Disk, File
from tests.storage.vfs import DiskVfs

ROOT = "/disk"
_FIRST = 1 << 20
"""Numbers of files that the real system does not give."""


class Machine:
    """Holds one disk at a time. `instead` replaces SQL statements by others: how a test takes a safeguard away."""

    def __init__(self, *, instead: Mapping[str, str] | None = None) -> None:
        self._vfs = DiskVfs()
        self._instead = instead or {}
        self._open: dict[int, tuple[str, File | None]] = {}
        self._stack = ExitStack()

    @property
    def disk(self) -> Disk:
        return self._vfs.disk

    @disk.setter
    def disk(self, disk: Disk) -> None:
        self._vfs.disk = disk
        self._open.clear()

    def __enter__(self) -> Self:
        self._take("os.open", os.open, self._os_open)
        self._take("os.stat", os.stat, self._stat)
        self._take("os.unlink", os.unlink, lambda name, **_: self.disk.unlink(name))
        self._take("os.mkdir", os.mkdir, self._mkdir)
        self._take("os.utime", os.utime, self._touch)
        self._take("io.open", io.open, self._io_open)
        self._take("sqlite3.connect", sqlite3.connect, self._connect)
        for name in ("os.rename", "os.replace"):
            self._take(name, os.rename, lambda old, new, **_: self.disk.rename(old, str(new)))
        self._take_number("os.close", os.close, self._open.pop)
        self._take_number("os.write", os.write, self._write)
        self._take_number("os.fsync", os.fsync, self._fsync)
        self._take_number("os.pwrite", os.pwrite, self._pwrite)
        self._take_number("os.fstat", os.fstat, self._fstat)
        self._take_number("os.fchmod", os.fchmod, lambda *_: None)
        self._take_number("fcntl.flock", fcntl.flock, lambda *_: None)
        self._stack.enter_context(mock.patch("sync.journal._GATE_LOG_BYTES", 1 << 15))  # 4 MiB for each run are slow
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _take(self, name: str, real: Callable[..., Any], ours: Callable[..., Any]) -> None:
        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            if isinstance(path, str | Path) and (text := str(path)).startswith((ROOT, f"file:{ROOT}")):
                return ours(text, *arguments, **named)
            return real(path, *arguments, **named)

        self._stack.enter_context(mock.patch(name, call))

    def _take_number(self, name: str, real: Callable[..., Any], ours: Callable[..., Any]) -> None:
        def call(number: Any, *arguments: Any) -> Any:
            return (ours if isinstance(number, int) and number >= _FIRST else real)(number, *arguments)

        self._stack.enter_context(mock.patch(name, call))

    def _os_open(self, name: str, flags: int, *_: Any) -> int:
        number = _FIRST + len(self._open)
        while number in self._open:
            number += 1
        if flags & os.O_DIRECTORY:
            self._open[number] = (name, None)
            return number
        if flags & os.O_EXCL and self.disk.exists(name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
        self._open[number] = (name, self.disk.create(name) if flags & os.O_CREAT else self.disk.file(name))
        return number

    def _write(self, number: int, data: bytes) -> int:
        name, file = self._open[number]
        assert file is not None
        self.disk.write(name, file, len(file.seen), data)
        return len(data)

    def _pwrite(self, number: int, data: bytes, offset: int) -> int:
        name, file = self._open[number]
        assert file is not None
        self.disk.write(name, file, offset, data)
        return len(data)

    def _fstat(self, number: int) -> SimpleNamespace:
        _, file = self._open[number]
        return SimpleNamespace(st_uid=os.geteuid(), st_size=0 if file is None else len(file.seen))

    def _fsync(self, number: int) -> None:
        name, file = self._open[number]
        if file is None:
            self.disk.sync_names(name)
        else:
            self.disk.sync(name, file)

    def _stat(self, name: str, **_: Any) -> Any:
        if name.startswith(ROOT) and name.count("/") < 3 and "." not in name:
            return SimpleNamespace(st_mode=stat.S_IFDIR | 0o770)
        file = self.disk.file(name)
        return SimpleNamespace(st_dev=1, st_ino=id(file), st_mode=stat.S_IFREG | 0o660, st_size=len(file.seen))

    def _touch(self, name: str, *_: Any, **__: Any) -> None:
        self.disk.file(name)

    def _mkdir(self, *_: Any) -> None:
        """Folders are there."""

    def _io_open(self, name: str, mode: str = "r", *_: Any, **__: Any) -> Any:
        if set(mode) & set("wax+"):
            raise OSError(errno.ENOSYS, "the simulated disk only reads this way", name)
        content = bytes(self.disk.file(name).seen)
        return io.BytesIO(content) if "b" in mode else io.StringIO(content.decode("utf-8"))

    def _connect(self, name: str, **_: Any) -> sqlite3.Connection:
        path = name.removeprefix("file:").partition("?")[0]
        return DiskConnection(self._vfs, path, instead=self._instead)
