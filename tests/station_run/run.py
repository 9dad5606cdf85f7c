"""One run of a story: play it, put everything right, and see whether all is as it must be."""

import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from drivers.barrier import Way
from gate.decision import Admitted, Refused
from sync.cache.writer import CacheWriter
from sync.database import open_writer
from sync.journal.journal import Journal
from sync.server.relay.schema import SCHEMA
from tests.gate.bench import ROOT, Centre, Clock, Desk, trust_bytes
from tests.station_run.agenda import Agenda
from tests.station_run.gate_there import GateThere, Visit
from tests.station_run.judge import Judge, Wrong
from tests.station_run.network import Network, Weather
from tests.station_run.relay_there import OutOfOrder, RelayThere
from tests.station_run.story import ALL_LANES, DAY_MS, DIES_AT, GATES, LANES, ONLY_HERE, Step, Story, Trouble
from tests.station_run.sync_there import SyncThere
from tests.station_run.worker import Worker
from tests.sync.relay.station import key_of
from tests.tickets.samples import START
from tickets.numbers import TicketNumber
from tickets.trust import Badge, Role, Trust, open_trust_list
from tickets.uses import UseEnd

TRIES_MS = 60
SETTLES_MS = 40_000
"""How long it may take at most, when nothing goes wrong any more, until everybody knows everything."""


@dataclass
class Bench:
    """What all runs share: empty files to copy, tickets that were sold, threads."""

    folder: Path
    empty: Path = field(init=False)
    codes: list[str] = field(init=False)
    numbers: list[TicketNumber] = field(init=False)

    def __post_init__(self) -> None:
        self.empty = self.folder / "empty"
        self.empty.mkdir()
        centre = Centre(self.empty / "cache.db")
        centre.opens_for_the_day()
        centre.close()
        open_writer(self.empty / "relay.db", SCHEMA).close()
        for gate in GATES:
            (self.empty / gate).mkdir()
            Journal.create_or_open(
                self.empty / gate / "journal.db", device=gate, prefix=None, clock=Clock(), random=Random(gate).randbytes
            ).close()
            shutil.copyfile(self.empty / "cache.db", self.empty / gate / "cache.db")
        desk = Desk()
        sold = [desk.ticket() for _ in range(ONLY_HERE + 1)]
        self.codes = [desk.by_till(ticket) for ticket in sold]
        self.numbers = [ticket.number for ticket in sold]
        self.trust = Trust(open_trust_list(trust_bytes(), ROOT.public))
        self.workers = {lane: Worker() for lanes in LANES.values() for lane in lanes}
        self.badge = Badge(
            number="0007",
            initials="WL",
            role=Role.DUTY_MANAGER,
            key=key_of("0007").public,
            expires=START + timedelta(days=90),
        )

    def plays(self, story: Story) -> "Counter[str]":
        """Play a story; answers how often each kind of thing went wrong. Raises Wrong, with seed and story."""
        folder = self.folder / "run"
        shutil.copytree(self.empty, folder)
        run: Run | None = None
        try:
            run = Run(self, story, folder)
            run.plays()
            return run.faults
        except Wrong as wrong:
            lines = [] if run is None else run.judge.story[-120:]
            raise Wrong(f"seed {story.seed}: {wrong}\n" + "\n".join(lines)) from None
        finally:
            if run is not None:
                run.ends()
            shutil.rmtree(folder)


class Run:
    """One station for the length of a story."""

    def __init__(self, bench: Bench, story: Story, folder: Path) -> None:
        self.bench = bench
        self.story = story
        self.random = Random(f"run {story.seed}")
        self.faults: Counter[str] = Counter()
        self.agenda = agenda = Agenda()
        self.relay = RelayThere(folder, bench.empty / "relay.db", frozenset(GATES), agenda, self.random, self.faults)
        self.judge = Judge(lambda: agenda.now, lambda device: device in self.relay.struck_off)
        self.network = Network(agenda, self.random, Weather(), self.relay, self.faults)
        self.gates = {name: self._gate(name, folder / name) for name in GATES}
        self.caches = {name: CacheWriter(folder / name / "cache.db") for name in GATES}
        self.syncs = [self._sync(gate) for gate in self.gates.values()]
        self.calm = False
        self.spent: set[int] = set()

    def _gate(self, name: str, folder: Path) -> GateThere:
        return GateThere(
            name,
            {lane: self.bench.workers[lane] for lane in LANES[name]},
            folder=folder,
            without=self.story.policies[name],
            trust=self.bench.trust,
            agenda=self.agenda,
            network=self.network,
            random=self.random,
            judge=self.judge,
            faults=self.faults,
        )

    def _sync(self, gate: GateThere) -> SyncThere:
        cache = self.caches[gate.device]
        return SyncThere(gate.device, gate.reader, lambda: gate.head, cache, self.agenda, self.network, self.random)

    def plays(self) -> None:
        for gate in self.gates.values():
            gate.starts()
        self._settles(5000)
        begun = self.agenda.now
        self.network.weather = self.story.weather
        for step in self.story.steps:
            self.agenda.after(step.at_ms, lambda step=step: self._shown(step, 40))  # type: ignore[misc]  # bound now
        for trouble in self.story.troubles:
            self.agenda.after(trouble.at_ms, lambda trouble=trouble: self._goes_wrong(trouble))  # type: ignore[misc]  # bound now
        self.agenda.run(begun + DAY_MS)
        self._puts_right()
        self._settles(SETTLES_MS)
        self._is_as_it_must_be()

    def ends(self) -> None:
        for gate in self.gates.values():
            gate.ends()
            gate.reader.close()
        for cache in self.caches.values():
            cache.close()
        self.relay.close()

    # ------------------------------------------------------------------ what happens

    def _lane(self, name: str) -> tuple[GateThere, str]:
        return next((gate, name) for gate in self.gates.values() if name in gate.settings)

    def _shown(self, step: Step, tries: int) -> None:
        if self.calm:
            return
        gate, name = self._lane(step.lane)
        lane = gate.lanes.get(name)
        visit = Visit(
            text=self.bench.codes[step.ticket],
            way=step.way,
            end=step.end,
            walk_ms=step.walk_ms,
            badge=self.bench.badge if step.badge else None,
            over=lambda _: None,
        )
        if lane is not None and lane.shows(visit):
            self.faults["way out" if step.way is Way.OUT else "shown"] += 1
        elif tries:
            self.agenda.after(TRIES_MS, lambda: self._shown(step, tries - 1))

    def _goes_wrong(self, trouble: Trouble) -> None:
        if self.calm:
            return
        self.judge.note(f"{trouble.what} {trouble.gate} {trouble.ms}")
        gate, relay = self.gates[trouble.gate], self.relay
        match trouble.what:
            case "gate dies" if trouble.ms % 2:
                gate.die_in = trouble.ms
            case "gate dies":
                gate.die_at = DIES_AT[trouble.at_ms % len(DIES_AT)]
                if "gate.started" in gate.die_at:
                    gate.dies()
            case "freeze":
                gate.frozen_ms = trouble.ms
            case "freeze over an emptied relay":
                gate.frozen_ms, gate.when_frozen = trouble.ms, lambda text: self._forgotten(text, gate)
            case "dies over an answer" | "dies over a late question":
                self._dies_over(gate, trouble)
            case "lanes of one gate":
                self._lanes_of_one_gate()
            case "cut":
                self._is_cut_off(trouble.gate, trouble.ms)
            case "relay restarts":
                self.faults[trouble.what] += 1
                relay.stops(trouble.ms)
            case "relay dies":
                relay.die_in = trouble.ms
            case "relay emptied":
                self.faults[trouble.what] += 1
                relay.loses_its_disk(trouble.ms // 4)
            case "strike off":
                self._strikes_off(trouble)
            case _:
                raise AssertionError(trouble.what)

    def _dies_over(self, gate: GateThere, trouble: Trouble) -> None:
        """A gate dies when it has asked, starts again at once, and the same ticket is shown there again, and elsewhere.

        Its question may come to the relay long after that.
        """
        if ONLY_HERE in self.spent:
            return
        self.spent.add(ONLY_HERE)
        here, late = LANES[gate.device][0], trouble.what == "dies over a late question"
        first, again = (Step(0, ONLY_HERE, here, Way.IN, UseEnd.PASSED, ms, False) for ms in (40, 400))
        if late:
            self.network.held_back[gate.device] = 300 + trouble.ms
            gate.dies_over = lambda: None
        else:
            gate.dies_over = lambda: self._comes_back(gate, again, copies=trouble.ms % 4 != 0)
        self._shown(first, 0)

    def _lanes_of_one_gate(self) -> None:
        """One lane stands still over silence; meanwhile the use it asked for comes free, and the other lane goes on."""
        self.faults["lanes of one gate"] += 1
        if ONLY_HERE in self.spent:
            return
        self.spent.add(ONLY_HERE)
        first, *others = (lane for gate in ("gate-1", "gate-2") for lane in LANES[gate])
        gate = self.gates["gate-1"]
        self.network.held_back[gate.device] = 3000
        gate.frozen_ms, gate.when_frozen = 1500, lambda _: None
        self._shown(Step(0, ONLY_HERE, others[-1], Way.IN, UseEnd.RELEASED, 40, False), 0)
        self._shown(Step(0, ONLY_HERE, first, Way.IN, UseEnd.PASSED, 40, False), 0)
        again = Step(0, ONLY_HERE, others[0], Way.IN, UseEnd.PASSED, 40, False)
        self.agenda.after(700, lambda: self._shown(again, 5))

    def _comes_back(self, gate: GateThere, again: Step, copies: bool) -> None:
        if self.random.random() < 0.5:  # it stands still over the second answer too
            gate.frozen_ms, gate.when_frozen = self.random.randint(60, 250), lambda _: None
        gate.back_in = self.random.randint(1, 60)
        self.agenda.after(gate.back_in + 1, lambda: self._shown(again, 0))
        if copies:
            others = [lane for lane in ALL_LANES if lane not in gate.settings]
            for ms in (2, 30, 60, 90, 120, 180):
                step = Step(0, ONLY_HERE, self.random.choice(others), Way.IN, UseEnd.PASSED, 40, False)
                self.agenda.after(gate.back_in + ms, lambda step=step: self._shown(step, 0))  # type: ignore[misc]  # bound now

    def _forgotten(self, text: str, by: GateThere) -> None:
        """The relay forgets what it has just granted to a gate that stands still, and a copy is shown elsewhere."""
        self.faults["gate stands still while the relay is emptied"] += 1
        self.relay.loses_its_disk(50)
        if self.random.random() < 0.5:
            self._is_cut_off(by.device, 3500)
        others = [lane for name, lanes in LANES.items() if name != by.device for lane in lanes]
        step = Step(0, self.bench.codes.index(text), self.random.choice(others), Way.IN, UseEnd.PASSED, 40, False)
        self.agenda.after(self.random.randint(1500, 3500), lambda: self._shown(step, 40))

    def _is_cut_off(self, gate: str, ms: int) -> None:
        self.network.cut.add(gate)
        self.agenda.after(ms, lambda: self.network.cut.discard(gate))

    def _strikes_off(self, trouble: Trouble) -> None:
        """A gate is cut off, the relay is emptied, and staff say that the others need not wait for that gate."""
        self._is_cut_off(trouble.gate, trouble.ms)
        self.relay.loses_its_disk(100)

        def strikes() -> None:
            try:
                self.relay.strikes_off(trouble.gate)
                self.faults["struck off"] += 1
            except OutOfOrder:
                pass

        self.agenda.after(1800, strikes)

    # ------------------------------------------------------------------ when all is well again

    def _puts_right(self) -> None:
        self.judge.note("everything is put right")
        self.calm = True
        self.network.weather = Weather()
        self.network.cut.clear()
        self.network.held_back.clear()
        self.relay.die_in = None
        self.relay.starts()
        for gate in self.gates.values():
            gate.die_in = gate.die_at = gate.dies_over = None
            gate.frozen_ms, gate.when_frozen = 0, None
            gate.starts()

    def _settles(self, most_ms: int) -> None:
        until = self.agenda.now + most_ms
        while self.agenda.now < until:
            self.agenda.run(self.agenda.now + 100)
            if all(gate.at_rest for gate in self.gates.values()) and all(sync.at_rest for sync in self.syncs):
                self.agenda.run(self.agenda.now + 300)
                return
        raise Wrong("it does not come to rest")

    def _is_as_it_must_be(self) -> None:
        self._is_known()
        for place, number in enumerate(self.bench.numbers):
            self._lets_in(place, number.digits)
        self._settles(SETTLES_MS)
        self._is_known()

    def _is_known(self) -> None:
        ledger = self.relay.ledger
        assert ledger is not None
        rows = ledger.connection.execute(
            "SELECT number, use_no, attempt, device, purpose, end, flags, journaled FROM uses"
        ).fetchall()
        as_known = [(*row[:6], tuple(sorted(_words(row[6])))) for row in rows if row[7]]
        open_still = [row for row in rows if not row[7] and row[5] != "released"]
        self.judge.all_is_known(as_known, open_still)
        reported: dict[str, set[frozenset[UUID]]] = defaultdict(set)
        for number, attempts in ledger.connection.execute("SELECT number, attempts FROM duplicates"):
            reported[number].add(frozenset(UUID(each) for each in _words(attempts)))
            self.faults["let in twice"] += 1
        self.judge.doubles_are_found(reported)

    def _lets_in(self, ticket: int, number: str) -> None:
        """At the end each ticket lets in who has a right to, at some gate, and nobody else at any."""
        must = self.judge.may_be_admitted(number)
        if must is None:
            return
        lanes = self.random.sample(ALL_LANES, 4 if must else 2)
        admitted = any(self._asks(ticket, lane) for lane in lanes)
        if admitted != must:
            self.judge.note(f"{number} at the end: {admitted}")
            raise Wrong(f"{number} {'is locked out' if must else 'is admitted once more'} when all is well again")

    def _asks(self, ticket: int, lane: str) -> bool:
        gate, name = self._lane(lane)
        heard: list[Admitted | Refused | None] = []
        visit = Visit(
            text=self.bench.codes[ticket], way=Way.IN, end=UseEnd.PASSED, walk_ms=20, badge=None, over=heard.append
        )
        assert gate.lanes[name].shows(visit)
        self.agenda.run(self.agenda.now + 250)
        (decision,) = heard
        return isinstance(decision, Admitted)


def _words(text: str) -> list[str]:
    found = json.loads(text)
    assert isinstance(found, list)
    return [str(each) for each in found]


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench in memory, where nothing need survive anything."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Bench(Path(folder))
