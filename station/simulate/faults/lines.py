"""Lines that are cut, half cut, or in bad weather."""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.faults.fault import Fault, a_while
from station.simulate.network import FAIR, Weather
from station.simulate.nodes.centre import CENTRE

if TYPE_CHECKING:
    from station.simulate.world import StationThere, World

_LONGEST_MS: Final = 40 * 60_000
_WEATHERS: Final = (
    replace(FAIR, lost=0.2),
    replace(FAIR, answer_lost=0.25),
    replace(FAIR, again=0.3),
    replace(FAIR, late_copy=0.15),
    replace(FAIR, slow=0.4),
    replace(FAIR, lost=0.1, answer_lost=0.1, again=0.1, late_copy=0.05, slow=0.1),
)


def _station(world: "World", chance: Random) -> "StationThere":
    return chance.choice(world.stations)


def _cut_station(world: "World", chance: Random) -> bool:
    ms = a_while(chance, 5000, _LONGEST_MS)
    station = _station(world, chance)
    world.history.note(world.agenda.now, "line", f"station {station.number} is cut off from the centre for {ms} ms")
    for terminal in station.terminals:
        world.network.cut(terminal.name, CENTRE, ms=ms)
    return True


def _cut_terminal(world: "World", chance: Random) -> bool:
    ms, terminal = a_while(chance, 5000, _LONGEST_MS), chance.choice(_station(world, chance).terminals)
    world.history.note(world.agenda.now, "line", f"{terminal.name} is cut off from the centre for {ms} ms")
    world.network.cut(terminal.name, CENTRE, ms=ms)
    return True


def _half_centre(world: "World", chance: Random) -> bool:
    ms = a_while(chance, 2000, 10 * 60_000)
    world.history.note(world.agenda.now, "line", f"what the centre answers is lost for {ms} ms")
    world.network.half("*", CENTRE, ms=ms)
    return True


def _cut_from_relay(world: "World", chance: Random) -> bool:
    station = _station(world, chance)
    if station.relay is None:
        return False
    ms, gate = a_while(chance, 2000, 20 * 60_000), chance.choice(station.gates)
    world.history.note(world.agenda.now, "line", f"{gate.name} does not reach the relay for {ms} ms")
    world.network.cut(gate.name, station.relay.name, ms=ms)
    return True


def _half_from_relay(world: "World", chance: Random) -> bool:
    station = _station(world, chance)
    if station.relay is None:
        return False
    ms, gate = a_while(chance, 2000, 10 * 60_000), chance.choice(station.gates)
    world.history.note(world.agenda.now, "line", f"{gate.name} does not hear the relay for {ms} ms, which hears it")
    world.network.half(gate.name, station.relay.name, ms=ms)
    return True


def _no_lan(world: "World", chance: Random) -> bool:
    station = _station(world, chance)
    if station.relay is None:
        return False
    ms = a_while(chance, 2000, 20 * 60_000)
    world.history.note(world.agenda.now, "line", f"nobody reaches the relay of station {station.number} for {ms} ms")
    for terminal in (*station.tills, *station.gates):
        world.network.cut(terminal.name, station.relay.name, ms=ms)
    return True


def _weather(world: "World", chance: Random) -> bool:
    _sets(world, chance.choice(_WEATHERS), a_while(chance, 20_000, 30 * 60_000), lan=False)
    return True


def _lan_weather(world: "World", chance: Random) -> bool:
    weather = replace(chance.choice(_WEATHERS), slow_ms=(20, 400), late_ms=(300, 60_000))
    _sets(world, weather, a_while(chance, 20_000, 30 * 60_000), lan=True)
    return True


def _sets(world: "World", weather: Weather, ms: int, *, lan: bool) -> None:
    where = "lan_weather" if lan else "weather"
    world.history.note(world.agenda.now, "line", f"bad weather {'in the station' if lan else 'outside'} for {ms} ms")
    setattr(world.network, where, weather)

    def clears() -> None:
        if getattr(world.network, where) is weather:
            setattr(world.network, where, FAIR)

    world.agenda.after(ms, clears)


LINES: Final = (
    Fault(name="station cut off", weight=6, strike=_cut_station),
    Fault(name="terminal cut off", weight=5, strike=_cut_terminal),
    Fault(name="centre not heard", weight=3, strike=_half_centre),
    Fault(name="gate cut from relay", weight=5, strike=_cut_from_relay),
    Fault(name="relay not heard", weight=3, strike=_half_from_relay),
    Fault(name="relay cut off", weight=3, strike=_no_lan),
    Fault(name="bad weather", weight=5, strike=_weather),
    Fault(name="bad weather in the station", weight=5, strike=_lan_weather),
)
"""Partitions, and what happens to single messages; the network counts those itself."""
