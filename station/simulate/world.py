"""A world: the centre, stations with their machines, lines and people, for so many virtual hours."""

import gc
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Final
from uuid import UUID

from station.enrolling import enrol
from station.logs import WhitelistFormatter
from station.simulate.agenda import Agenda
from station.simulate.asgi import Answered, Asked, Threadless
from station.simulate.chance import Chance
from station.simulate.disk.disk import PowerCut
from station.simulate.disk.disks import Disks, Image
from station.simulate.entropy import repeatable
from station.simulate.history import History
from station.simulate.lent import Lent
from station.simulate.network import Lines, Network
from station.simulate.nodes.centre import CENTRE, CentreNode
from station.simulate.nodes.gate import GateNode
from station.simulate.nodes.node import Node, Program, Site
from station.simulate.nodes.relay import RelayNode
from station.simulate.nodes.terminal import Place, Terminal, void
from station.simulate.nodes.till import TillNode
from station.simulate.office import OK
from station.simulate.people import Crowd
from station.simulate.plan import BEGINS_MS, Plan, station_code, timetable_of
from station.simulate.settled import unsettled
from station.simulate.threads import Here, Library
from station.simulate.turns import Killed, Strand, Stuck, Turns
from station.simulate.watch import Broken, Unwatched, Watch
from sync.lan import arbiter, relay_client
from sync.line import till_calls
from sync.server.centre import Centre
from sync.server.settings import Policy
from sync.server.setup import initialise
from tickets.errors import Fault

SETTLES_MS = 3 * 3_600_000
"""How long it may take at most, once nothing goes wrong any more, until everybody knows everything."""
LOOK_MS = 20_000
TECHNICIAN_AGAIN_MS = 20_000
CLAIM: Final = "/v1/relay/claim"
MADE_MS_BEFORE = 1_200_000
"""How long before a run its world was made."""

_AS_WRITTEN: Final = WhitelistFormatter()
"""How a program's log is written in life."""

Strike = tuple[int, str, Callable[["World", Random], bool]]
"""At which virtual ms what happens: the name that is counted, and the act, which answers whether it did anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationThere:
    """The machines of one station."""

    number: int
    code: int
    tills: tuple[TillNode, ...]
    gates: tuple[GateNode, ...]
    relay: RelayNode | None

    @property
    def terminals(self) -> tuple[Terminal, ...]:
        """All of them."""
        return (*self.tills, *self.gates, *(() if self.relay is None else (self.relay,)))


class _Nobody:
    """Who runs what no machine runs."""

    frozen_until = 0

    def __init__(self, world: "World") -> None:
        self._world = world
        self.random = world.chance.stream("nobody")

    def wall(self) -> float:
        """The right time."""
        return self._world.wall_ms / 1000


class World:
    """One run. Use it as a context: the product's modules are borrowed meanwhile, so there is one at a time."""

    def __init__(
        self,
        plan: Plan,
        *,
        watch: Watch | None = None,
        strikes: Sequence[Strike] = (),
        images: Mapping[str, Image] | None = None,
        disks: Disks | None = None,
    ) -> None:
        """`images` is what was installed (`installed`); without them the world is about to be made."""
        self.plan = plan
        self.agenda = Agenda()
        self.chance = Chance(plan.seed)
        self.history = History()
        self.struck: Counter[str] = Counter()
        self.watch: Watch = watch or Unwatched()
        self.disks = disks or Disks()
        self.calm_now = False
        self.logged: list[str] = []
        """The lines that programs have written into their logs."""
        self.made = False
        """Whether everything of it is there."""
        self.clones: list[TillNode] = []
        """Machines that run from a copy of another's disk."""
        self._copied: set[str] = set()
        self._visits: Counter[str] = Counter()
        self._visits_before_backup = 0
        self._strikes = strikes
        self._images = images
        self.begins_ms = BEGINS_MS if images is not None else BEGINS_MS - MADE_MS_BEFORE
        self._stack = ExitStack()
        self._bugs: list[BaseException] = []
        self.turns = Turns(self.agenda, self._strand_failed)
        self.network = Network(self.turns, self.chance.stream("lines"), self.struck, _in_one_building)
        self.network.came = self._came
        self._nobody = _Nobody(self)
        self.site = Site(
            turns=self.turns,
            agenda=self.agenda,
            chance=self.chance,
            network=self.network,
            disks=self.disks,
            watch=self.watch,
            history=self.history,
            struck=self.struck,
            begins_ms=self.begins_ms,
        )

    def __enter__(self) -> "World":
        """Build it: every machine is installed, enrolled and off."""
        with ExitStack() as stack:  # what was borrowed is given back when something of it fails
            self._build(stack)
            self._stack = stack.pop_all()
        self.made = True
        return self

    def _build(self, stack: ExitStack) -> None:
        stack.enter_context(_no_collector())
        stack.enter_context(_quiet(self._logged))
        stack.enter_context(self.disks)
        stack.enter_context(Threadless())
        stack.enter_context(repeatable(lambda: self._here().random))
        self.centre = CentreNode(self.site, self.disks.add(CENTRE), self._bug)
        self.stations = tuple(self._station(number) for number in range(1, self.plan.stations + 1))
        library = Library(self.turns, self._here, self._began)
        lines = Lines(self.network, lambda: self._node().name)
        stack.enter_context(library.borrowed())
        stack.enter_context(_instead(lines))
        lent = Lent(self.turns, self.network, self._relay_of, self.centre)
        stack.enter_context(lent.borrowed())
        for name, image in (self._images or {}).items():
            self.disks.put(name, image)
        self.crowd = Crowd(self)

    def __exit__(self, *_: object) -> None:
        """Everything is over, wherever it is."""
        for node in self.nodes:
            for program in node.programs:
                program.kill()
        self._stack.close()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every machine, the centre first."""
        terminals = (terminal for station in self.stations for terminal in station.terminals)
        return (self.centre, *terminals, *self.clones)

    @property
    def wall_ms(self) -> int:
        """The right time, in ms since 1970."""
        return self.begins_ms + self.agenda.now

    # ------------------------------------------------------------------ how it goes

    def play(self) -> None:
        """Let people come for the hours of the plan, put everything right, and see that it comes to rest."""
        self._starts()
        self.crowd.plan()
        for at, name, strike in self._strikes:
            self.agenda.after(at, lambda name=name, strike=strike: self._strike(name, strike))  # type: ignore[misc]  # bound now
        self.run(self.agenda.now + self.plan.lasts_ms)
        self.calm()
        self.settle()
        self.watch.at_end(self)
        self._no_bugs()

    def run(self, until: int) -> None:
        """Let time pass; raises what is a fault of a program."""
        while self.agenda.now < until:
            self.agenda.run(min(until, self.agenda.now + 60_000))
            self._no_bugs()

    def calm(self) -> None:
        """Put right what can be put right: lines, weather, clocks; nobody dies any more, and the dead come back."""
        self.calm_now = True
        self.history.note(self.agenda.now, "world", "everything is put right")
        self.network.calm()
        copies, self.clones = self.clones, []
        for copy in copies:
            copy.crash(power=True, back_in_ms=None)
        for node in self.nodes:
            node.calm()
        for name in sorted(self._copied):
            self._till(name).reinstall()

    def settle(self) -> None:
        """Wait until everybody knows everything. Broken when that never comes."""
        until = self.agenda.now + SETTLES_MS
        left = ["nothing was looked at"]
        while self.agenda.now < until:
            self.run(self.agenda.now + LOOK_MS)
            left = unsettled(self)
            if not left and self.crowd.at_rest:
                return
        raise Broken(f"it does not come to rest: {'; '.join(left[:8]) or 'people still wait'}")

    def _starts(self) -> None:
        for node in self.nodes:
            node.start()
        self.run(self.agenda.now + 30_000)
        if self._strikes and self.centre.powered:
            self._back_up()

    def _strike(self, name: str, strike: Callable[["World", Random], bool]) -> None:
        if not self.calm_now and strike(self, self.chance.stream("faults")):
            self.struck[name] += 1

    # ------------------------------------------------------------------ how it is made

    def _station(self, number: int) -> StationThere:
        relay_name = f"{number}-relay" if self.plan.relay else None
        place = Place(
            station=station_code(number),
            number=number,
            relay=relay_name,
            without="staff" if self.plan.without == "staff" else "admit",
        )
        tills = tuple(
            TillNode(self.site, name, self.disks.add(name), place)
            for name in (f"{number}-till-{n}" for n in range(1, self.plan.tills + 1))
        )
        gates = tuple(
            GateNode(self.site, f"{number}-gate-{n}", self.disks.add(f"{number}-gate-{n}"), place, _lanes(n))
            for n in range(1, self.plan.gates + 1)
        )
        relay = None
        if relay_name is not None:
            relay = RelayNode(self.site, relay_name, self.disks.add(relay_name), place, self._bug)
            relay.neighbours = [*tills, *gates]
        for terminal in (*tills, *gates, *(() if relay is None else (relay,))):
            terminal.technician = self._technician
        return StationThere(number=number, code=place.station, tills=tills, gates=gates, relay=relay)

    def make(self) -> dict[str, Image]:
        """A technician's day: the centre is set up, every machine is enrolled and has all that the centre says."""
        initialise(
            self.centre.folder,
            timetable_of(1),
            policy=Policy(payment_provider="sandbox"),
            clock=lambda: datetime.fromtimestamp(self.wall_ms / 1000, UTC),
            random=self.centre.random.randbytes,
        )
        self.centre.start()
        self.agenda.run(self.agenda.now + 1000)
        self._no_bugs()
        for station in self.stations[1:]:
            self.centre.centre.stations.add(timetable_of(station.number))
        for station in self.stations:
            for terminal in station.terminals:
                self.enrol(terminal)
                self.agenda.run(self.agenda.now + 5000)
                self._no_bugs()
        for node in self.nodes:
            node.start()
        self.run(self.agenda.now + 60_000)
        for node in self.nodes:
            node.crash(power=False, back_in_ms=None)
        return {node.name: self.disks.image(node.name) for node in self.nodes}

    def enrol(self, terminal: Terminal, done: Callable[[], None] = lambda: None) -> None:
        """A technician enrols this machine with a fresh code; `done` is called when it is. Tried until it works."""

        def again() -> None:
            self.agenda.after(TECHNICIAN_AGAIN_MS, lambda: self.enrol(terminal, done))

        def asks(centre: Centre) -> None:
            code = centre.devices.new_code(terminal.kind, terminal.name, terminal.place.station)
            self.agenda.after(0, lambda: self._types(terminal, code, done, again))

        self.centre.at_console(asks, again)

    def _types(self, terminal: Terminal, code: str, done: Callable[[], None], again: Callable[[], None]) -> None:
        def work() -> None:
            try:
                if terminal.device is None:  # the power may have failed just after it was done
                    enrol(terminal.config, kind=terminal.kind, name=terminal.name, code=code)
            except Fault as fault:
                terminal.note(f"cannot be enrolled: {fault.what}")
                self.agenda.after(0, again)
            except PowerCut:
                self.agenda.after(0, again)
            else:
                self.agenda.after(0, done)

        technician = Program(terminal, "technician", lambda _: work())
        technician.AGAIN_MS = None
        if not terminal.powered:
            self.disks.power_on(terminal.name, terminal.random)
            terminal.powered = True
        technician.start()

    def clone(self, till: TillNode) -> TillNode | None:
        """Somebody copies this till's disk into another machine and switches that on too. Once for each till.

        Both run, until the copy is found and taken away, and the till is installed anew: at the latest at the end.
        """
        if till.name in self._copied or till.empty or not till.powered:
            return None
        self._copied.add(till.name)
        name = f"{till.name}-copy"
        till.note(f"is copied into {name}")
        self.watch.cloned(till.name)
        copy = TillNode(self.site, name, self.disks.add(name, like=till.name), till.place)
        copy.knows_what(till)
        self.clones.append(copy)
        self.crowd.serves(self.stations[till.place.number - 1], copy)
        copy.start()
        return copy

    def puts_centre_back(self, in_ms: int, name: str, *, to_last: bool) -> None:
        """Put the centre back after so many ms; counted under this name when it happens. It goes to a backup made now,
        or `to_last`: the first is made before passengers come.

        Not when a machine was enrolled meanwhile: the copy would not know it, and somebody would have to come again.
        """
        if not self.centre.powered or any(terminal.empty for terminal in self._terminals):
            return
        if not to_last:
            self._back_up()

        def back() -> None:
            if not self.calm_now and self._visits_before_backup == self._visits.total() and self.centre.restore():
                self.struck[name] += 1

        self.agenda.after(in_ms, back)

    def _back_up(self) -> None:
        self._visits_before_backup = self._visits.total()
        self.centre.back_up()

    @property
    def _terminals(self) -> Iterator[Terminal]:
        return (terminal for station in self.stations for terminal in station.terminals)

    def _till(self, name: str) -> TillNode:
        return next(till for station in self.stations for till in station.tills if till.name == name)

    def _technician(self, terminal: Terminal, device: str | None, in_ms: int) -> None:
        """Somebody comes to an empty machine. What it was before is no device any more."""

        def retire() -> None:
            if device is not None:
                self.history.note(self.agenda.now, "technician", f"takes {device} out of use")
                self.centre.at_console(
                    lambda centre: centre.devices.retire(device),
                    lambda: void(self.agenda.after(TECHNICIAN_AGAIN_MS, retire)),
                )

        self._visits[terminal.name] += 1
        visit = self._visits[terminal.name]

        def starts() -> None:
            if visit != self._visits[terminal.name] or not terminal.empty:
                return  # it has lost its disk once more meanwhile: that is another visit
            terminal.empty = False
            terminal.note(f"is {terminal.device} now")
            terminal.start()
            terminal.is_back()

        def comes() -> None:
            terminal.note("has a technician")
            retire()
            self.enrol(terminal, starts)

        self.agenda.after(in_ms, comes)

    # ------------------------------------------------------------------ what is told

    def _came(self, source: str, _: str, asked: Asked, answer: Answered) -> None:
        """Read what a relay says of a claim, beside the gate that asked."""
        if asked.target == CLAIM and answer.status == OK:
            attempt, said = json.loads(asked.body)["attempt"], json.loads(answer.body)["answer"]
            self.watch.answered(source, UUID(hex=attempt), str(said))

    def _strand_failed(self, strand: Strand, error: BaseException) -> None:
        if strand.killed or isinstance(error, PowerCut | Killed):
            return
        self._bug(error)

    def _bug(self, error: BaseException) -> None:
        self._bugs.append(error)
        self.agenda.halt()

    def _logged(self, record: logging.LogRecord) -> None:
        self.logged.append(_AS_WRITTEN.format(record))
        if record.exc_info is not None:
            error = record.exc_info[1]
            strand = self.turns.current
            if strand is not None and strand.killed:
                return
            if error is not None and not isinstance(error, Fault):
                self._bug(error)
        if record.levelno >= logging.WARNING:
            strand = self.turns.current
            who = strand.name if strand is not None else "world"
            self.history.note(self.agenda.now, who, f"logs {record.getMessage()}")

    def _no_bugs(self) -> None:
        if self._bugs:
            error = self._bugs[0]
            if isinstance(error, Broken | Stuck):
                raise error
            raise Broken(f"a program has a bug: {type(error).__name__}: {error}") from error

    def _node(self) -> Node:
        strand = self.turns.current
        program = None if strand is None else strand.machine
        assert isinstance(program, Program), "no machine is running"
        return program.node

    def _here(self) -> Here:
        strand = self.turns.current
        if strand is not None and isinstance(strand.machine, Program):
            return strand.machine
        return self._nobody

    def _began(self, strand: Strand) -> None:
        if isinstance(strand.machine, Program):
            strand.machine.began(strand)

    def _relay_of(self, terminal: Terminal) -> RelayNode | None:
        return self.stations[terminal.place.number - 1].relay


def _lanes(number: int) -> dict[str, str]:
    """Every gate lets passengers in to both check-in gates, in two lanes to the busier one."""
    return {f"{number}A": "1", f"{number}B": "2", f"{number}C": "1"}


def _in_one_building(one: str, other: str) -> bool:
    """Machines of one station, by the number before the dash."""
    return one != CENTRE and other != CENTRE and one.partition("-")[0] == other.partition("-")[0]


@contextmanager
def _instead(lines: Lines) -> Iterator[None]:
    """The product's own connections, over lines of ours."""
    places = (
        (relay_client, "DeadlineConnection", lines.deadline),
        (arbiter, "DeadlineConnection", lines.deadline),
        (till_calls, "BudgetLine", lines.budget),
    )
    before = [(module, name, vars(module)[name]) for module, name, _ in places]
    for module, name, value in places:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, real in before:
            setattr(module, name, real)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing is thrown away in the middle of a run: when that happens must not matter, and it costs time."""
    if not gc.isenabled():  # whoever plays many will see to it, when nothing holds the world any more
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.enable()


class _Hears(logging.Handler):
    def __init__(self, hear: Callable[[logging.LogRecord], None]) -> None:
        super().__init__(logging.INFO)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self._hear(record)


@contextmanager
def _quiet(hear: Callable[[logging.LogRecord], None]) -> Iterator[None]:
    """Our programs' logs come here, and go nowhere else."""
    log = logging.getLogger("waystation")
    handler = _Hears(hear)
    before = log.propagate, log.level
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate, log.level = before


class NotInstalled(Exception):
    """A world could not be made; `history` tells how far it came."""

    def __init__(self, why: Exception, history: History) -> None:
        super().__init__(f"{type(why).__name__}: {why}")
        self.history = history


class Installed:
    """Worlds as technicians left them, by their shape: made once, then put down for each run."""

    def __init__(self) -> None:
        self._images: dict[tuple[object, ...], Mapping[str, Image]] = {}

    def of(self, plan: Plan) -> Mapping[str, Image]:
        """What is on each disk of a world of this plan's shape before it begins. Raises NotInstalled."""
        shape = (plan.stations, plan.tills, plan.gates, plan.relay)
        if shape not in self._images:
            with World(replace(plan, seed=0)) as world:
                try:
                    self._images[shape] = world.make()
                except Exception as error:
                    raise NotInstalled(error, world.history) from error
            gc.collect()
            gc.freeze()  # it is there for good: to look through it after each run takes longer than the rest
        return self._images[shape]
