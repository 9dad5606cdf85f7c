"""A till's devices: paper that jams or tears, a printer that is off, a note that sticks."""

from random import Random
from typing import TYPE_CHECKING, Final

from station.simulate.devices import Next
from station.simulate.faults.fault import Fault, a_while

if TYPE_CHECKING:
    from station.simulate.nodes.till import TillNode
    from station.simulate.world import World


def _till(world: "World", chance: Random) -> "TillNode":
    return chance.choice(chance.choice(world.stations).tills)


def _paper_jams(world: "World", chance: Random) -> bool:
    """The next piece does, whenever that is; somebody opens the printer after a while. It is counted then."""
    till, how = _till(world, chance), chance.choice((Next.TORN, Next.STUCK, Next.UNHEARD))
    ms = a_while(chance, 2000, 10 * 60_000)

    def jammed() -> None:
        world.struck[PAPER] += 1
        till.note(f"has a piece of paper that is {how.value}, for {ms} ms")
        world.agenda.after(ms, till.paper.clear)

    till.paper.jam_next(how, jammed)
    return False


def _printer_off(world: "World", chance: Random) -> bool:
    till, ms = _till(world, chance), a_while(chance, 2000, 20 * 60_000)
    till.note(f"has no paper for {ms} ms")
    till.paper.ready = False
    world.agenda.after(ms, till.paper.clear)
    return True


def _note_jams(world: "World", chance: Random) -> bool:
    """The next one does; somebody takes it out after a while, or pushes it on. It is counted then."""
    till, restarts, stacked = _till(world, chance), chance.random() < 0.5, chance.random() < 0.5
    ms = a_while(chance, 10_000, 10 * 60_000)

    def jammed() -> None:
        world.struck[NOTE] += 1
        till.note(f"has a note that sticks, for {ms} ms")
        world.agenda.after(ms, opened)

    def opened() -> None:
        till.notes.clear(restarts=restarts, stacked=stacked)
        till.looks_again()

    till.notes.jam_next(jammed)
    return False


PAPER, NOTE = "paper jams", "note jams"
DEVICES: Final = (
    Fault(name=PAPER, weight=4, strike=_paper_jams),
    Fault(name="printer off", weight=3, strike=_printer_off),
    Fault(name=NOTE, weight=8, strike=_note_jams),
)
"""Paper and money that do not move as they should."""
