"""A gate: its real stores, decider, claims and record, lanes that wait for the arbiter, and a supply that fails."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from drivers.barrier import Way
from gate.decide import Decider
from gate.decision import Admitted, Decision, Override, Refused
from gate.in_hand import InHand
from gate.record import Record
from gate.settings import GateSettings
from gate.shown import Code
from gate.started import note_start
from sync.cache.reader import CacheReader
from sync.cache.record_rows import use_told
from sync.journal.journal import Journal
from sync.journal.reader import JournalReader
from sync.lan.arbiter import Answer, Granted, Silent, Taken
from sync.points import Point
from sync.wire.relay import ClaimAnswer, ClaimRequest
from tests.gate.bench import NOON
from tests.station_run.agenda import Agenda
from tests.station_run.judge import Judge
from tests.station_run.network import Network
from tests.station_run.worker import Worker
from tickets.admission import TimeQuality, TrustedNow
from tickets.reasons import Reason
from tickets.trust import Badge, Trust
from tickets.uses import UseEnd

BUDGET_MS = 80


class PowerFails(Exception):
    """The gate's process ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who shows a ticket: what is done once the barrier opens, when, and who is told how it went.

    `badge` is that of an attendant who sets a refusal aside.
    """

    text: str
    way: Way
    end: UseEnd
    walk_ms: int
    badge: Badge | None
    over: Callable[[Admitted | Refused | None], None]


class _FixedTrust:
    def __init__(self, trust: Trust) -> None:
        self._trust = trust

    def current(self) -> Trust:
        return self._trust


class GateThere:
    """One gate and its lanes."""

    def __init__(
        self,
        device: str,
        lanes: dict[str, Worker],
        *,
        folder: Path,
        without: str,
        trust: Trust,
        agenda: Agenda,
        network: Network,
        random: Random,
        judge: Judge,
        faults: "Counter[str]",
    ) -> None:
        self.device = device
        self.folder = folder
        self.agenda = agenda
        self.network = network
        self.random = random
        self.judge = judge
        self.faults = faults
        self.trust = _FixedTrust(trust)
        self.settings = {
            name: GateSettings(gate="3", lane=name, ways=frozenset(Way), without_arbiter=without)  # type: ignore[arg-type]  # one of the two words
            for name in lanes
        }
        self._workers = lanes
        self.life = 0
        self.alive = False
        self.lanes: dict[str, LaneThere] = {}
        self.die_in: int | None = None
        self.die_at: str | None = None
        self.frozen_ms = 0
        self.dies_over: Callable[[], None] | None = None
        self.back_in: int | None = None
        self.when_frozen: Callable[[str], None] | None = None
        self.reader = JournalReader(folder / "journal.db")
        self._noted = 0
        self._head = 0

    def clock(self) -> TrustedNow:
        return TrustedNow(at=NOON + timedelta(milliseconds=self.agenda.now), quality=TimeQuality.TRUSTED)

    def starts(self) -> None:
        """A new life, unless it lives."""
        if self.alive:
            return
        self.life += 1
        self.alive = True
        self.lanes = {}
        self.survives(self._begin)

    def _begin(self) -> None:
        self.journal = Journal.create_or_open(
            self.folder / "journal.db",
            device=self.device,
            prefix=None,
            clock=self.clock,
            random=self.random.randbytes,
            probe=self.probe,
        )
        self._noted = self.journal.head()[0]
        note_start(self.journal, list(self.settings))
        in_hand = InHand()
        for name in self.settings:
            self.lanes[name] = LaneThere(self, name, self._workers[name], in_hand)
        for lane in self.lanes.values():
            lane.record.catch_up()

    def survives(self, act: Callable[[], None]) -> None:
        """Do this, or die over it."""
        try:
            act()
        except PowerFails:
            self.dies()

    def dies(self) -> None:
        """The power fails: whatever was under way ends here. It comes back in a while."""
        if not self.alive:
            return
        self.alive = False
        self.die_in = None
        self.faults["gate dies"] += 1
        self.judge.died(self.device)
        for lane in self.lanes.values():
            if lane.worker.waits:
                lane.worker.go_on(PowerFails())
            lane.is_lost()
        for lane in self.lanes.values():
            lane.cache.close()
        self._head = self.journal.rows("SELECT max(seq) FROM events")[0][0]  # type: ignore[assignment]  # a number
        self.journal.close()
        ms, self.back_in = self.back_in or self.random.randint(200, 3000), None
        self.agenda.after(ms, self.starts)

    def ends(self) -> None:
        """The day is over: close the files."""
        if self.alive:
            self.alive = False
            for lane in self.lanes.values():
                if lane.worker.waits:
                    lane.worker.go_on(PowerFails())
                lane.cache.close()
            self.journal.close()

    @property
    def head(self) -> int:
        """The last event on its disk, as far as it has passed its probe."""
        if self.alive:
            self._head = self.journal.head()[0]
        return self._head

    @property
    def at_rest(self) -> bool:
        """Whether nothing is under way here."""
        return self.alive and not any(lane.busy for lane in self.lanes.values())

    def probe(self, point: str) -> None:
        """What the program passes: what it has written is noted; perhaps it dies, or stands still for a while."""
        if point.startswith("gate:commit:use.") and point.endswith(":after"):
            events = self.journal.events(self._noted, 100)
            self._noted += len(events)
            self.judge.written(self.device, [event for event in events if event.kind.startswith("use.")])
        if point == self.die_at:
            self.die_at, self.die_in = None, 1
        if self.die_in is not None:
            self.die_in -= 1
            if self.die_in <= 0:
                self.faults[f"dies at {point}"] += 1
                raise PowerFails


class LaneThere:
    """One lane: a thread that decides, and a barrier that opens for who is admitted."""

    def __init__(self, gate: GateThere, name: str, worker: Worker, in_hand: InHand) -> None:
        self._gate = gate
        self.name = name
        self.worker = worker
        self.busy = False
        self._life = gate.life
        self._visit: Visit | None = None
        self._waiting: list[ClaimAnswer] = []
        settings = gate.settings[name]
        self.cache = CacheReader(gate.folder / "cache.db")
        self.record = Record(gate.journal, name, lambda lane: lane == name)
        self.decider = Decider(
            settings=settings,
            journal=gate.journal,
            cache=self.cache,
            trust=gate.trust,
            clock=gate.clock,
            arbiter=self,
            probe=self._probe,
            in_hand=in_hand,
        )

    def shows(self, visit: Visit) -> bool:
        """Show a ticket here; False when nobody is served now."""
        if self.busy or not self._gate.alive:
            return False
        self.busy, self._visit = True, visit
        self._decide(visit, lambda: self.decider.code(Code(text=visit.text, way=visit.way)))
        return True

    def is_lost(self) -> None:
        """The gate has died: nobody knows here what became of the visit."""
        visit, self._visit = self._visit, None
        if visit is not None:
            visit.over(None)

    def ask(self, claim: ClaimRequest) -> Answer:
        """The arbiter's port: the question goes out, and whatever comes within the budget is the answer."""
        gate, asked = self._gate, self._gate.agenda.now
        answered: list[ClaimAnswer] = []
        self._waiting = answered

        def heard(answer: ClaimAnswer) -> None:
            if self._waiting is answered and not answered and gate.agenda.now - asked < BUDGET_MS:
                answered.append(answer)
                self._go_on(answered)

        gate.network.call(gate.device, lambda relay: relay.claim(gate.device, claim), heard, arbiter=True)
        gate.agenda.after(BUDGET_MS, lambda: None if answered else self._go_on(answered))
        self.worker.wait()
        said = answered[0] if answered else None
        self._note_heard(claim, None if said is None else said.answer)
        match None if said is None else said.answer:
            case "granted":
                return Granted()
            case "taken":
                assert said is not None
                return Taken(uses=tuple(use_told(use) for use in said.uses))
            case _:
                gate.faults["silent"] += 1
                return Silent(why="no answer")

    def _note_heard(self, claim: ClaimRequest, word: str | None) -> None:
        self._gate.judge.note(
            f"{self.name} asked for {claim.number[-3:]}/{claim.use_no} {claim.purpose}: {word or 'silence'}"
        )
        self._gate.judge.heard(UUID(claim.attempt), self.name, word)

    def _go_on(self, waiting: list[ClaimAnswer]) -> None:
        if self._waiting is waiting and self.worker.waits and self._gate.alive and self._gate.life == self._life:
            self._waiting = []
            self.worker.go_on(None)

    def _probe(self, point: str) -> None:
        gate = self._gate
        gate.probe(point)
        if gate.dies_over is not None and point == Point.GATE_ARBITER_AFTER:
            comes_back, gate.dies_over = gate.dies_over, None
            comes_back()
            gate.faults["dies over its question"] += 1
            raise PowerFails
        over = gate.when_frozen
        points = (Point.GATE_ARBITER_AFTER,) if over else (Point.GATE_ARBITER_BEFORE, Point.GATE_ARBITER_AFTER)
        if gate.frozen_ms and point in points:
            if over is not None:
                gate.when_frozen = None
                over("" if self._visit is None else self._visit.text)
            ms, gate.frozen_ms = gate.frozen_ms, 0
            gate.faults["gate stands still"] += 1
            gate.judge.note(f"{self.name} stands still for {ms} ms at {point}")
            still: list[ClaimAnswer] = []
            self._waiting = still
            gate.agenda.after(ms, lambda: self._go_on(still))
            self.worker.wait()

    def _decide(self, visit: Visit, decide: Callable[[], Decision]) -> None:
        def job() -> Decision | None:
            try:
                return decide()
            except PowerFails:
                return None

        def done(decision: Decision | None) -> None:
            if self._life != self._gate.life or not self._gate.alive:
                return
            if decision is None:
                self._gate.dies()
            else:
                self._gate.survives(lambda: self._decided(visit, decision))

        self.worker.begin(job, done)

    def _decided(self, visit: Visit, decision: Decision) -> None:
        if isinstance(decision, Admitted):
            self._opens(visit, decision)
            return
        self._gate.judge.note(f"{self.name} refuses {_name(decision)}: {decision.refusal.reason}")
        reason = decision.refusal.reason
        if visit.badge is not None and reason in (Reason.USED, Reason.SEE_STAFF) and decision.subject is not None:
            badge = visit.badge
            self._gate.faults["overridden"] += 1
            self._decide(
                Visit(
                    text=visit.text, way=visit.way, end=visit.end, walk_ms=visit.walk_ms, badge=None, over=visit.over
                ),
                lambda: self.decider.override(decision, Override(badge=badge, reason=reason)),
            )
            return
        self._is_over(visit, decision)

    def _opens(self, visit: Visit, use: Admitted) -> None:
        gate = self._gate
        gate.probe(Point.GATE_COIL_BEFORE)
        gate.judge.opened(gate.device, self.name, use, gate.reader)
        gate.probe(Point.GATE_COIL_AFTER)

        def walks() -> None:
            if gate.alive and gate.life == self._life:
                gate.survives(lambda: self._ends(visit, use))

        gate.agenda.after(visit.walk_ms, walks)

    def _ends(self, visit: Visit, use: Admitted) -> None:
        self.record.end(use, visit.end, persons=use.persons, why="not walked through")
        self.decider.let_go(use)
        self._gate.judge.closed(use)
        if visit.end is not UseEnd.PASSED:
            self._gate.faults[f"use {visit.end}"] += 1
        self._is_over(visit, use)

    def _is_over(self, visit: Visit, decision: Admitted | Refused) -> None:
        self.busy, self._visit = False, None
        visit.over(decision)


def _name(decision: Refused) -> str:
    return "?" if decision.number is None else decision.number.digits[-3:]
