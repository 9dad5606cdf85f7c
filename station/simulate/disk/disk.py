"""A disk as programs may count on it, and no better: what was not synced may be lost, kept or torn when power fails.

A file's bytes are safe after a sync of the file, its name after a sync of the directory. Until then each 512-byte
sector of each write, each truncation and each change of a name is on the disk or not, whichever the seed says; a name
may point to a file of which nothing was kept. Calls are counted: power fails in the call with a chosen number. A call
may also be refused (`trouble`), as by a full disk; a sync that is refused forgets what it was to keep, as Linux does.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

SECTOR = 512

Write = tuple[int, bytes]
Truncation = int


class PowerCut(BaseException):
    """The power is off. Not an Exception: no program lives to handle it."""


@dataclass(slots=True)
class File:
    """What a program sees, what the disk keeps for sure, and the changes between the two in their order.

    `number` tells it from every other file that this disk ever had.
    """

    number: int = 0
    seen: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    unsynced: list[Write | Truncation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Named:
    """One change of a directory: `name` now means `file`, or nothing. A rename is one change with two names."""

    name: str
    file: File | None
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changes the disk or makes a change safe. `grows`: it needs room that the file does not have."""

    number: int
    what: str
    name: str
    grows: bool = False


Trouble = Callable[[Call], int | None]
"""The errno that this call ends with, or None. It is asked before the call has any effect."""


class Disk:
    """One disk. `cut_at` is the number of the call in which the power fails; `lies` makes every sync do nothing.

    `is_cut` is asked then, and may put the cut off to the next call.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.cut_at: int | None = None
        self.is_cut: Callable[[], bool] = lambda: True
        self.trouble: Trouble | None = None
        self.lies = False
        self.off = False
        self._names: dict[str, File] = {}
        self._kept_names: dict[str, File] = {}
        self._unsynced_names: list[Named] = []
        self._numbers = 0

    # --- what programs do

    def exists(self, name: str) -> bool:
        self._needs_power()
        return name in self._names

    def file(self, name: str) -> File:
        self._needs_power()
        if name not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return self._names[name]

    def found(self, name: str) -> File | None:
        """The file of this name, or None."""
        if self.off:
            raise PowerCut
        return self._names.get(name)

    def has_inside(self, folder: str) -> bool:
        """Whether a file's name begins so."""
        return any(name.startswith(folder) for name in self._names)

    def create(self, name: str) -> File:
        """Open a file, making it if need be."""
        self._needs_power()
        if name not in self._names:
            self._begin("create", name, grows=True)
            self._numbers += 1
            self._rename(Named(name, File(self._numbers)))
            self._end()
        return self._names[name]

    def names(self) -> list[str]:
        """The names of all files, in order."""
        self._needs_power()
        return sorted(self._names)

    def write(self, name: str, file: File, offset: int, data: bytes) -> None:
        self._begin("write", name, grows=offset + len(data) > len(file.seen))
        _write(file.seen, offset, data)
        file.unsynced.append((offset, bytes(data)))
        self._end()

    def truncate(self, name: str, file: File, size: int) -> None:
        self._begin("truncate", name)
        _truncate(file.seen, size)
        file.unsynced.append(size)
        self._end()

    def sync(self, name: str, file: File) -> None:
        try:
            self._begin("sync", name)
        except OSError:
            file.unsynced.clear()  # the pages count as clean now: a second sync would not write them either
            raise
        self._end()
        if not self.lies:
            for change in file.unsynced:
                _apply(file.kept, change)
            file.unsynced.clear()

    def unlink(self, name: str) -> None:
        self.file(name)
        self._begin("unlink", name)
        self._rename(Named(name, None))
        self._end()

    def rename(self, old: str, new: str) -> None:
        file = self.file(old)
        self._begin("rename", new)
        self._rename(Named(new, file, gone=old))
        self._end()

    def sync_names(self, directory: str) -> None:
        self._begin("sync directory", directory)
        self._end()
        if not self.lies:
            for change in self._unsynced_names:
                _apply_name(self._kept_names, change)
            self._unsynced_names.clear()

    # --- what happens to it

    def copy(self) -> "Disk":
        """Another disk with the same content, all of it safe; this one must have nothing unsynced."""
        assert not self._unsynced_names
        new = Disk()
        new._numbers = self._numbers
        for name, file in self._kept_names.items():
            assert not file.unsynced, name
            new._keep(name, file.number, file.kept)
        return new

    def image(self) -> "Disk":
        """Another disk with what programs see on this one, all of it safe: what a copy of its files would be."""
        new = Disk()
        new._numbers = self._numbers
        for name, file in self._names.items():
            new._keep(name, file.number, file.seen)
        return new

    def power_returns(self, seed: int) -> "Disk":
        """The disk after a power cut; this one is off for good.

        Seed 0 keeps nothing that was not synced, 1 all of it, others some.
        """
        chance = Random(seed)  # noqa: S311  a simulation repeats itself
        self.off = True
        names = dict(self._kept_names)
        for change in _survivors(self._unsynced_names, seed, chance):
            _apply_name(names, change)
        new = Disk()
        new._numbers = self._numbers
        for name, file in names.items():
            content = bytearray(file.kept)
            for part in _parts(file.unsynced, seed, chance):
                _apply(content, part)
            new._keep(name, file.number, content)
        return new

    # --- inside

    def _keep(self, name: str, number: int, content: bytearray) -> None:
        file = File(number, seen=bytearray(content), kept=bytearray(content))
        self._names[name] = self._kept_names[name] = file

    def _needs_power(self) -> None:
        if self.off:
            raise PowerCut

    def _begin(self, what: str, name: str, *, grows: bool = False) -> None:
        self._needs_power()
        self.calls += 1
        if self.trouble is not None and (code := self.trouble(Call(self.calls, what, name, grows))) is not None:
            raise OSError(code, os.strerror(code), name)

    def _end(self) -> None:
        if self.cut_at is not None and self.calls >= self.cut_at and self.is_cut():
            self.off = True
            raise PowerCut

    def _rename(self, change: Named) -> None:
        _apply_name(self._names, change)
        self._unsynced_names.append(change)


def _apply_name(names: dict[str, File], change: Named) -> None:
    if change.gone is not None:
        names.pop(change.gone, None)
    if change.file is None:
        names.pop(change.name, None)
    else:
        names[change.name] = change.file


def _apply(content: bytearray, change: Write | Truncation) -> None:
    if isinstance(change, int):
        _truncate(content, change)
    else:
        _write(content, *change)


def _write(content: bytearray, offset: int, data: bytes) -> None:
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _truncate(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _survivors(changes: list[Named], seed: int, chance: Random) -> list[Named]:
    """Which changes of names the disk kept: the first few, or any of them."""
    if seed <= 1:
        return changes if seed else []
    if chance.random() < 0.5:
        return changes[: chance.randint(0, len(changes))]
    return [change for change in changes if chance.random() < 0.5]


def _parts(changes: list[Write | Truncation], seed: int, chance: Random) -> list[Write | Truncation]:
    """Which sectors of which changes the disk kept."""
    if seed <= 1:
        return changes if seed else []
    kept: list[Write | Truncation] = []
    share = chance.choice((0.1, 0.5, 0.9))
    whole = chance.random() < 0.3
    for change in changes:
        if isinstance(change, int) or whole:
            if chance.random() < share:
                kept.append(change)
            continue
        offset, data = change
        for first, last in _sectors(offset, len(data)):
            if chance.random() < share:
                kept.append((first, data[first - offset : last - offset]))
            elif chance.random() < 0.1:  # the head was in the middle of it
                kept.append((first, chance.randbytes(last - first)))
    return kept


def _sectors(offset: int, length: int) -> list[tuple[int, int]]:
    end = offset + length
    edges = [offset, *range((offset // SECTOR + 1) * SECTOR, end, SECTOR), end]
    return list(pairwise(edges))
