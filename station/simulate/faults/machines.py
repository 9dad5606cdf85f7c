"""Machines that lose their power or a program, stand still, jump in time, or are half-dead."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.faults.fault import Fault, a_while
from sync.points import ALL_POINTS

if TYPE_CHECKING:
    from station.simulate.nodes.node import Node
    from station.simulate.nodes.terminal import Terminal
    from station.simulate.world import World

_OFTEN: Final = {
    "till": ("commit:order.held", "commit:money.taken", "commit:order.paid", "commit:ticket.issued", "print"),
    "gate": ("arbiter", "commit:use.claimed", "coil", "commit:use.passed", "commit:use.released"),
    "relay": ("claim:commit", "push:commit", "step:commit", "forward"),
    "centre": ("push:commit", "sale:commit", "refund:commit"),
}
_SYNC: Final = ("push", "acknowledge:commit", "pull:commit")
"""What programs pass again and again, without "before" or "after"."""


def _any(world: "World", chance: Random) -> "Terminal":
    return chance.choice([each for station in world.stations for each in station.terminals])


def _power(world: "World", chance: Random) -> bool:
    return _crash(_any(world, chance), chance, power=True)


def _killed(world: "World", chance: Random) -> bool:
    return _crash(_any(world, chance), chance, power=False)


def _centre_power(world: "World", chance: Random) -> bool:
    return _crash(world.centre, chance, power=True)


def _centre_killed(world: "World", chance: Random) -> bool:
    return _crash(world.centre, chance, power=False)


def _relay_power(world: "World", chance: Random) -> bool:
    relay = chance.choice(world.stations).relay
    return relay is not None and _crash(relay, chance, power=chance.random() < 0.7)


def _crash(node: "Node", chance: Random, *, power: bool) -> bool:
    if not node.alive:
        return False
    node.crash(power=power, back_in_ms=a_while(chance, 500, 15 * 60_000))
    return True


def _at_a_point(world: "World", chance: Random) -> bool:
    """Whoever passes the point first dies there; it is the machine that counts it, when it does."""
    node = _one_of_a_sort(world, chance)
    node.crash_at(chance.choice(points_of(node.name)), chance.choice((1, 1, 1, 2, 5)), power=chance.random() < 0.6)
    return False


def _one_of_a_sort(world: "World", chance: Random) -> "Node":
    station = chance.choice(world.stations)
    sorts: tuple[Sequence[Node], ...] = ([world.centre], station.tills, station.gates, [station.relay or world.centre])
    return chance.choice(chance.choice(sorts))


def _in_a_write(world: "World", chance: Random) -> bool:
    """Whatever it writes next, or a little later: no point in a program needs a name for that. It counts it itself."""
    _one_of_a_sort(world, chance).crash_writing(a_while(chance, 1, 200), IN_A_WRITE)
    return False


def dies_at_work(station: int, kind: str, number: int) -> "Callable[[World, Random], bool]":
    """This till or gate dies at one of the points that it passes for each passenger; it counts that itself."""

    def strike(world: "World", chance: Random) -> bool:
        of = world.stations[station]
        node: Node = (of.tills if kind == "till" else of.gates)[number]
        node.crash_at(chance.choice(_at_work(kind)), power=chance.random() < 0.6)
        return False

    return strike


def _at_work(kind: str) -> list[str]:
    return [f"{kind}:{what}:{when}" for what in _OFTEN[kind] for when in ("before", "after")]


def points_of(node: str) -> list[str]:
    """The points that this machine's programs pass, those that they pass often several times."""
    kind = "centre" if node == "centre" else node.split("-")[1]
    often = _at_work(kind)
    if kind != "centre":
        often += [f"sync:{what}:{when}" for what in _SYNC for when in ("before", "after")]
    every = [point for point in ALL_POINTS if point.startswith((f"{kind}:", "sync:" if kind != "centre" else kind))]
    return often * (1 + 2 * len(every) // len(often)) + every


def _stands_still(world: "World", chance: Random) -> bool:
    node: Node = world.centre if chance.random() < 0.2 else _any(world, chance)
    if not node.alive:
        return False
    node.freeze(a_while(chance, 50, 5 * 60_000))
    return True


def _clock(world: "World", chance: Random) -> bool:
    hours = chance.choice((-720, -26, -2, 2, 26, 720))
    _any(world, chance).jump(round(hours * 3_600_000 * chance.random()))
    return True


def _slow(world: "World", chance: Random) -> bool:
    if not world.centre.alive:
        return False
    world.centre.slow(chance.choice((300, 3000, 20_000)), lasts_ms=a_while(chance, 10_000, 20 * 60_000))
    return True


def _half_dead(world: "World", chance: Random) -> bool:
    if not world.centre.alive:
        return False
    world.centre.half_dead(a_while(chance, 10_000, 20 * 60_000))
    return True


def _relay_half_dead(world: "World", chance: Random) -> bool:
    relay = chance.choice(world.stations).relay
    if relay is None or not relay.alive:
        return False
    relay.half_dead(a_while(chance, 2000, 10 * 60_000))
    return True


def _put_back(world: "World", chance: Random) -> bool:
    """It is the world that counts it, when it comes to that."""
    to_last, in_ms = chance.random() < 0.6, a_while(chance, 20_000, 30 * 60_000)
    world.puts_centre_back(0 if to_last else in_ms, PUT_BACK, to_last=to_last)
    return False


IN_A_WRITE: Final = "power fails in a write"
PUT_BACK: Final = "centre put back to a backup"
MACHINES: Final = (
    Fault(name="power fails", weight=6, strike=_power),
    Fault(name="programs killed", weight=4, strike=_killed),
    Fault(name="centre loses power", weight=3, strike=_centre_power),
    Fault(name="centre killed", weight=2, strike=_centre_killed),
    Fault(name="relay dies", weight=3, strike=_relay_power),
    Fault(name="dies at a point", weight=32, strike=_at_a_point),
    Fault(name=IN_A_WRITE, weight=16, strike=_in_a_write),
    Fault(name="stands still", weight=4, strike=_stands_still),
    Fault(name="clock jumps", weight=4, strike=_clock),
    Fault(name="centre slow", weight=3, strike=_slow),
    Fault(name="centre half-dead", weight=3, strike=_half_dead),
    Fault(name=PUT_BACK, weight=8, strike=_put_back, grave=True),
    Fault(name="relay half-dead", weight=3, strike=_relay_half_dead),
)
"""Crashes with and without unsynced writes, pauses, clocks, and who takes connections and never answers."""
