"""When what goes wrong: some seeds are calm, some meet one kind of fault again and again, in some every till and gate
dies again and again at its work, most meet some of many.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.faults.devices import DEVICES
from station.simulate.faults.disks import DISKS
from station.simulate.faults.fault import Fault
from station.simulate.faults.lines import LINES
from station.simulate.faults.machines import MACHINES, dies_at_work
from station.simulate.plan import Plan

if TYPE_CHECKING:
    from station.simulate.world import World

FAULTS: Final[tuple[Fault, ...]] = (*LINES, *MACHINES, *DISKS, *DEVICES)
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
STORM: Final = "dies at its work"
_STORM: Final = 0.1
_DEATHS: Final = (2, 5)
"""Of each till and gate in an hour of a storm, if it passes enough points."""
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
    if sort > 1.0 - _STORM:
        return _storm(plan, chance)
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


def _storm(plan: Plan, chance: Random) -> "Sequence[tuple[int, str, Callable[[World, Random], bool]]]":
    """Where a till or gate is killed for each passenger, what was half done meets what comes next."""
    struck = [
        (round(plan.lasts_ms * chance.random()), STORM, dies_at_work(station, kind, number))
        for station in range(plan.stations)
        for kind, machines in (("till", plan.tills), ("gate", plan.gates))
        for number in range(machines)
        for _ in range(max(1, round(chance.randint(*_DEATHS) * plan.hours)))
    ]
    return sorted(struck, key=lambda strike: strike[0])
