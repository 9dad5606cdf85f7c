"""A gate whose disk takes no more for a while: nobody is let in without a record, and it goes on when there is room."""

import errno
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gate.announcement import Showing
from station.simulate.disk.disk import Call
from tests.storage.gate_story import GateStories, GateStory, Lane, walks
from tests.storage.machine import Machine
from tests.storage.play import Tally, installed
from tickets.errors import EnvironmentFault

TROUBLES: dict[str, Callable[[Call], int | None]] = {
    "no room": lambda call: errno.ENOSPC if call.grows else None,
    "no room at all": lambda call: errno.ENOSPC if call.what in ("write", "create") else None,
    "no room at the sync": lambda call: errno.ENOSPC if call.what == "sync" else None,
    "syncs fail": lambda call: errno.EIO if call.what.startswith("sync") else None,
    "writes fail": lambda call: errno.EIO if call.what == "write" else None,
}
"""What the disk says, and to which calls. A sync that fails has forgotten what it was to keep."""


@dataclass(slots=True)
class Trouble:
    """One trouble that begins at a call and ends when somebody makes room, or after `last` calls that met it."""

    kind: str
    first: int
    last: int | None = None
    over: bool = False
    met: int = 0

    def __call__(self, call: Call) -> int | None:
        if self.over or call.number < self.first or (code := TROUBLES[self.kind](call)) is None:
            return None
        self.met += 1
        self.over = self.met == self.last
        return code


class FullStory(GateStory):
    """The morning again. Whoever finds the lane closed comes back when there is room."""

    trouble: Trouble

    def live(self, life: int) -> None:
        lane = self._up(life)
        for name in self._passengers:
            self._tries(lane, name)
        lane.rests()
        self.trouble.over = True
        lane.passes(2.5)
        for name in self._passengers:
            self._tries(lane, name)
            assert self._shows(lane, name) is Showing.STOP, "a copy was let in, or the lane stayed closed"
        assert self.gate is not None
        self.gate.close()

    def _up(self, life: int) -> Lane:
        """Be started until it runs: what starts a gate does not give up."""
        try:
            return self._wake(life)
        except EnvironmentFault:
            self.trouble.over = True
            return self._wake(life)

    def _tries(self, lane: Lane, name: str) -> None:
        showing = self._shows(lane, name)
        if showing is Showing.GO:
            walks(lane)
        elif self.trouble.met and not self.trouble.over:
            assert showing in (Showing.CLOSED, Showing.STOP), f"a lane that cannot record showed {showing}"


class FullStories(GateStories):
    """As `GateStories`."""

    story = FullStory


CALLS = 90
"""A few more than a morning has."""


def run(*, part: tuple[int, int] = (0, 1), early: bool = False) -> Tally:
    """Each trouble from every third call on, for good or for one call; then the power fails, and all is looked at.

    Whatever was not synced when the power failed is lost: what was promised in the trouble must be there all the same.
    """
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, Machine() as machine:
        stories = FullStories(Path(folder))
        disk = installed(machine, stories.install)
        ways = [
            (kind, first, last)
            for offset, kind in enumerate(TROUBLES)
            for last in (None, 1)
            for first in range(1 + (offset + (last or 0)) % 3, CALLS, 3)
        ]
        for kind, first, last in ways[part[0] :: part[1]]:
            machine.disk = disk.copy()
            story = cast(FullStory, stories.begin(early=early))
            story.trouble = machine.disk.trouble = Trouble(kind, first, last)
            tally.runs += 1
            try:
                story.live(0)
                tally.cuts += story.trouble.met > 0
                machine.disk.trouble = None
                story.check_end()
                machine.disk = machine.disk.power_returns(0)
                story.check()
            except Exception as error:  # whatever it is, it is what this run found
                tally.wrong.append(f"{kind} at {first} for {last} :: {type(error).__name__}: {error}".split("\n")[0])
    return tally
