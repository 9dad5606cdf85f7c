"""A gate's morning on a disk of ours: people walk in, stay away, are refused; and what must hold of it."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from drivers.barrier import Way
from gate.announcement import Showing
from gate.decide import Admitted
from gate.record import Record
from gate.settings import GateSettings
from sync.journal.journal import Journal
from tests.gate.bench import Centre, Clock, Desk, Gate
from tests.gate.lane_bench import VirtualLane
from tests.storage.chronicle import Chronicle
from tests.storage.machine import ROOT
from tickets.credential import Ticket
from tickets.events import Kind
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

FOLDER = Path(ROOT) / "gate-1"
BRISK = GateSettings(gate="3", lane="3A", start_seconds=0.9, finish_seconds=0.9, refusal_seconds=0.3)
_ENDS = {Kind.USE_PASSED: "passed", Kind.USE_RELEASED: "released", Kind.USE_UNRESOLVED: "unresolved"}


WRITES = (5, 15, 16)
"""Functions of Modbus that move something."""


class Lane(VirtualLane):
    """A lane whose barrier stays where it is when the machine loses its power."""

    controller: Any = None

    def restarts(self) -> None:
        """Only when it is told to: a story begins lives itself."""

    def passes(self, seconds: float, *, holding: str | None = None, way: Way = Way.IN) -> None:
        """Let time pass in longer steps than usual: a story is told thousands of times."""
        assert (holding, way) == (None, Way.IN)
        until = self.time.now + seconds
        while self.time.now < until:
            self.time.now += min(0.1, seconds)
            self.controller.step()
            while not self.inputs.empty():
                self.controller.step()

    def rests(self) -> None:
        """A quiet moment, long enough for housekeeping."""
        for _ in range(6):
            self.time.now += 1.0
            self.controller.step()

    def lives(self, gate: Gate) -> None:
        self.gate = gate
        while not self.inputs.empty():
            self.inputs.get()
        self.time.now += 5.0
        self.board.tick(self.time.now)
        super().restarts()


class GateStory:
    """One gate over its lives. `early`: the barrier is told before the commit, a fault that must be found."""

    def __init__(
        self, cache: Path, passengers: dict[str, Ticket], texts: dict[str, str], begun: list[bytes], *, early: bool
    ) -> None:
        self._cache = cache
        self._passengers, self._texts = passengers, texts
        self._early = early
        self._lane: Lane | None = None
        self._at_the_reader = ""
        self.chronicle = Chronicle(begun)
        self.pulses: Counter[str] = Counter()
        self.goes: Counter[str] = Counter()
        self.gate: Gate | None = None

    # --- lives

    def live(self, life: int) -> None:
        """The first life is a morning; the others finish what it left."""
        lane = self._wake(life)
        if life == 0:
            self._morning(lane)
        else:
            self._those_who_are_left(lane)
        assert self.gate is not None
        self.gate.close()

    def dies(self) -> None:
        self.chronicle.dies()

    def _wake(self, life: int) -> Lane:
        gate = self._open(life)
        if self._lane is None:
            self._lane = Lane(gate, BRISK)
            _note_writes(self._lane, self._told)
        self._lane.said.clear()
        self._lane.lives(gate)
        return self._lane

    def _open(self, life: int) -> Gate:
        gate = self.gate = Gate(
            FOLDER,
            cache=self._cache,
            random=Random(life).randbytes,
            settings=BRISK,
            probe=self._probe,
        )
        self.chronicle.follow(gate.journal)
        return gate

    def _morning(self, lane: Lane) -> None:
        assert self._shows(lane, "a") is Showing.GO
        walks(lane)
        self._at_the_reader = ""
        lane.shows("RT1:NOT A TICKET")
        assert self._shows(lane, "a") is Showing.STOP, "a copy"
        assert self._shows(lane, "b") is Showing.GO
        lane.passes(1.2)  # and does not go
        lane.rests()
        assert self._shows(lane, "b") is Showing.GO
        walks(lane)
        assert self._shows(lane, "c") is Showing.GO
        walks(lane)

    def _those_who_are_left(self, lane: Lane) -> None:
        lane.passes(1.2)
        for name in self._passengers:
            if self._shows(lane, name) is Showing.GO:
                walks(lane)
                assert self._shows(lane, name) is Showing.STOP, "a copy was let in"

    def _shows(self, lane: Lane, name: str) -> Showing:
        self._at_the_reader = self._passengers[name].number.digits
        showing = lane.shows(self._texts[name]).showing
        self.goes[self._at_the_reader] += showing is Showing.GO
        return showing

    def _told(self, times: int) -> None:
        """The barrier was told to open for whoever is at the reader."""
        if not self._early:
            self.pulses[self._at_the_reader] += times

    def _probe(self, point: str) -> None:
        self.chronicle.probe(point)
        if self._early and point == "gate:commit:use.claimed:before":
            self.pulses[self._at_the_reader] += 1

    # --- what holds whenever the machine is switched on again

    def check(self) -> None:
        """Open the journal as the gate does, and compare it with what happened in the world."""
        with Journal.create_or_open(
            FOLDER / "journal.db", device="gate-1", prefix=None, clock=Clock(), random=Random(0).randbytes
        ) as journal:
            check_gate_journal(journal, self.chronicle, self.pulses, self.goes)

    def check_end(self) -> None:
        """After a life without a power cut everybody is inside, once."""
        with Journal.create_or_open(
            FOLDER / "journal.db", device="gate-1", prefix=None, clock=Clock(), random=Random(0).randbytes
        ) as journal:
            passed = Counter(e.event.body["number"] for e in journal.events(0, 10_000) if e.kind == Kind.USE_PASSED)
            assert passed == {ticket.number.digits: 1 for ticket in self._passengers.values()}


class DecisionStory(GateStory):
    """The same without a lane's wires and seconds: decided, told to a coil that counts, ended."""

    def live(self, life: int) -> None:
        gate = self._open(life)
        record = Record(gate.journal, BRISK.lane)
        assert record.catch_up()
        if life == 0:
            self._lets_in(gate, record, "a", UseEnd.PASSED)
            assert not self._lets_in(gate, record, "a", UseEnd.PASSED), "a copy"
            self._lets_in(gate, record, "b", UseEnd.RELEASED)
            record.lane_event("forced")
            record.tidy()
            self._lets_in(gate, record, "b", UseEnd.PASSED)
            self._lets_in(gate, record, "c", UseEnd.UNRESOLVED)
            self._lets_in(gate, record, "c", UseEnd.PASSED)
        else:
            for name in self._passengers:
                self._lets_in(gate, record, name, UseEnd.PASSED)
        gate.close()

    def _lets_in(self, gate: Gate, record: Record, name: str, end: UseEnd) -> bool:
        self._at_the_reader = self._passengers[name].number.digits
        decided = gate.shows(self._texts[name])
        if not isinstance(decided, Admitted):
            return False
        self._told(1)
        record.end(decided, end, persons=1, why="not walked through")
        return True


class GateStories:
    """Makes stories that share keys, tickets and cache, which cost time to make and are never written."""

    story: type[GateStory] = GateStory

    def __init__(self, folder: Path) -> None:
        desk, centre = Desk(), Centre(folder / "cache.db")
        centre.opens_for_the_day()
        self._cache = folder / "cache.db"
        self._passengers = {name: desk.ticket(document=f"1101051949123100{n}X") for n, name in enumerate("abc", 10)}
        self._texts = {name: desk.by_till(ticket) for name, ticket in self._passengers.items()}
        self._begun: list[bytes] = []
        centre.close()

    def begin(self, *, early: bool = False) -> GateStory:
        return self.story(self._cache, self._passengers, self._texts, self._begun, early=early)

    def install(self) -> None:
        """Leave a journal as a gate that has just been switched off properly."""
        with Journal.create_or_open(
            FOLDER / "journal.db", device="gate-1", prefix=None, clock=Clock(), random=Random(9).randbytes
        ) as journal:
            self._begun = [each.data for each in journal.events(0, 10)]


class DecisionStories(GateStories):
    """As `GateStories`, without the lane."""

    story = DecisionStory


def check_gate_journal(journal: Journal, chronicle: Chronicle, pulses: Counter[str], goes: Counter[str]) -> None:
    stored = journal.events(0, 10_000)
    chronicle.holds(stored)
    openings: Counter[str] = Counter()
    claims: dict[tuple[str, int], None] = {}
    ends: set[tuple[str, int, str]] = set()
    for each in stored:
        body: Any = each.event.body
        if each.kind == Kind.USE_CLAIMED:
            claims[body["number"], body["use_no"]] = None
            openings[body["number"]] += 1
        elif each.kind == Kind.LANE_EVENT and body.get("number"):
            openings[body["number"]] += 1
        elif (end := _ENDS.get(Kind(each.kind))) is not None:
            ends.add((body["number"], body["use_no"], end))
    for number, times in pulses.items():
        assert times <= openings[number], "the barrier moved without a record"
    for number, times in goes.items():
        assert times <= openings[number], "somebody was let in without a record"
    rows: Any = journal.rows("SELECT ticket, use_no FROM uses")
    assert {(TicketNumber.from_bytes(ticket).digits, use_no) for ticket, use_no in rows} == set(claims)
    rows = journal.rows("SELECT ticket, use_no, end FROM use_ends")
    assert {(TicketNumber.from_bytes(ticket).digits, use_no, end) for ticket, use_no, end in rows} == ends
    assert journal.rows("PRAGMA integrity_check") == [("ok",)]
    assert journal.rows("PRAGMA foreign_key_check") == []


def walks(lane: Lane) -> None:
    lane.passes(0.4)
    assert lane.board.do("walk_through", ms=200)["passed"]
    lane.passes(0.6)


def _note_writes(lane: Lane, moved: Any) -> None:
    write = lane.wire.write

    def noting(data: bytes) -> None:
        if data[1] not in WRITES:
            write(data)
            return
        before = lane.board.state()["opened"]
        write(data)
        if more := lane.board.state()["opened"] - before:
            moved(more)

    vars(lane.wire)["write"] = noting
