"""A lane for both ways, and one for the way out: who goes where, who waits meanwhile, and what each side is shown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.barrier import Way
from gate.announcement import IDLE, OTHER_SIDE, Showing
from gate.lane import State
from tests.gate.bench import SETTINGS, Centre, Desk, Gate, card
from tests.gate.lane_bench import VirtualLane
from tickets.reasons import Reason

BOTH = replace(SETTINGS, ways=frozenset(Way))
OUT_ONLY = replace(SETTINGS, ways=frozenset({Way.OUT}))


@pytest.fixture
def text(desk: Desk) -> str:
    return desk.by_till(desk.ticket())


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield gate
    gate.close()
    centre.close()


@pytest.fixture
def lane(gate: Gate) -> VirtualLane:
    return VirtualLane(gate, BOTH)


def purposes(lane: VirtualLane) -> list[object]:
    return [body["purpose"] for kind, body in lane.gate.facts() if kind == "use.claimed"]


def test_in_out_and_in_again(lane: VirtualLane, text: str) -> None:
    for way, purpose in ((Way.IN, "admission"), (Way.OUT, "exit"), (Way.IN, "admission")):
        assert lane.shows(text, way).showing is Showing.GO
        lane.walks(way=way)
        assert lane.last_said(way) == IDLE
        assert purposes(lane)[-1] == purpose
    assert lane.kinds() == ["use.claimed", "use.passed"] * 3
    state = lane.board.state()
    assert (state["passages"], state["passages_out"], state["opened"]) == (2, 1, 3)
    assert not state["coil"]


def test_nobody_walks_out_who_is_not_inside(lane: VirtualLane, text: str) -> None:
    assert lane.shows(text, Way.OUT).showing is Showing.STOP
    assert lane.last_said(Way.IN) == IDLE, "the other side is not told"
    assert lane.board.state()["opened"] == 0


def test_whoever_is_admitted_stops_the_other_side(lane: VirtualLane, desk: Desk, text: str) -> None:
    other = desk.by_till(desk.ticket())
    lane.shows(other)
    lane.walks()
    lane.shows(text)
    assert lane.last_said(Way.OUT) == OTHER_SIDE
    assert lane.shows(other, Way.OUT).showing is Showing.WAIT
    assert lane.last_said(Way.IN).showing is Showing.GO, "who may go is not disturbed"
    assert lane.board.state()["opened"] == 2
    lane.walks(seconds=1.0)
    assert lane.last_said(Way.OUT).showing is Showing.GO, "his turn has come"
    assert lane.last_said(Way.IN) == OTHER_SIDE
    lane.walks(way=Way.OUT)
    assert (lane.last_said(Way.IN), lane.last_said(Way.OUT)) == (IDLE, IDLE)
    assert lane.kinds() == ["use.claimed", "use.passed"] * 3


def test_the_first_of_two_who_wait_goes_first(lane: VirtualLane, desk: Desk, text: str) -> None:
    inside = desk.by_till(desk.ticket())
    lane.shows(inside)
    lane.walks()
    lane.shows(text)
    lane.passes(0.4)
    lane.board.do("walk_through", ms=2000)
    lane.passes(0.5)
    lane.shows(inside, Way.OUT)
    lane.shows(desk.by_till(desk.ticket()))
    lane.passes(2)
    assert lane.last_said(Way.OUT).showing is Showing.GO
    assert lane.last_said(Way.IN).showing is Showing.WAIT


def test_who_stands_in_the_other_beam_is_not_walked_into(lane: VirtualLane, text: str) -> None:
    lane.board.do("block", beam="exit")
    lane.passes(0.2)
    assert lane.state() is State.WAITING
    assert lane.shows(text).showing is Showing.WAIT
    assert lane.board.state()["opened"] == 0
    lane.board.do("clear", beam="exit")
    lane.passes(0.3)
    assert lane.last_said(Way.IN).showing is Showing.GO
    assert lane.kinds() == ["use.claimed"]


def test_coming_against_somebody_alarms_on_either_side(lane: VirtualLane, text: str) -> None:
    lane.shows(text)
    lane.board.do("block", beam="exit")
    lane.passes(0.2)
    assert lane.state() is State.REVERSED
    lane.board.do("clear", beam="exit")
    lane.walks()
    lane.shows(text, Way.OUT)
    lane.board.do("block", beam="entry")
    lane.passes(0.2)
    assert lane.state() is State.REVERSED
    lane.board.do("clear", beam="entry")
    lane.walks(way=Way.OUT)
    assert lane.kinds() == ["use.claimed", "lane.event", "use.passed"] * 2


def test_a_refusal_at_one_side_is_for_that_side(lane: VirtualLane, text: str) -> None:
    lane.shows("RT1:NOT A TICKET", Way.OUT)
    assert lane.last_said(Way.OUT).reason == Reason.UNREADABLE
    lane.passes(2)
    assert lane.last_said(Way.OUT).showing is Showing.STOP, "it is to be read"
    assert lane.said == [IDLE]
    lane.passes(4)
    assert lane.last_said(Way.OUT) == IDLE


def test_a_fire_and_a_dead_barrier_are_shown_on_both_sides(lane: VirtualLane) -> None:
    lane.board.do("fire")
    lane.passes(0.5)
    assert {lane.last_said(way).showing for way in Way} == {Showing.EMERGENCY}
    lane.board.do("fire", on=False)
    lane.restarts()
    lane.wire.silent = True
    lane.passes(1)
    assert {lane.last_said(way).showing for way in Way} == {Showing.CLOSED}
    lane.wire.silent = False
    lane.passes(2)
    assert {lane.last_said(way).showing for way in Way} == {Showing.IDLE}


def test_a_card_on_one_side_is_no_half_of_a_code_on_the_other(gate: Gate, lane: VirtualLane, text: str) -> None:
    lane.puts(card())
    assert lane.kinds() == ["scan.refused"], "it belongs to a ticket that only its code can tell of"
    lane.shows(text, Way.OUT)
    assert lane.kinds() == ["scan.refused", "scan.refused"]


class TestTheSameCodeHeld:
    """The rules for a code that stays in view hold for each side by itself."""

    def test_for_twenty_seconds_on_the_way_out(self, lane: VirtualLane, text: str) -> None:
        lane.shows(text)
        lane.walks()
        lane.passes(20, holding=text, way=Way.OUT)
        assert lane.kinds() == ["use.claimed", "use.passed", "use.claimed", "use.released"]
        assert Showing.STOP not in {each.showing for each in lane.said_outside}
        lane.passes(1.5)
        assert lane.shows(text, Way.OUT).showing is Showing.GO, "he is inside still"

    @pytest.mark.parametrize("gone", [0.0, 1.6], ids=["at once", "a second later"])
    def test_a_copy_on_the_way_out_is_refused(self, lane: VirtualLane, text: str, gone: float) -> None:
        lane.shows(text)
        lane.walks()
        lane.passes(0.4, holding=text, way=Way.OUT)
        lane.board.do("walk_through", ms=800, way="out")
        lane.passes(1.0 if gone else 3.0, holding=text, way=Way.OUT)
        lane.passes(gone)
        lane.passes(3.0, holding=text, way=Way.OUT)
        assert lane.kinds() == ["use.claimed", "use.passed"] * 2 + ["scan.refused"]
        assert lane.board.state()["opened"] == 2

    def test_a_code_that_passed_on_one_side_may_be_shown_on_the_other(self, lane: VirtualLane, text: str) -> None:
        lane.passes(0.4, holding=text)
        lane.board.do("walk_through", ms=800)
        lane.passes(1.5)
        lane.passes(0.4, holding=text, way=Way.OUT)
        assert lane.last_said(Way.OUT).showing is Showing.GO


class TestTheWayOutOnly:
    """A lane that leads away from the coaches."""

    @pytest.fixture
    def lane(self, gate: Gate) -> VirtualLane:
        return VirtualLane(gate, OUT_ONLY)

    def test_somebody_leaves(self, lane: VirtualLane, gate: Gate, text: str) -> None:
        inwards = VirtualLane(gate, replace(SETTINGS, lane="3B"))
        inwards.shows(text)
        inwards.walks()
        said = lane.shows(text, Way.OUT)
        assert (said.showing, said.word, said.seat, said.bay) == (Showing.GO, ("请出", "Out"), None, None)
        lane.walks(way=Way.OUT)
        assert lane.board.state()["passages_out"] == 1
        assert lane.kinds() == ["use.claimed", "use.passed"] * 2

    def test_who_steps_in_from_the_hall_forces_it(self, lane: VirtualLane) -> None:
        lane.board.do("block", beam="exit")
        lane.passes(0.2)
        assert lane.state() is State.WAITING, "at its reader"
        lane.board.do("clear", beam="exit")
        lane.passes(0.2)
        lane.board.do("block", beam="entry")
        lane.passes(0.2)
        assert lane.state() is State.FORCED
