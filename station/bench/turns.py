"""Acts that take turns, so that whatever else the machine does meanwhile falls on all of them alike."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from station.bench.measure import MS, Line, at_most_times, percentile, told

SHARES = (("median", 50), ("p95", 95), ("p99", 99))


class Turns:
    """Milliseconds of every act, by its name: on the wall's clock, and of this thread's computing."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = defaultdict(list)
        self.computed: dict[str, list[float]] = defaultdict(list)
        self._round = 0

    def take(self, acts: Mapping[str, Callable[[], object]], *, counts: bool = True) -> None:
        """Do each act once, every time another one first. What does not count is to get warm."""
        names = list(acts)
        first = self._round % len(names)
        self._round += 1
        for name in names[first:] + names[:first]:
            computed, began = time.thread_time(), time.perf_counter()
            acts[name]()
            took, computed = time.perf_counter() - began, time.thread_time() - computed
            if counts:
                self.wall[name].append(took * MS)
                self.computed[name].append(computed * MS)

    def lines(self, what: str, name: str, floor: str, called: str, most: float | None = 2) -> list[Line]:
        """Median, p95 and p99 of an act against the same of its floor; only median and p99 have the budget."""
        lines = []
        for which, share in SHARES:
            value, least = percentile(self.wall[name], share), percentile(self.wall[floor], share)
            line = at_most_times(f"{what}, {which}", value, "ms", most or 1, floor=least, called=called)
            if most is None or which == "p95":
                line = told(line.name, value, "ms", against=line.against, ratio=line.ratio)
            lines.append(line)
        return lines
