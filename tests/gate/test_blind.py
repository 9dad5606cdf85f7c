"""A lane at which nothing reads any more says so, on the side where it is so, and goes on when a reader is back."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from drivers.barrier import Way
from drivers.faults import DeviceGone
from drivers.link import Link
from gate.announcement import IDLE, Showing
from gate.readers import Lost, Returned
from gate.settings import GateSettings
from tests.gate.bench import SETTINGS, Centre, Desk, Gate
from tests.gate.lane_bench import RealLane, VirtualLane
from tickets.reasons import Reason

FROZEN = "The camera's picture is frozen. Switch the camera off and on again."


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield gate
    gate.close()
    centre.close()


def lane_with(gate: Gate, readers: Mapping[Way, int]) -> VirtualLane:
    settings = GateSettings(gate="3", lane="3A", ways=frozenset(readers))
    lane = VirtualLane(gate, settings, readers=readers)
    lane.passes(0.5)
    return lane


def test_a_lane_whose_only_reader_is_gone_says_that_it_is_closed(gate: Gate) -> None:
    lane = lane_with(gate, {Way.IN: 1})
    assert lane.said[-1] == IDLE
    said = lane.puts(Lost("camera", FROZEN))
    assert said.showing is Showing.CLOSED
    assert said.fault == FROZEN
    assert said.word[1] == "Lane closed"
    assert said.sentence[1]
    lane.passes(5)
    assert lane.pictures()[-2:] == [Showing.IDLE, Showing.CLOSED], "it is said once"
    assert lane.puts(Returned("camera")) == IDLE
    assert lane.shows(Desk().by_till(Desk().ticket())).showing is Showing.GO
    assert lane.kinds() == ["device.fault", "device.back", "use.claimed"]


def test_a_lane_that_has_another_reader_stays_open(gate: Gate) -> None:
    lane = lane_with(gate, {Way.IN: 2})
    assert lane.puts(Lost("camera", FROZEN)) == IDLE
    assert lane.puts(Lost("camera", FROZEN)) == IDLE, "the same one again"
    assert lane.puts(Lost("scanner", "The port is gone. Check it.")).fault == "The port is gone. Check it."
    assert lane.puts(Returned("camera")) == IDLE
    assert lane.puts(Lost("camera", FROZEN)).fault == FROZEN


def test_only_the_blind_side_of_a_lane_for_both_ways_is_closed(gate: Gate) -> None:
    lane = lane_with(gate, {Way.IN: 1, Way.OUT: 1})
    lane.puts(Lost("out camera", FROZEN, Way.OUT))
    assert lane.last_said(Way.OUT).showing is Showing.CLOSED
    assert lane.last_said(Way.IN) == IDLE
    text = Desk().by_till(Desk().ticket())
    assert lane.shows(text).showing is Showing.GO
    lane.walks()
    lane.passes(2)
    assert lane.last_said(Way.IN) == IDLE
    assert lane.last_said(Way.OUT).showing is Showing.CLOSED
    lane.puts(Returned("out camera", Way.OUT))
    assert lane.last_said(Way.OUT) == IDLE


def test_who_was_refused_may_read_why_before_the_lane_says_that_it_is_closed(gate: Gate) -> None:
    lane = lane_with(gate, {Way.IN: 1})
    assert lane.shows("RT1:NOT A TICKET").reason == Reason.UNREADABLE
    assert lane.puts(Lost("camera", FROZEN)).showing is Showing.STOP
    lane.passes(SETTINGS.refusal_seconds)
    assert lane.showing() is Showing.CLOSED


def test_who_was_let_in_before_may_pass(gate: Gate) -> None:
    lane = lane_with(gate, {Way.IN: 1})
    assert lane.shows(Desk().by_till(Desk().ticket())).showing is Showing.GO
    assert lane.puts(Lost("camera", FROZEN)).showing is Showing.GO
    lane.walks()
    assert lane.showing() is Showing.CLOSED
    assert lane.kinds() == ["use.claimed", "device.fault", "use.passed"]


class CableLane(RealLane):
    """A real lane whose scanner's cable can be pulled."""

    pulled = False

    def _open_scanner(self) -> Link:
        if self.pulled:
            raise DeviceGone("The scanner left", "Check its cable.")
        return Cable(super()._open_scanner(), self)


class Cable(Link):
    """What a host has of a line until it is pulled."""

    def __init__(self, link: Link, lane: CableLane) -> None:
        self._link = link
        self._lane = lane

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def read(self, timeout: float) -> bytes:
        if self._lane.pulled:
            raise DeviceGone("The scanner left", "Check its cable.")
        return self._link.read(timeout)

    def close(self) -> None:
        self._link.close()


def test_a_gate_that_runs_says_so_and_comes_back_by_itself(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    lane = CableLane(tmp_path, lambda: Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db"), SETTINGS)
    with lane.running():
        lane.sees(Showing.IDLE)
        lane.pulled = True
        assert lane.sees(Showing.CLOSED).fault == "The scanner left. Check its cable."
        lane.pulled = False
        lane.sees(Showing.IDLE)
        lane.scans(Desk().by_till(Desk().ticket()))
        lane.sees(Showing.GO)
        lane.walks()
    centre.close()
    assert [kind for kind, _ in lane.facts()] == ["device.fault", "device.back", "use.claimed", "use.passed"]
