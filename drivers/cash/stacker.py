"""What a simulated bill validator remembers without power, in one file that is replaced as a whole.

A note and the event that tells of it are in the same file, so whatever kills the process, there is never one without
the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.cash.events import KEPT
from drivers.kept import keep, kept_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The machine's true state. Money is in fen; `bills` counts the stacker's notes; `events` are (A, B), newest first.

    `collected_fen` went out with the stacker, `returned_fen` back to customers from escrow.
    """

    bills: Mapping[int, int] = field(default_factory=dict)
    counter: int = 0
    events: tuple[tuple[int, int], ...] = ((0, 0),) * KEPT
    escrow: int | None = None
    returned_fen: int = 0
    collected_fen: int = 0
    inhibits: int = 0
    master: bool = True
    mode: int = 0
    jammed: bool = False
    stacker_in: bool = True

    @property
    def total_fen(self) -> int:
        """What is in the stacker."""
        return sum(fen * count for fen, count in self.bills.items())

    def as_json(self) -> dict[str, Any]:
        """Return the file's content."""
        return {
            "bills": {str(fen): count for fen, count in sorted(self.bills.items())},
            "total_fen": self.total_fen,
            "counter": self.counter,
            "events": [list(event) for event in self.events],
            "escrow": self.escrow,
            "returned_fen": self.returned_fen,
            "collected_fen": self.collected_fen,
            "inhibits": self.inhibits,
            "master": self.master,
            "mode": self.mode,
            "jammed": self.jammed,
            "stacker_in": self.stacker_in,
        }


class StackerFile:
    """Keeps a Memory at `path`, or nowhere when that is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self) -> Memory:
        """Return what was last saved, an empty machine when nothing was. Raises ValueError for a file not ours."""
        if self._path is None or not self._path.exists():
            return Memory()
        try:
            kept = kept_in(self._path)
            memory = Memory(
                bills={int(fen): int(count) for fen, count in kept["bills"].items()},
                counter=kept["counter"],
                events=tuple((bill, code) for bill, code in kept["events"]),
                escrow=kept["escrow"],
                returned_fen=kept["returned_fen"],
                collected_fen=kept["collected_fen"],
                inhibits=kept["inhibits"],
                master=kept["master"],
                mode=kept["mode"],
                jammed=kept["jammed"],
                stacker_in=kept["stacker_in"],
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{self._path} is not a stacker file ({error!r}): delete it to start empty") from error
        if memory.total_fen != kept["total_fen"]:
            raise ValueError(f"{self._path} adds up to {memory.total_fen} fen, not the {kept['total_fen']} it says")
        return memory

    def save(self, memory: Memory) -> None:
        """Put `memory` in the file's place; when this returns it has reached the disk. Raises OSError."""
        if self._path is None:
            return
        keep(self._path, memory.as_json())
