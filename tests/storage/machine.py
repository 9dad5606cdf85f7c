"""One machine whose folders under `/disk` are all on the one simulated disk that is in it now.

Only in a process of its own, with one thread.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Self
from unittest import mock

from station.simulate.disk.calls import ROOT as ROOT
from station.simulate.disk.calls import Calls
from station.simulate.disk.disk import Disk
from station.simulate.disk.shared import Files


class Machine:
    """Holds one disk at a time. `instead` replaces SQL statements by others: how a test takes a safeguard away."""

    def __init__(self, *, instead: Mapping[str, str] | None = None) -> None:
        self._disk = Disk()
        self._files = Files()
        self._calls = Calls(self, self._files, instead or {})
        self._stack = ExitStack()

    @property
    def disk(self) -> Disk:
        return self._disk

    @disk.setter
    def disk(self, disk: Disk) -> None:
        self._files.abandon(self._disk)
        self._calls.forget(self._disk)
        self._disk = disk

    def at(self, path: str) -> tuple[Disk, str]:
        """Every machine of a test is this one: its folder is always there."""
        _, _, name = path.removeprefix(f"{ROOT}/").partition("/")
        return self._disk, f"/{name}" if name else ""

    def __enter__(self) -> Self:
        self._stack.enter_context(self._calls)
        # 4 MiB for each run are slow
        self._stack.enter_context(mock.patch("sync.journal.journal._GATE_LOG_BYTES", 1 << 15))
        return self

    def __exit__(self, *_: object) -> None:
        self._files.abandon(self._disk)
        self._stack.close()
