"""Plays stories with the power cut at every call of their storage, and counts."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from station.simulate.disk.disk import Disk, PowerCut
from tests.storage.machine import Machine


class Story(Protocol):
    """What happens to one machine, over its lives, and what must hold of its disk."""

    def live(self, life: int) -> None:
        """Live once; ends when all is done, or by PowerCut."""

    def dies(self) -> None:
        """The power has failed."""

    def check(self) -> None:
        """AssertionError when the disk does not hold what was promised."""

    def check_end(self) -> None:
        """AssertionError when a life that ended well left something undone."""


@dataclass
class Tally:
    """How many runs, power cuts and lives there were, and what went wrong in which run."""

    runs: int = 0
    cuts: int = 0
    lives: int = 0
    calls: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.runs + other.runs,
            self.cuts + other.cuts,
            self.lives + other.lives,
            max(self.calls, other.calls),
            self.seconds + other.seconds,
            self.wrong + other.wrong,
        )

    def sorts(self) -> Counter[str]:
        """What went wrong, without where."""
        return Counter(each.rpartition(" :: ")[2] for each in self.wrong)


def installed(machine: Machine, install: Callable[[], None]) -> Disk:
    """A disk on which `install` was done and that was switched off properly."""
    machine.disk = Disk()
    install()
    machine.disk.sync_all()
    return machine.disk.copy()


def calls_of(machine: Machine, disk: Disk, begin: Callable[[], Story]) -> int:
    """How many calls the first life makes of its storage. It is played without a cut and must end well."""
    machine.disk = disk.copy()
    story = begin()
    story.live(0)
    calls = machine.disk.calls
    story.check()
    story.check_end()
    return calls


def play(
    machine: Machine,
    disk: Disk,
    begin: Callable[[], Story],
    *,
    seeds: Iterable[int],
    part: tuple[int, int] = (0, 1),
    lies: bool = False,
    enough: int | None = None,
) -> Tally:
    """Cut the power once at every call of the first life, for each seed; of `part` (which, of how many) only.

    Every second run is cut again in its second life, at a call that the seed says. `enough` ends it at so many wrongs.
    """
    began = time.monotonic()
    tally = Tally(calls=calls_of(machine, disk, begin))
    for cut, seed in _ways(tally.calls, seeds, part):
        wrong = _run(machine, disk, begin(), cut, seed, lies=lies, tally=tally)
        if wrong:
            tally.wrong.append(f"call {cut} seed {seed} :: {wrong}")
            if enough is not None and len(tally.wrong) >= enough:
                break
    tally.seconds = time.monotonic() - began
    return tally


def _ways(calls: int, seeds: Iterable[int], part: tuple[int, int]) -> Iterator[tuple[int, int]]:
    which, of = part
    for seed in seeds:
        for cut in range(1, calls + 1):
            if (cut + seed) % of == which:
                yield cut, seed


def _run(machine: Machine, disk: Disk, story: Story, cut: int, seed: int, *, lies: bool, tally: Tally) -> str:
    machine.disk = disk.copy()
    machine.disk.cut_at = cut
    chance = Random(seed * 1_000_003 + cut)
    tally.runs += 1
    try:
        for life in range(10):
            machine.disk.lies = lies
            tally.lives += 1
            try:
                story.live(life)
            except PowerCut:
                tally.cuts += 1
            else:
                machine.disk.cut_at = None
                story.check()
                story.check_end()
                return ""
            story.dies()
            machine.disk = machine.disk.power_returns(seed)
            story.check()
            if life == 0 and chance.random() < 0.5:
                machine.disk.cut_at = machine.disk.calls + chance.randint(1, 60)
    except Exception as error:  # whatever it is, it is what this run found
        return f"{type(error).__name__}: {error}".split("\n")[0]
    return "it never ended"
