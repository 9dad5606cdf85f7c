"""Plays stories with the power cut at every call of their storage, and counts.

The first life is lived once: where the power fails in it, a process branches off in which it has failed.
"""

import gc
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
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


class Trunk(Disk):
    """A disk whose calls are branches: `branch` is asked at the end of each, and answers whether the power fails there.

    `content` is what it begins with, and stays what it is.
    """

    def __init__(self, content: Disk, branch: Callable[[int], bool]) -> None:
        super().__init__()
        vars(self).update(vars(content.copy()))
        self._branch = branch

    def _end(self) -> None:
        if self._branch(self.calls):
            self.off = True
            raise PowerCut


class Branches:
    """Runs that begin as the one that asks for them, each in a process of its own, one after the other."""

    def __init__(self) -> None:
        gc.collect()
        gc.freeze()  # what a branch does not touch, it shares
        self._answer: int | None = None

    @property
    def is_one(self) -> bool:
        """Whether this process is a branch. It must end by `end`, and nothing is to be returned from it."""
        return self._answer is not None

    def off(self) -> bytes | None:
        """Branch off. None in the branch; in the trunk, once the branch has ended, what it answered."""
        asked, answer = os.pipe()
        number = os.fork()
        if number == 0:
            os.close(asked)
            gc.disable()
            self._answer = answer
            return None
        os.close(answer)
        with os.fdopen(asked, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(number, 0)
        if status:
            raise RuntimeError(f"a branch ended with {status}")
        return said

    def end(self, answer: bytes) -> None:
        """End this branch with an answer; it does not return."""
        assert self._answer is not None
        with os.fdopen(self._answer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)


def installed(machine: Machine, install: Callable[[], None]) -> Disk:
    """A disk on which `install` was done and that was switched off properly."""
    machine.disk = Disk()
    install()
    return machine.disk.image()


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
    branches = Branches()
    which, of = part
    here = (0, 0)

    def branch(call: int) -> bool:
        nonlocal here
        for seed in seeds:
            if branches.is_one or (call + seed) % of != which or len(tally.wrong) == enough:
                continue
            here = call, seed
            answer = branches.off()
            if answer is None:
                return True
            cuts, lives, wrong = json.loads(answer)
            tally.runs, tally.cuts, tally.lives = tally.runs + 1, tally.cuts + cuts, tally.lives + lives
            tally.wrong += [f"call {call} seed {seed} :: {wrong}"] if wrong else []
        return False

    machine.disk = Trunk(disk, branch)
    machine.disk.lies = lies
    story = begin()
    try:
        story.live(0)
    except BaseException as error:
        if not branches.is_one:
            raise
        branches.end(json.dumps(_rest(machine, story, error, *here, lies=lies)).encode())
    if branches.is_one:
        branches.end(json.dumps((0, 1, "the power failed, and nobody heard of it")).encode())
    tally.seconds = time.monotonic() - began
    return tally


def _rest(
    machine: Machine, story: Story, ended: BaseException, cut: int, seed: int, *, lies: bool
) -> tuple[int, int, str]:
    """The rest of a run whose first life has ended: how many cuts and lives it had, and what is wrong with it."""
    chance = Random(seed * 1_000_003 + cut)
    cuts, lives = 0, 1
    try:
        if not isinstance(ended, PowerCut):
            raise ended
        for life in range(10):
            cuts += 1
            story.dies()
            machine.disk = machine.disk.power_returns(seed)
            story.check()
            if life == 0 and chance.random() < 0.5:
                machine.disk.cut_at = machine.disk.calls + chance.randint(1, 60)
            machine.disk.lies = lies
            lives += 1
            try:
                story.live(life + 1)
            except PowerCut:
                continue
            machine.disk.cut_at = None
            story.check()
            story.check_end()
            return cuts, lives, ""
    except Exception as error:  # whatever it is, it is what this run found
        return cuts, lives, f"{type(error).__name__}: {error}".split("\n")[0]
    return cuts, lives, "it never ended"
