"""Virtual time: what happens when, one thing after the other, the same way every time."""

import heapq
from collections.abc import Callable
from itertools import count

Act = Callable[[], None]


class Agenda:
    """What is to happen, by virtual milliseconds; of one millisecond in the order in which it was put down."""

    def __init__(self) -> None:
        self.now = 0
        self._due: list[tuple[int, int, Act]] = []
        self._counted = count()

    def after(self, ms: int, act: Act) -> None:
        """Do this so many milliseconds from now."""
        heapq.heappush(self._due, (self.now + ms, next(self._counted), act))

    def run(self, until: int) -> None:
        """Let time pass."""
        while self._due and self._due[0][0] <= until:
            self.now, _, act = heapq.heappop(self._due)
            act()
        self.now = until
