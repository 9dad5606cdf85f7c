"""Disks that are lost, with all that was only on them."""

from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.faults.fault import Fault

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


def _copied(world: "World", chance: Random) -> bool:
    return world.clone(chance.choice(chance.choice(world.stations).tills)) is not None


DISKS: Final = (
    Fault(name="disk lost", weight=3, strike=_lost, grave=True),
    Fault(name="cache lost", weight=3, strike=_cache_lost),
    Fault(name="till reinstalled", weight=3, strike=_reinstalled, grave=True),
    Fault(name="till copied", weight=2, strike=_copied, grave=True),
    Fault(name="relay's disk lost", weight=3, strike=_relay_lost, grave=True),
    Fault(name="relay replaced", weight=2, strike=_relay_replaced, grave=True),
)
"""What a machine had is gone."""
