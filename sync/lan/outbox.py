"""Staff facts that were signed at this terminal, as files, until the relay has them.

Whoever signs one (a command, a screen) puts it here and is done: `waystation sync` obeys it at once and hands it on.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from sync.database import FILE_MODE
from sync.wire.relay import MAX_FACT_BYTES
from tickets.errors import EnvironmentFault

_DIRECTORY_MODE = 0o2770
_ENDING = ".fact"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One fact in the outbox: its file and its bytes."""

    path: Path
    data: bytes


class Outbox:
    """The folder `staff` in a terminal's directory: `*.fact` wait, `taken/` the relay has, `refused/` nobody obeys."""

    def __init__(self, directory: Path) -> None:
        """`directory` is the terminal's own. Nothing is made before something is put in."""
        self._folder = directory / "staff"
        self._seen: int | None = None

    def put(self, name: str, data: bytes) -> None:
        """Leave a signed fact here, whole and durable or not at all. `name` is its id. Raises EnvironmentFault."""
        try:
            self._make(self._folder)
            path = self._folder / f"{name}{_ENDING}"
            fresh = path.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            _sync_folder(self._folder)
        except OSError as error:
            raise EnvironmentFault(
                f"The staff fact cannot be left in {self._folder} ({error.strerror})",
                "Check the disk, and that this user is in the group of the directory (mode 2770).",
            ) from error

    def changed(self) -> bool:
        """Whether anything was put in or taken out since this was last asked. Costs microseconds."""
        try:
            seen = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            seen = None
        changed, self._seen = seen != self._seen, seen
        return changed

    def waiting(self) -> list[Outgoing]:
        """The facts that wait, by name. Raises EnvironmentFault when they cannot be read."""
        return _facts_in(self._folder)

    def taken_before(self) -> list[Outgoing]:
        """The facts that a relay has, or had, by name. Raises EnvironmentFault when they cannot be read."""
        return _facts_in(self._folder / "taken")

    def taken(self, fact: Outgoing) -> None:
        """The relay has it."""
        self._move(fact, "taken")

    def refused(self, fact: Outgoing) -> None:
        """Nobody shall obey it; it is kept as evidence."""
        self._move(fact, "refused")

    def _move(self, fact: Outgoing, to: str) -> None:
        try:
            self._make(self._folder / to)
            fact.path.rename(self._folder / to / fact.path.name)
        except FileNotFoundError:
            return  # somebody has moved it already
        except OSError as error:
            raise EnvironmentFault(
                f"The staff fact {fact.path} cannot be moved to {to} ({error.strerror})",
                "Check that this user is in the group of the directory (mode 2770).",
            ) from error

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(_DIRECTORY_MODE)


def _facts_in(folder: Path) -> list[Outgoing]:
    try:
        return [Outgoing(path, _read(path)) for path in sorted(folder.glob(f"*{_ENDING}")) if path.is_file()]
    except OSError as error:
        raise EnvironmentFault(
            f"The staff facts in {folder} cannot be read ({error.strerror})",
            "Check that this user is in the group of the directory (mode 2770).",
        ) from error


def _read(path: Path) -> bytes:
    """At most a byte more than a fact may have: what is longer is not read as one."""
    with path.open("rb") as file:
        return file.read(MAX_FACT_BYTES + 1)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
