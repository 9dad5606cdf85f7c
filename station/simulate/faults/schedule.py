"""When what goes wrong: some seeds are calm, some meet one kind of fault again and again, most meet some of many."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.faults.disks import DISKS
from station.simulate.faults.fault import Fault
from station.simulate.faults.lines import LINES
from station.simulate.faults.machines import MACHINES
from station.simulate.plan import Plan

if TYPE_CHECKING:
    from station.simulate.world import World

FAULTS: Final[tuple[Fault, ...]] = (*LINES, *MACHINES, *DISKS)
"""Everything that may go wrong."""
COUNTED: Final[tuple[str, ...]] = (
    *(fault.name for fault in FAULTS if fault.name != "dies at a point"),
    "request lost",
    "answer lost",
    "request twice",
    "late copy",
)
"""The names under which a world counts what went wrong, besides the points at which programs died."""
_CALM: Final = 0.08
_ONE_KIND: Final = 0.25
_AN_HOUR: Final = (2, 4, 6, 9, 14)


def schedule(plan: Plan) -> "Sequence[tuple[int, str, Callable[[World, Random], bool]]]":
    """What goes wrong in this plan: at which virtual ms, under which name, and how. The same for the same plan.

    Each station has as much of it in each hour, however many there are of both.
    """
    chance = Random(f"faults {plan.seed}")  # noqa: S311  repeatable chance is the point
    sort = chance.random()
    if sort < _CALM:
        return ()
    hours = plan.hours * plan.stations
    number = max(1, round(chance.choice(_AN_HOUR) * hours))
    if sort < _CALM + _ONE_KIND:
        chosen = [chance.choice(FAULTS)] * number
    else:
        chosen = chance.choices(FAULTS, [fault.weight for fault in FAULTS], k=number)
    times = sorted(round(plan.lasts_ms * chance.random()) for _ in chosen)
    struck: list[tuple[int, str, Callable[[World, Random], bool]]] = []
    grave: Counter[str] = Counter()
    for at, fault in zip(times, chosen, strict=True):
        grave[fault.name] += 1
        if fault.grave and grave[fault.name] > max(1, round(hours)):
            continue
        struck.append((at, fault.name, fault.strike))
    return struck
