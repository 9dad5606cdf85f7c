"""The disks of many machines: `/disk/<machine>` is the folder of each, on a disk of its own."""

import errno
import os
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Self

from station.simulate.disk.calls import ROOT, Calls
from station.simulate.disk.disk import Disk
from station.simulate.disk.shared import Files
from sync.journal import journal


@dataclass(frozen=True, slots=True)
class Image:
    """What was on a disk at one moment: a backup, an installed machine. It may be kept between runs."""

    disk: Disk


class Disks:
    """Entered as a context, it answers the programs' calls for paths below `/disk`.

    `instead` replaces SQL statements by others: how a test takes a safeguard away.
    """

    def __init__(self, *, instead: Mapping[str, str] | None = None) -> None:
        self._disks: dict[str, Disk] = {}
        self._lying: set[str] = set()
        self._files = Files()
        self._calls = Calls(self, self._files, instead or {})

    def __enter__(self) -> Self:
        self._calls.__enter__()
        self._calls.put_instead(journal, "_GATE_LOG_BYTES", 1 << 15)  # 4 MiB for each run are slow
        return self

    def __exit__(self, *_: object) -> None:
        for node in self._disks:
            self.power_off(node)
        self._calls.__exit__()

    def at(self, path: str) -> tuple[Disk, str]:
        """The disk that this path is on, and its name there."""
        node, name = _parts(path)
        disk = self._disks.get(node)
        if disk is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return disk, name

    def of(self, node: str) -> Disk:
        """The disk that is in this machine now."""
        return self._disks[node]

    def add(self, node: str, like: str | None = None) -> Path:
        """A machine with an empty disk, or with a copy of another's; answers its folder."""
        self._put(node, Disk() if like is None else self._disks[like].image())
        return Path(ROOT) / node

    def image(self, node: str) -> Image:
        """What programs see on this disk now."""
        return Image(self._disks[node].image())

    def put(self, node: str, image: Image) -> None:
        """This machine's disk is now a copy of `image`; whoever had files open there is no more."""
        self._put(node, image.disk.copy())

    def lose(self, node: str) -> None:
        """This machine gets an empty disk."""
        self._put(node, Disk())

    def power_off(self, node: str) -> None:
        """From now on every call for this machine's files raises PowerCut."""
        disk = self._disks[node]
        disk.off = True
        self._files.abandon(disk)
        self._calls.forget(disk)

    def cut_in(self, node: str, nth: int, is_cut: Callable[[], bool]) -> None:
        """Its power fails in the nth call from now on that changes this disk or makes a change safe, if `is_cut` says
        so then, and otherwise in a later one. Whoever has it cut must also see to `power_off`.
        """
        disk = self._disks[node]
        disk.cut_at, disk.is_cut = disk.calls + nth, is_cut

    def never_cut(self, node: str) -> None:
        """What `cut_in` was to do is not done."""
        self._disks[node].cut_at = None

    def power_on(self, node: str, chance: Random) -> None:
        """What was not synced is kept, lost or torn, as `chance` says: a third of the times none of it, or all."""
        seed = chance.choice((0, 1, chance.randrange(2, 1 << 30)))
        self._put(node, self._disks[node].power_returns(seed))

    def process_dies(self, node: str, files: Container[str] | None = None) -> None:
        """As kill -9: what was written is there, connections that may write are gone, their transactions undone.

        `files` are the names of the databases that the dead process wrote ("/journal.db"); None for all of this
        machine. Those who only read them in other processes go on.
        """
        disk = self._disks[node]
        self._files.abandon(disk, files)
        self._calls.forget(disk, files)

    def lie(self, node: str) -> None:
        """From now on this machine's syncs do nothing, whatever disk it has."""
        self._lying.add(node)
        self._disks[node].lies = True

    def _put(self, node: str, disk: Disk) -> None:
        old = self._disks.get(node)
        if old is not None:
            self._disks[node] = old
            self.power_off(node)
        disk.lies = node in self._lying
        self._disks[node] = disk


@lru_cache(maxsize=4000)
def _parts(path: str) -> tuple[str, str]:
    """The machine's name in a path, and the rest with its slash."""
    node, slash, rest = path.removeprefix(f"{ROOT}/").partition("/")
    return node, slash + rest
