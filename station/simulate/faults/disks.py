"""Disks that are lost, copied, or put back as they once were."""

from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.faults.fault import Fault, a_while

if TYPE_CHECKING:
    from station.simulate.world import World


def _lost(world: "World", chance: Random) -> bool:
    station = chance.choice(world.stations)
    chance.choice((*station.tills, *station.gates)).lose_disk()
    return True


def _cache_lost(world: "World", chance: Random) -> bool:
    chance.choice(chance.choice(world.stations).terminals).lose_cache()
    return True


def _reinstalled(world: "World", chance: Random) -> bool:
    chance.choice(chance.choice(world.stations).tills).reinstall()
    return True


def _relay_lost(world: "World", chance: Random) -> bool:
    relay = chance.choice(world.stations).relay
    if relay is None:
        return False
    relay.lose_disk()
    return True


def _relay_replaced(world: "World", chance: Random) -> bool:
    relay = chance.choice(world.stations).relay
    if relay is None:
        return False
    relay.replace()
    return True


def _old_backup(world: "World", chance: Random) -> bool:
    """Somebody backs the centre up now, and puts that back when it is old."""
    if not world.centre.is_open:
        return False
    world.centre.back_up()

    def restores() -> None:
        if not world.calm_now:
            world.centre.restore()

    world.agenda.after(a_while(chance, 60_000, 20 * 60_000), restores)
    return True


DISKS: Final = (
    Fault(name="disk lost", weight=3, strike=_lost, grave=True),
    Fault(name="cache lost", weight=3, strike=_cache_lost),
    Fault(name="till reinstalled", weight=3, strike=_reinstalled, grave=True),
    Fault(name="relay's disk lost", weight=3, strike=_relay_lost, grave=True),
    Fault(name="relay replaced", weight=2, strike=_relay_replaced, grave=True),
    Fault(name="centre put back", weight=1, strike=_old_backup, grave=True),
)
"""What a machine had is gone, or is what it once was."""
