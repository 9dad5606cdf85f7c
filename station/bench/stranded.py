"""How many places are stranded when one of eight tills falls silent, and how many sales that costs: policies compared.

A pure simulation of many departures: passengers come at random by a curve, to tills and the web; one till is silent for
the last hours, sells what it has, and sends the rest of its passengers away, some of whom walk to another machine. The
rules are the centre's own (`sync.server.places.targets`). `python -m station.bench.stranded` prints the table of
docs/allotments.md.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

from sync.server.places.targets import Habits, Outlook, least, target, top_up

PLACES: Final = 45
TILLS: Final = 8
ON_SALE: Final = 720.0
"""Minutes for which a departure is sold."""
WEB: Final = 0.25
"""The part of passengers who buy from the web."""
PARTIES: Final = ((1, 0.7), (2, 0.2), (3, 0.1))
RUNS: Final = 1000
HOURS: Final = (4, 24)
LOADS: Final = (0.6, 1.0, 1.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`shares`: all places are shared out at the start, equally, and stay where they are. `asks`: an online till gets
    what it misses from the centre. `tops_up`: tills are kept at their target as they sell. `recalls`: when somebody
    waits and the centre has nothing, online tills give back what they have not sold.
    """

    name: str
    shares: bool = False
    asks: bool = False
    tops_up: bool = False
    recalls: bool = False
    each: int | None = None


FIXED: Final = Policy(name="equal shares", shares=True)
ASKED: Final = Policy(name="equal shares, asked and recalled", shares=True, asks=True, recalls=True)
NOTHING: Final = Policy(name="nothing at the tills", asks=True, recalls=True, each=0)
LITTLE: Final = Policy(name="a few, never more", asks=True, recalls=True)
OURS: Final = Policy(name="topped up by the odds", asks=True, tops_up=True, recalls=True)
POLICIES: Final = (FIXED, ASKED, NOTHING, LITTLE, OURS)


@dataclass(slots=True)
class Outcome:
    """What came of a departure: places sold, places that the silent till had left, passengers sent away for good by the
    silent till, and those of all who found no place although the coach left with one.
    """

    sold: int = 0
    stranded: int = 0
    away: int = 0
    lost: int = 0


class Coach:
    """One departure, played once. Till 0 is the one that falls silent."""

    def __init__(self, policy: Policy, habits: Habits, silent: float, chance: random.Random) -> None:
        """`silent` is how many minutes before the end till 0 is last heard."""
        self._policy = policy
        self._habits = habits
        self._silent = silent
        self._chance = chance
        each = PLACES // (TILLS + 1) if policy.shares else least(PLACES, TILLS, habits)
        self._left = [each if policy.each is None else policy.each] * TILLS
        self._sold_by = [0] * TILLS
        self._web = each if policy.shares else 0
        self._pool = PLACES - sum(self._left) - self._web
        self._told = 0
        self.outcome = Outcome()

    def play(self, load: float, half: float) -> Outcome:
        """Let passengers come for `load` times the places, half of them in the last `half` minutes of what is left."""
        refused = 0
        for minutes, size in arrivals(load, half, self._chance):
            if self._chance.random() < WEB:
                refused += 0 if self._sell_web(size, minutes) else size
                continue
            till = self._chance.randrange(TILLS)
            if self._sell(till, size, minutes):
                continue
            silent = till == 0 and minutes <= self._silent
            walks = silent and self._chance.random() < self._habits.walks
            if walks and self._sell(self._chance.randrange(1, TILLS), size, minutes):
                continue
            self.outcome.away += size if silent else 0
            refused += size
        self.outcome.stranded = self._left[0]
        self.outcome.lost = min(refused, PLACES - self.outcome.sold)
        return self.outcome

    def _sell(self, till: int, size: int, minutes: float) -> bool:
        online = till != 0 or minutes > self._silent
        missing = size - self._left[till]
        if missing > 0 and not (online and self._policy.asks and self._ask(till, missing, minutes)):
            return False
        self._left[till] -= size
        self._sold_by[till] += size
        self.outcome.sold += size
        if online:
            self._told += size
            if self._policy.tops_up:
                more = top_up(self._target(till, minutes), self._left[till], self._pool)
                self._left[till] += more
                self._pool -= more
                if self._pool + self._web <= TILLS:
                    self._recall(None, minutes, to_target=True)
        return True

    def _ask(self, till: int, missing: int, minutes: float) -> bool:
        for again in (False, True):
            if self._pool + self._web >= missing:
                from_pool = min(self._pool, missing)
                self._pool -= from_pool
                self._web -= missing - from_pool
                self._left[till] += missing
                return True
            if again or not self._policy.recalls:
                return False
            self._recall(till, minutes)
        return False

    def _recall(self, wanting: int | None, minutes: float, *, to_target: bool = False) -> None:
        for till in range(TILLS):
            if till == wanting or (till == 0 and minutes <= self._silent):
                continue
            keep = self._target(till, minutes) if to_target else 0
            self._pool += max(0, self._left[till] - keep)
            self._left[till] = min(self._left[till], keep)

    def _sell_web(self, size: int, minutes: float) -> bool:
        if self._web + self._pool < size and self._policy.recalls:
            self._recall(None, minutes)
        able = self._web if self._policy.shares and not self._policy.asks else self._web + self._pool
        if able < size:
            return False
        from_web = min(self._web, size)
        self._web -= from_web
        self._pool -= size - from_web
        self.outcome.sold += size
        self._told += size
        return True

    def _target(self, till: int, minutes: float) -> int:
        seen = Outlook(
            places=PLACES, sold=self._told, sold_here=self._sold_by[till], sellers=TILLS + 1, minutes=minutes
        )
        return target(seen, self._habits)


def arrivals(load: float, half: float, chance: random.Random) -> Sequence[tuple[float, int]]:
    """Parties as (minutes before the end, persons), in the order in which they come."""
    sizes, weights = [size for size, _ in PARTIES], [weight for _, weight in PARTIES]
    mean = sum(size * weight for size, weight in PARTIES)
    number = _poisson(load * PLACES / mean, chance)
    share = 1 - 2 ** (-ON_SALE / half)
    times = sorted((-half * log2(1 - chance.random() * share) for _ in range(number)), reverse=True)
    return [(at, chance.choices(sizes, weights)[0]) for at in times]


def measure(policy: Policy, hours: float, load: float, *, half: float = 120.0, runs: int = RUNS) -> Outcome:
    """The sums over so many departures with till 0 silent for the last `hours`."""
    total = Outcome()
    for run in range(runs):
        chance = random.Random(run)  # noqa: S311  passengers, not secrets
        found = Coach(policy, Habits(), hours * 60, chance).play(load, half)
        total.sold += found.sold
        total.stranded += found.stranded
        total.away += found.away
        total.lost += found.lost
    return total


def table(runs: int = RUNS) -> str:
    """The comparison as a table in Markdown: shares of the coach's places, in per cent."""
    lines = [
        "| silent for | passengers per place | policy | stranded | sent away by the silent till | lost sales | sold |",
        "|---|---|---|---|---|---|---|",
    ]
    for hours in HOURS:
        for load in LOADS:
            for policy in POLICIES:
                found = measure(policy, hours, load, runs=runs)
                cells = [
                    f"{100 * each / (runs * PLACES):.1f} %"
                    for each in (found.stranded, found.away, found.lost, found.sold)
                ]
                lines.append(f"| {hours} h | {load:.1f} | {policy.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _poisson(mean: float, chance: random.Random) -> int:
    number, passed = 0, chance.expovariate(1.0)
    while passed < mean:
        number += 1
        passed += chance.expovariate(1.0)
    return number


if __name__ == "__main__":
    print(table())
