"""A gate: its real stores, deciders and arbiter; whoever shows something there is a strand of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from drivers.barrier import Way
from gate.decide import Decider
from gate.decision import Admitted, Decision, Override
from gate.in_hand import InHand
from gate.record import Record
from gate.settings import GateSettings
from gate.shown import Code
from gate.started import Start, note_start
from station.simulate.nodes.node import Program, Site
from station.simulate.nodes.terminal import Place, Terminal, main_of
from station.simulate.turns import Killed
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.lan.arbiter import Answer, Arbiter, Granted, RelayArbiter, Silent, Taken
from sync.lan.relay_keys import RelayKeys
from sync.newest_trust import NewestTrust
from sync.points import Point
from sync.wire.relay import ClaimRequest
from tickets.errors import EnvironmentFault
from tickets.reasons import Reason
from tickets.trust import Badge
from tickets.uses import UseEnd

BUDGET_MS = 80


def _nobody(_: object) -> None:
    """Whoever shows it does not care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody shows a ticket. `end` is what he does once the barrier is open, after `walk_ms`, whatever becomes of
    the gate meanwhile.

    `badge` is that of an attendant who sets a refusal aside. `forged`: nobody has issued this. `told` hears the answer
    as passengers see it, `walked` how it ended once the barrier was open.
    """

    text: str
    way: Way = Way.IN
    end: UseEnd = UseEnd.PASSED
    walk_ms: int = 1500
    badge: Badge | None = None
    forged: bool = False
    told: Callable[[str], None] = _nobody
    walked: Callable[[UseEnd], None] = _nobody


class Lane:
    """One lane of a living gate."""

    def __init__(self, decider: Decider, record: Record, settings: GateSettings) -> None:
        self.decider = decider
        self.record = record
        self.settings = settings
        self.busy = False


class GateNode(Terminal):
    """A gate with one lane or several. `gates` are the labels that passengers see, by lane."""

    kind = "gate"
    process = "gate"

    def __init__(self, site: Site, name: str, folder: Path, place: Place, lanes: dict[str, str]) -> None:
        super().__init__(site, name, folder, place)
        self.labels = lanes
        self.lanes: dict[str, Lane] = {}
        self._start: Start | None = None
        self._program = main_of(self, "gate", self._main)

    def died(self) -> None:
        """See Node."""
        super().died()
        self.lanes = {}

    def shows(self, lane: str, visit: Visit) -> bool:
        """Somebody shows a ticket here; False when nobody is served at this moment."""
        found = self.lanes.get(lane)
        if found is None or found.busy or not self.powered:
            return False
        found.busy = True
        self._program.began(
            self.site.turns.spawn(lambda: self._serve(found, visit), f"{self.name} {lane}", self._program)
        )
        return True

    # ------------------------------------------------------------------ the program

    def _main(self, program: Program) -> None:
        enrolment = self.enrolment
        cache = CacheReader(self.cache_path)
        clock = self.terminal_clock(cache)
        journal = Journal.create_or_open(
            self.journal_path,
            device=enrolment.device,
            prefix=None,
            clock=clock,
            random=self.random.randbytes,
            probe=self.probe,
        )
        clock.not_before(journal.floor_ms())
        self.has_opened(journal)
        arbiter: Arbiter | None = None
        if self.config.relay is not None:
            arbiter = _Heard(
                self,
                RelayArbiter(
                    url=self.config.relay.url,
                    device=enrolment.device,
                    key=enrolment.device_key(),
                    relay_keys=RelayKeys(self.cache_path),
                    budget_ms=BUDGET_MS,
                    now=self.wall,
                    nonce=lambda: self.random.randbytes(32),
                    clock=lambda: self.site.agenda.now / 1000,
                ),
            )
        start = note_start(journal, list(self.labels))
        in_hand = InHand()
        for name, label in self.labels.items():
            settings = GateSettings(
                gate=label,
                lane=name,
                ways=frozenset(Way),
                station=enrolment.station,
                without_arbiter=self.place.without if arbiter is not None else "admit",
            )
            reader = CacheReader(self.cache_path)
            decider = Decider(
                settings=settings,
                journal=journal,
                cache=reader,
                trust=NewestTrust(enrolment.trust_list(), enrolment.root_key, reader),
                clock=self.terminal_clock(reader),
                arbiter=arbiter,
                probe=self.probe,
                in_hand=in_hand,
            )
            record = Record(
                journal,
                name,
                name.__eq__,
                started=start.note,
            )
            record.catch_up()
            self.lanes[name] = Lane(decider, record, settings)
        self.show_written()
        program.stop.wait()

    # ------------------------------------------------------------------ whoever comes

    def _serve(self, lane: Lane, visit: Visit) -> None:
        try:
            decision = lane.decider.code(Code(text=visit.text, way=visit.way))
            refused_for = None if isinstance(decision, Admitted) else decision.refusal.reason
            if visit.badge is not None and refused_for in (Reason.USED, Reason.SEE_STAFF):
                self.site.struck["overridden"] += 1
                decision = self._override(lane, visit.badge, decision)
            self._told(lane, visit, decision)
            if isinstance(decision, Admitted):
                self._lets_in(lane, visit, decision)
        except EnvironmentFault as fault:
            self.note(f"lane {lane.settings.lane}: {fault.what}")
        lane.busy = False

    def _override(self, lane: Lane, badge: Badge, refused: Decision) -> Decision:
        assert not isinstance(refused, Admitted)
        if refused.subject is None:
            return refused
        return lane.decider.override(refused, Override(badge=badge, reason=refused.refusal.reason))

    def _told(self, lane: Lane, visit: Visit, decision: Decision) -> None:
        number = "?" if decision.number is None else decision.number.digits
        answer = "admitted" if isinstance(decision, Admitted) else decision.refusal.reason.value
        self.note(f"lane {lane.settings.lane}: {number} {answer}")
        hears = self.site.watch.forged if visit.forged else self.site.watch.shown
        hears(self.name, number, answer)
        visit.told(answer)

    def _lets_in(self, lane: Lane, visit: Visit, use: Admitted) -> None:
        name = lane.settings.lane
        self.probe(Point.GATE_COIL_BEFORE)
        self.site.watch.opened(self.name, name, use)
        self.site.agenda.after(visit.walk_ms, lambda: self._walks(name, visit, use))
        self.probe(Point.GATE_COIL_AFTER)
        self.site.turns.sleep(visit.walk_ms)
        lane.record.end(use, visit.end, persons=use.persons, why="not walked through")
        lane.decider.let_go(use)
        if self.random.random() < 0.2:
            lane.record.tidy()

    def _walks(self, lane: str, visit: Visit, use: Admitted) -> None:
        self.site.watch.passed(self.name, lane, use, visit.end)
        visit.walked(visit.end)


class _Heard:
    """The arbiter, with somebody who listens."""

    def __init__(self, gate: GateNode, arbiter: Arbiter) -> None:
        self._gate = gate
        self._arbiter = arbiter

    def ask(self, claim: ClaimRequest) -> Answer:
        """See Arbiter."""
        self._gate.site.watch.asks(self._gate.name, UUID(claim.attempt), claim.number)
        answer = self._arbiter.ask(claim)
        match answer:
            case Granted():
                word: str | None = "granted"
            case Taken():
                word = "taken"
            case _:
                word = None
        if isinstance(answer, Silent):
            self._gate.site.struck["arbiter silent"] += 1
            self._gate.note(f"the arbiter is silent: {answer.why}")
        if not self._gate.powered:
            raise Killed
        self._gate.site.watch.heard(self._gate.name, UUID(claim.attempt), word)
        return answer
