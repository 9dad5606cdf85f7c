"""What happened in a run, line by line: its hash says whether two runs were the same, its story why one failed."""

from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import Final

_KEPT: Final = 20_000
"""So many of the last lines can be told of; the hash is of all."""


class History:
    """The lines of one run, in the order of virtual time."""

    def __init__(self) -> None:
        self._digest = sha256()
        self._lines: list[tuple[int, str, str]] = []
        self._about: tuple[str, ...] = ()
        self._dropped = 0
        self.noted = 0

    def note(self, at_ms: int, who: str, what: str) -> None:
        """`who` did `what` at this virtual millisecond. Never anything that differs between two runs of one seed."""
        self._digest.update(f"{at_ms} {who} {what}\n".encode())
        self._lines.append((at_ms, who, what))
        self.noted += 1
        if len(self._lines) > 2 * _KEPT:
            del self._lines[:_KEPT]
            self._dropped += _KEPT

    def hash(self) -> str:
        """SHA-256 over all lines, as 64 hexadecimal digits."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[str]:
        """What was done, the last 20,000 lines of it at least, without when and by whom."""
        return (what for _, _, what in self._lines)

    def point_at(self, about: Iterable[str]) -> None:
        """What a failure is about: numbers, machines, seats, as they are written in the lines that tell of them."""
        self._about = tuple(about)

    def story(self, about: Collection[str] = (), most: int = 60) -> str:
        """The lines that a person needs who asks what went wrong, at most so many.

        Those that tell of what the failure is about come first, oldest and newest of them; what is left of the room
        is for the last lines of all. A line that is left out leaves dots.
        """
        words = tuple(about) or self._about
        chosen = _ends([at for at, line in enumerate(self._lines) if _tells(line, words)], most * 2 // 3)
        others = sorted(set(range(max(0, len(self._lines) - most), len(self._lines))) - set(chosen))
        last = others[len(others) - min(len(others), most - len(chosen)) :]
        told: list[str] = []
        before = -1
        for at in sorted({*chosen, *last}):
            if at != before + 1 or (not told and self._dropped):
                told.append("          …")
            told.append(_said(*self._lines[at]))
            before = at
        return "\n".join(told)


def _tells(line: tuple[int, str, str], words: Collection[str]) -> bool:
    return any(word in line[2] or word == line[1] for word in words)


def _ends(found: list[int], most: int) -> list[int]:
    """The first third and the last two thirds of too many."""
    return found if len(found) <= most else found[: most // 3] + found[-(most - most // 3) :]


def _said(at_ms: int, who: str, what: str) -> str:
    hours, rest = divmod(at_ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest / 1000:06.3f}  {who:<12} {what}"
