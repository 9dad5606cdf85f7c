"""Virtual time: what is due, one thing after the other, the same way every time."""

import heapq
from collections.abc import Callable
from itertools import count

Act = Callable[[], None]

AT_ONE_MS = 20_000
"""So many acts of one millisecond mean that somebody does the same again and again, and time will never go on."""


class Stuck(Exception):
    """Time does not go on: a turn does not end, or there are ever more of them at one moment."""


class Planned:
    """Something on the agenda; it may be crossed out."""

    __slots__ = ("act",)

    def __init__(self, act: Act) -> None:
        self.act: Act | None = act

    def cancel(self) -> None:
        """Let it not happen. Nothing changes when it has."""
        self.act = None


class Agenda:
    """What is to happen, by virtual milliseconds; of one millisecond in the order in which it was put down."""

    def __init__(self) -> None:
        self.now = 0
        self._due: list[tuple[int, int, Planned]] = []
        self._counted = count()
        self._halted = False
        self._acts = 0
        """How many there were at `now`."""

    def halt(self) -> None:
        """Let nothing more happen: `run` ends where it is, now and whenever it is called again."""
        self._halted = True

    def after(self, ms: int, act: Act) -> Planned:
        """Do this so many milliseconds from now; 0 is as soon as what is due by now is done."""
        planned = Planned(act)
        heapq.heappush(self._due, (self.now + max(0, ms), next(self._counted), planned))
        return planned

    def run(self, until: int) -> None:
        """Let time pass until that moment; what is due then is done too. Raises Stuck when time stands still."""
        due = self._due
        while due and due[0][0] <= until and not self._halted:
            at, _, planned = heapq.heappop(due)
            if planned.act is None:
                continue
            if at != self.now:
                self.now, self._acts = at, 0
            self._acts += 1
            if self._acts > AT_ONE_MS:
                raise Stuck(f"{AT_ONE_MS} things happened at {at} ms, and there are more")
            act, planned.act = planned.act, None
            act()
        if not self._halted:
            self.now = max(self.now, until)
