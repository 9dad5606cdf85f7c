"""A machine in virtual time: its clocks, its chance, its programs, and the ways in which it fails."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

from station.simulate.agenda import Agenda
from station.simulate.chance import Chance
from station.simulate.network import Network
from station.simulate.threads import Event
from station.simulate.turns import Killed, Strand, Turns
from station.simulate.watch import Watch
from tickets.errors import Fault

BOOTED_S = 100.0
"""What a boot clock shows when the programs begin."""


class Discs(Protocol):
    """As much of `disk.Disks` as a machine asks for."""

    def power_off(self, node: str) -> None:
        """See Disks."""
        ...

    def power_on(self, node: str, chance: Random) -> None:
        """See Disks."""
        ...

    def cut_in(self, node: str, nth: int, is_cut: Callable[[], bool]) -> None:
        """See Disks."""
        ...

    def never_cut(self, node: str) -> None:
        """See Disks."""
        ...

    def process_dies(self, node: str) -> None:
        """See Disks."""
        ...

    def lose(self, node: str) -> None:
        """See Disks."""
        ...

    def image(self, node: str) -> Any:
        """See Disks."""
        ...

    def put(self, node: str, image: Any) -> None:
        """See Disks."""
        ...


class Notes(Protocol):
    """As much of `History` as a machine asks for."""

    def note(self, at_ms: int, who: str, what: str) -> None:
        """Write one line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all machines of a world share. `begins_ms` is when it begins, in ms since 1970."""

    turns: Turns
    agenda: Agenda
    chance: Chance
    network: Network
    disks: Discs
    watch: Watch
    history: Notes
    struck: "Counter[str]"
    begins_ms: int


class Program:
    """One process. It is begun again, as systemd would, when it ends by itself."""

    AGAIN_MS: int | None = 5000

    def __init__(self, node: "Node", name: str, main: Callable[["Program"], None]) -> None:
        self.node = node
        self.name = name
        self._main = main
        self._strands: list[Strand] = []
        self.alive = False
        self.stop: Event

    @property
    def frozen_until(self) -> int:
        """See turns.Machine."""
        return self.node.frozen_until

    def wall(self) -> float:
        """The machine's wall clock."""
        return self.node.wall()

    @property
    def random(self) -> Random:
        """The machine's chance."""
        return self.node.random

    def start(self) -> None:
        """Begin, unless it runs."""
        if not self.alive and self.node.powered:
            self.alive = True
            self.stop = Event(self.node.site.turns)
            self.began(self.node.site.turns.spawn(self._run, f"{self.node.name} {self.name}", self))

    def began(self, strand: Strand) -> None:
        """This strand is one of this process."""
        self._strands = [each for each in self._strands if not each.over]
        self._strands.append(strand)

    def kill(self) -> None:
        """End it where it is. Whoever runs on one of its own strands must raise Killed after that."""
        self.alive = False
        strands, self._strands = self._strands, []
        for strand in strands:
            strand.kill()

    def _run(self) -> None:
        try:
            self._main(self)
            why = "ends"
        except Fault as fault:
            why = f"ends: {fault.what}"
        except SystemExit:
            why = "exits"
        self.node.note(f"{self.name} {why}")
        site = self.node.site
        site.agenda.after(0, self.kill)
        if self.AGAIN_MS is not None:
            site.agenda.after(self.AGAIN_MS, self._again)

    def _again(self) -> None:
        if self.node.powered:
            self.start()


class Node:
    """A machine. `name` begins with its station's number, or is "centre"."""

    def __init__(self, site: Site, name: str, folder: Path) -> None:
        self.site = site
        self.name = name
        self.folder = folder
        self.random = site.chance.stream(f"machine {name}")
        self.powered = False
        self.frozen_until = 0
        self.skew_ms = 0
        self.boots = 0
        self.programs: list[Program] = []
        self.when_dead: Callable[[], None] = lambda: None
        self.when_back: Callable[[], None] = lambda: None
        self._booted_at = 0
        self._died_at = 0
        self._armed: dict[str, tuple[int, bool]] = {}
        self._stir: list[Callable[[], None]] = []
        self._stirred = 0
        self._stirred_by: Counter[str] = Counter()

    @property
    def alive(self) -> bool:
        """Whether its programs run."""
        return self.powered and any(program.alive for program in self.programs)

    @property
    def is_slow(self) -> bool:
        """Whether it answers late, or not at all."""
        return False

    def note(self, what: str) -> None:
        """A line of the history."""
        self.site.history.note(self.site.agenda.now, self.name, what)

    # ------------------------------------------------------------------ clocks

    def wall(self) -> float:
        """Its wall clock, in seconds since 1970; it may be wrong."""
        return (self.site.begins_ms + self.site.agenda.now + self.skew_ms) / 1000

    def boot(self) -> float:
        """Seconds since it was started."""
        return BOOTED_S + (self.site.agenda.now - self._booted_at) / 1000

    @property
    def boot_id(self) -> str:
        """The name of this start of the machine."""
        return f"{self.name}-{self.boots}"

    # ------------------------------------------------------------------ life and death

    def start(self) -> None:
        """Switch it on, or begin what does not run of it."""
        if not self.powered:
            self.powered = True
            self.boots += 1
            self._booted_at = self.site.agenda.now
        for program in self.programs:
            program.start()

    def crash(self, *, power: bool, back_in_ms: int | None) -> None:
        """Its power fails, or its programs are killed. It comes back by itself after a while, or when it is started.

        Whoever runs on one of its own strands must raise Killed after this.
        """
        if not self.powered:
            return
        self.note("loses its power" if power else "is killed")
        self.frozen_until = 0
        for program in self.programs:
            program.kill()
        if power:
            self.powered = False
            self.site.disks.power_off(self.name)
        else:
            self.site.disks.process_dies(self.name)
        self.died()
        self.site.watch.crashed(self.name, power=power)
        self.when_dead()
        if back_in_ms is not None:
            self.site.agenda.after(back_in_ms, self.come_back)

    def come_back(self) -> None:
        """Start again after a crash, with what its disk has kept."""
        if self.alive:
            return
        if not self.powered:
            self.site.disks.power_on(self.name, self.random)
        self.note("comes back")
        self.start()
        self.is_back()

    def is_back(self) -> None:
        """Tell whoever waits for it that it runs again."""
        self.site.watch.came_back(self.name)
        self.when_back()

    def died(self) -> None:
        """Forget what only lived in memory."""
        self._stir.clear()

    def crash_at(self, point: str, nth: int = 1, *, power: bool) -> None:
        """Die when a program passes this point for the nth time from now on."""
        self._armed[point] = (nth, power)

    def crash_writing(self, nth: int, name: str) -> None:
        """Lose its power in its nth write or sync from now on; counted as `name`."""

        def is_cut() -> bool:
            strand = self.site.turns.current
            if strand is None or not isinstance(strand.machine, Program) or strand.machine.node is not self:
                return False  # somebody looks at its files, and SQLite tidies them up
            self.site.struck[name] += 1
            self.note("is in the middle of a write")
            back_in_ms = self.random.randint(500, 60_000)
            self.site.agenda.after(0, lambda: self.crash(power=True, back_in_ms=back_in_ms))  # SQLite is in the middle
            return True

        self.site.disks.cut_in(self.name, nth, is_cut)

    def freeze(self, ms: int) -> None:
        """Nothing of it runs for a while."""
        self.note(f"stands still for {ms} ms")
        self.frozen_until = max(self.frozen_until, self.site.agenda.now + ms)

    def jump(self, ms: int) -> None:
        """Its wall clock jumps."""
        self.note(f"wall clock jumps by {ms} ms")
        self.skew_ms += ms

    def calm(self) -> None:
        """Put right what can be put right from outside."""
        self._armed.clear()
        self.site.disks.never_cut(self.name)
        self.frozen_until = 0
        self.skew_ms = 0
        self.come_back()
        self.start()

    def probe(self, point: str) -> None:
        """What every program passes on its way."""
        self.passes(point)
        if point in self._armed:
            nth, power = self._armed[point]
            if nth > 1:
                self._armed[point] = (nth - 1, power)
                return
            del self._armed[point]
            self.site.struck[f"dies at {point}"] += 1
            self.note(f"reaches {point}")
            self.crash(power=power, back_in_ms=self.random.randint(500, 60_000))
            raise Killed
        if not self.powered:
            raise Killed

    def passes(self, point: str) -> None:
        """Something is at this point; a commit stirs whoever waits for news."""
        if point.endswith(":after"):
            self.stir()

    # ------------------------------------------------------------------ news

    def stir(self) -> None:
        """Something may have to be done: whoever idles looks again."""
        self._stirred += 1
        strand = self.site.turns.current
        if strand is not None:
            self._stirred_by[strand.name] += 1
        waiting, self._stir = self._stir, []
        for act in waiting:
            act()

    def stirred(self) -> int:
        """On a strand: another number than before when something was stirred, but by this strand itself."""
        return self._stirred - self._stirred_by[self.site.turns.strand().name]

    def when_stirred(self, act: Callable[[], None]) -> None:
        """Call `act` once, when something stirs next; forgotten when the machine dies."""
        self._stir.append(act)

    def idle(self, stop: Event | None, seconds: float) -> None:
        """On a strand: wait until something stirs or `stop` is set, for so long at most."""
        if stop is not None and stop.is_set():
            return
        stirred = Event(self.site.turns)
        self._stir.append(stirred.set)
        stirred.wait(seconds)
