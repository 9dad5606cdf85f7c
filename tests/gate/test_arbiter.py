"""Several gates and one arbiter: a ticket lets one in, and nobody is kept out by an answer that was lost."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from drivers.barrier import Way
from gate.claim import attempt_of
from gate.decide import Decider
from gate.decision import Admitted, Decision, Refused
from gate.settings import GateSettings
from gate.shown import Code
from sync.cache.reader import CacheReader
from sync.journal.uses import history
from sync.lan.arbiter import Answer, Silent, Taken
from sync.points import Point
from sync.wire.relay import ClaimRequest
from tests.gate.bench import DEPARTURE, NOON, SETTINGS, Centre, Desk, Gate, admitted, reason
from tests.gate.station_arbiter import Line, StationArbiter
from tickets.admission import Flag, ReEntry
from tickets.events import Kind
from tickets.reasons import Reason, sentence
from tickets.uses import UseEnd

STAFF = replace(SETTINGS, without_arbiter="staff")


class Station:
    """Gates with files of their own, one arbiter, and a centre that has not heard of any of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.arbiter = StationArbiter()
        self.centre = Centre(folder / "cache.db")
        self.centre.opens_for_the_day()
        self.desk = Desk()
        self._gates: list[Gate] = []

    def gate(self, number: int, settings: GateSettings = SETTINGS) -> Gate:
        name = f"gate-{number}"
        gate = Gate(
            self.folder / name,
            cache=self.folder / "cache.db",
            device=name,
            settings=replace(settings, lane=f"{number}A"),
            arbiter=self.arbiter.of(name),
        )
        self._gates.append(gate)
        return gate

    def text(self) -> str:
        return self.desk.by_till(self.desk.ticket())

    def close(self) -> None:
        for gate in self._gates:
            gate.close()
        self.centre.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path)
    yield station
    station.close()


class PowerFails(Exception):
    """Ends a decision where a probe stands."""


def power_fails_after_the_answer(gate: Gate, text: str) -> None:
    """The arbiter has answered, and nothing is written down here."""

    def fails(point: str) -> None:
        if point == Point.GATE_ARBITER_AFTER:
            raise PowerFails

    gate.probes.append(fails)
    with pytest.raises(PowerFails):
        gate.shows(text)
    gate.probes.clear()


def test_the_same_ticket_at_two_gates_in_the_same_moment_lets_one_in(station: Station) -> None:
    gates = [station.gate(1), station.gate(2)]
    both = threading.Barrier(2)
    first_question = threading.local()

    def meet() -> None:
        """Both have judged, and neither has claimed."""
        if not getattr(first_question, "asked", False):
            first_question.asked = True
            both.wait(5)

    station.arbiter.before_answer = meet
    for _ in range(20):
        text = station.text()

        def shows(gate: Gate, text: str = text) -> Decision:
            first_question.asked = False
            return gate.shows(text)

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(shows, gates))
        let_in = [each for each in answers if isinstance(each, Admitted)]
        refused = [each for each in answers if isinstance(each, Refused)]
        assert len(let_in) == len(refused) == 1
        assert not let_in[0].flags & {Flag.UNARBITRATED}
        winner = gates[answers.index(let_in[0])]
        assert refused[0].refusal.reason is Reason.USED
        assert refused[0].refusal.where == ("1A" if winner is gates[0] else "2A")


def test_used_at_another_gate_is_said_with_when_and_where(station: Station) -> None:
    """The cache has not heard of it: the arbiter says it."""
    text, (one, two) = station.text(), (station.gate(1), station.gate(2))
    one.ends(one.shows(text), UseEnd.PASSED)
    station.arbiter.hears(one.journal)
    decision = two.shows(text)
    assert isinstance(decision, Refused)
    assert (decision.refusal.reason, decision.refusal.when, decision.refusal.where) == (Reason.USED, NOON, "1A")
    assert "14:10" in sentence(decision.refusal, "en", zone=decision.zone)
    assert "1A" in sentence(decision.refusal, "en", zone=decision.zone)
    assert [kind for kind, _ in two.facts()] == ["scan.refused"], "nothing was claimed here"


def test_a_right_given_back_is_known_at_every_gate(station: Station) -> None:
    text, (one, two) = station.text(), (station.gate(1), station.gate(2))
    one.ends(one.shows(text), UseEnd.RELEASED)
    station.arbiter.hears(one.journal)
    let_in = admitted(two.shows(text))
    assert (let_in.use_no, let_in.flags & {Flag.UNARBITRATED}) == (2, frozenset())


def test_the_same_gate_need_not_wait_until_the_arbiter_has_heard(station: Station) -> None:
    """Not walked through, shown again at once: the gate says with its question how the first use ended."""
    text, gate = station.text(), station.gate(1)
    gate.ends(gate.shows(text), UseEnd.RELEASED)
    again = admitted(gate.shows(text))
    assert (again.use_no, Flag.UNARBITRATED in again.flags) == (2, False)
    gate.ends(again, UseEnd.PASSED)
    leaves = admitted(gate.decider.code(Code(text=text, way=Way.OUT)))
    assert (leaves.use_no, Flag.UNARBITRATED in leaves.flags) == (3, False)


def test_another_lane_was_quicker_under_another_number(tmp_path: Path) -> None:
    """While one lane stood still over its question, the other heard that the first use was free again."""
    ticket, desk = Desk().ticket(), Desk()
    text = desk.by_till(ticket)
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    inside: list[Decision] = []

    class StandsStill:
        """Nobody hears the arbiter; meanwhile the ticket is shown at the other lane, and its holder walks through."""

        def ask(self, claim: ClaimRequest) -> Answer:
            if claim.lane == "3A":
                centre.use(ticket.number, UseEnd.RELEASED, device="gate-9")
                inside.append(other.code(Code(text=text)))
                gate.ends(inside[0], UseEnd.PASSED)
            return Silent(why="no answer within 80 ms")

    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db", arbiter=StandsStill())
    other = Decider(
        settings=replace(SETTINGS, lane="3B"),
        journal=gate.journal,
        cache=CacheReader(tmp_path / "cache.db"),
        trust=gate.trust,
        clock=gate.clock,
        arbiter=StandsStill(),
    )
    assert reason(gate.shows(text)) == Reason.USED
    assert admitted(inside[0]).use_no == 2
    assert [(use.use_no, use.end) for use in history(gate.journal, ticket.number)] == [
        (1, UseEnd.RELEASED),  # whatever the arbiter may have granted is given back
        (2, UseEnd.PASSED),
    ]
    gate.close()
    centre.close()


class TestSilence:
    """What a station has written down for it."""

    def test_admit_and_say_so(self, station: Station) -> None:
        gate, text = station.gate(1), station.text()
        station.arbiter.line = Line.DOWN
        assert Flag.UNARBITRATED in admitted(gate.shows(text)).flags
        assert Flag.UNARBITRATED.value in dict(gate.facts()[0][1])["flags"]  # type: ignore[operator]  # a list
        assert reason(gate.shows(text)) == Reason.USED

    def test_each_isolated_part_admits_once_and_it_is_found_after_the_merge(self, station: Station) -> None:
        one, two, text = station.gate(1), station.gate(2), station.text()
        station.arbiter.line = Line.DOWN
        for gate in (one, two):
            gate.ends(gate.shows(text), UseEnd.PASSED)
            assert reason(gate.shows(text)) == Reason.USED
        for gate in (one, two):
            station.arbiter.hears(gate.journal)
        assert len({use.attempt for use in station.arbiter.known}) == 2, "both are there to be found"
        assert all(Flag.UNARBITRATED in use.flags for use in station.arbiter.known)

    def test_to_staff(self, station: Station) -> None:
        gate, text = station.gate(1, STAFF), station.text()
        station.arbiter.line = Line.DOWN
        assert reason(gate.shows(text)) == Reason.SEE_STAFF
        assert [kind for kind, _ in gate.facts()] == ["use.claimed", "use.released", "scan.refused"]
        station.arbiter.line = Line.UP
        let_in = admitted(gate.shows(text))
        assert (let_in.use_no, let_in.flags & {Flag.UNARBITRATED}) == (2, frozenset())

    def test_to_staff_leaves_what_is_unresolved_as_it_is(self, station: Station) -> None:
        gate, text = station.gate(1, STAFF), station.text()
        first = admitted(gate.shows(text))
        gate.ends(first, UseEnd.UNRESOLVED)
        station.arbiter.line = Line.DOWN
        assert reason(gate.shows(text)) == Reason.SEE_STAFF
        station.arbiter.line = Line.UP
        again = admitted(gate.shows(text))
        assert (again.attempt, again.resumed) == (first.attempt, True)


class TestAnAnswerThatCameTooLate:
    """The arbiter has granted it, and this gate has not heard so."""

    def test_let_in_unarbitrated_it_is_one_and_the_same_use(self, station: Station) -> None:
        gate, text = station.gate(1), station.text()
        station.arbiter.line = Line.LATE
        let_in = admitted(gate.shows(text))
        assert Flag.UNARBITRATED in let_in.flags
        (granted,) = station.arbiter.known
        assert granted.attempt == let_in.attempt.hex
        station.arbiter.hears(gate.journal)
        assert len(station.arbiter.known) == 1

    def test_sent_to_staff_it_is_free_everywhere_once_that_is_heard(self, station: Station) -> None:
        one, two, text = station.gate(1, STAFF), station.gate(2, STAFF), station.text()
        station.arbiter.line = Line.LATE
        assert reason(one.shows(text)) == Reason.SEE_STAFF
        station.arbiter.line = Line.UP
        assert reason(two.shows(text)) == Reason.USED, "as far as the arbiter knows gate 1 lets him in"
        station.arbiter.hears(one.journal)
        assert admitted(two.shows(text)).use_no == 2

    def test_asking_again_it_is_granted_again(self, station: Station) -> None:
        """The power fails between the arbiter's answer and the own commit: the same attempt gets the same answer."""
        gate, text = station.gate(1), station.text()

        power_fails_after_the_answer(gate, text)
        assert gate.facts() == []
        (granted,) = station.arbiter.known
        let_in = admitted(gate.shows(text))
        assert (let_in.use_no, let_in.attempt.hex, let_in.resumed) == (1, granted.attempt, False)
        assert len(station.arbiter.known) == 1

    def test_what_the_lan_tells_of_it_meanwhile_keeps_nobody_out(self, station: Station) -> None:
        """The relay spreads what it granted; the gate that died over it finds its own attempt there, not at home."""
        gate, ticket = station.gate(1), station.desk.ticket()
        attempt = attempt_of(gate.journal.epoch, ticket.number, 1)
        station.centre.use(ticket.number, None, device="gate-1", attempt=attempt)
        let_in = admitted(gate.shows(station.desk.by_till(ticket)))
        assert (let_in.use_no, let_in.attempt, let_in.resumed) == (1, attempt, False)
        other = station.gate(2)
        assert reason(other.shows(station.desk.by_till(ticket))) == Reason.USED

    def test_a_gate_that_started_again_gives_it_back(self, station: Station) -> None:
        one, two, text = station.gate(1), station.gate(2), station.text()
        station.arbiter.line = Line.LATE
        power_fails_after_the_answer(one, text)
        station.arbiter.line = Line.UP
        assert reason(two.shows(text)) == Reason.USED
        with one.journal.transaction() as tx:
            tx.append(Kind.GATE_STARTED, {"lanes": ["1A"]})
        station.arbiter.hears(one.journal)
        assert admitted(two.shows(text)).use_no == 2


def test_unresolved_the_same_gate_takes_it_up_and_another_does_not(station: Station) -> None:
    one, two, text = station.gate(1), station.gate(2), station.text()
    first = admitted(one.shows(text))
    one.ends(first, UseEnd.UNRESOLVED)
    station.arbiter.hears(one.journal)
    assert reason(two.shows(text)) == Reason.SEE_STAFF
    again = admitted(one.shows(text))
    assert (again.attempt, again.resumed, again.flags & {Flag.UNARBITRATED}) == (first.attempt, True, frozenset())


def test_an_arbiter_that_talks_nonsense_is_a_silent_one(station: Station, tmp_path: Path) -> None:
    asked = 0

    class Nonsense:
        def ask(self, claim: ClaimRequest) -> Answer:  # noqa: ARG002  the port's own signature
            nonlocal asked
            asked += 1
            return Taken(uses=())

    gate = Gate(tmp_path / "gate-3", cache=tmp_path / "cache.db", device="gate-3", arbiter=Nonsense())
    assert Flag.UNARBITRATED in admitted(gate.shows(station.text())).flags
    assert asked == 2
    gate.close()


def test_what_is_refused_anyway_is_not_asked(station: Station) -> None:
    station.centre.departure(replace(DEPARTURE, gate="7"))
    assert reason(station.gate(1).shows(station.text())) == Reason.WRONG_GATE
    assert station.arbiter.asked == []


class TestWalkingOut:
    """Exits are uses too, and compete for the same numbers."""

    def leaves(self, gate: Gate, text: str) -> Decision:
        return gate.decider.code(Code(text=text, way=Way.OUT))

    def test_out_and_in_again_at_another_gate(self, station: Station) -> None:
        one, two, text = station.gate(1), station.gate(2), station.text()
        one.ends(one.shows(text), UseEnd.PASSED)
        station.arbiter.hears(one.journal)
        let_out = admitted(self.leaves(one, text))
        assert (let_out.purpose, let_out.use_no) == ("exit", 2)
        assert reason(two.shows(text)) == Reason.USED, "he is still in the lane"
        one.ends(let_out, UseEnd.PASSED)
        station.arbiter.hears(one.journal)
        again = admitted(two.shows(text))
        assert (again.purpose, again.use_no, again.flags & {Flag.UNARBITRATED}) == ("admission", 3, frozenset())

    def test_nobody_walks_out_who_is_not_inside(self, station: Station) -> None:
        gate, text = station.gate(1), station.text()
        assert reason(self.leaves(gate, text)) == Reason.SEE_STAFF
        gate.ends(gate.shows(text), UseEnd.PASSED)
        gate.ends(self.leaves(gate, text), UseEnd.PASSED)
        station.arbiter.hears(gate.journal)
        assert reason(self.leaves(gate, text)) == Reason.USED

    def test_not_walking_out_leaves_him_inside(self, station: Station) -> None:
        gate, text = station.gate(1), station.text()
        gate.ends(gate.shows(text), UseEnd.PASSED)
        gate.ends(self.leaves(gate, text), UseEnd.RELEASED)
        station.arbiter.hears(gate.journal)
        assert reason(gate.shows(text)) == Reason.USED
        assert admitted(self.leaves(gate, text)).use_no == 3

    @pytest.mark.parametrize(("policy", "again"), [(ReEntry.NEVER, False), (ReEntry.AFTER_EXIT, True)])
    def test_whether_he_may_come_back_is_the_stations_policy(
        self, station: Station, policy: ReEntry, again: bool
    ) -> None:
        gate, text = station.gate(1, replace(SETTINGS, re_entry=policy)), station.text()
        gate.ends(gate.shows(text), UseEnd.PASSED)
        gate.ends(self.leaves(gate, text), UseEnd.PASSED)
        station.arbiter.hears(gate.journal)
        assert isinstance(gate.shows(text), Admitted) == again

    def test_where_all_may_come_and_go_the_arbiter_is_told_so(self, station: Station) -> None:
        settings = replace(SETTINGS, re_entry=ReEntry.FREE)
        one, two, ticket = station.gate(1, settings), station.gate(2, settings), station.desk.ticket()
        text = station.desk.by_till(ticket)
        one.ends(one.shows(text), UseEnd.PASSED)
        station.arbiter.hears(one.journal)
        station.centre.use(  # what the LAN has told meanwhile
            ticket.number, UseEnd.PASSED, device="gate-1", attempt=UUID(station.arbiter.known[0].attempt)
        )
        again = admitted(two.shows(text))
        assert (again.use_no, again.flags & {"re_entry", "unarbitrated"}) == (2, frozenset({"re_entry"}))
