"""What a lane tells whoever watches over it: every answer, every state, every loss, and no passenger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.barrier import Way
from drivers.barrier.relay_board import ModbusRelayBarrier
from gate.controller import Controller
from gate.observe import UNOBSERVED, Observer, Observers
from gate.readers import Garbled, Lost, Returned
from tests.gate.bench import Centre, Desk, Gate
from tests.gate.lane_bench import VirtualLane
from tickets.errors import EnvironmentFault


class Heard(Observer):
    """Keeps all that it was told."""

    def __init__(self) -> None:
        self.steps = 0
        self.decisions: list[tuple[str, str]] = []
        self.seconds: list[float] = []
        self.states: list[str] = []
        self.devices: list[tuple[str, str]] = []

    def stepped(self, lane: str) -> None:
        assert lane == "3A"
        self.steps += 1

    def decided(self, lane: str, outcome: str, seconds: float) -> None:
        self.decisions.append((lane, outcome))
        self.seconds.append(seconds)

    def stands(self, lane: str, state: str) -> None:
        assert lane == "3A"
        self.states.append(state)

    def lost(self, lane: str, device: str, what: str) -> None:
        assert lane == "3A"
        assert what.endswith(".")
        self.devices.append(("lost", device))

    def returned(self, lane: str, device: str) -> None:
        assert lane == "3A"
        self.devices.append(("returned", device))


class WatchedLane(VirtualLane):
    """A lane with somebody who watches."""

    heard: Heard

    def restarts(self) -> None:
        self.heard = Heard()
        self.controller = Controller(
            settings=self.settings,
            decider=self.gate.decider,
            journal=self.gate.journal,
            barrier=ModbusRelayBarrier(lambda: self.wire, clock=self.time),
            inputs=self.inputs,
            announce={Way.IN: self.said.append, Way.OUT: self.said_outside.append},
            monotonic=self.time,
            observer=Observers([self.heard]),
        )
        self.controller.start()


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[WatchedLane]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield WatchedLane(gate)
    gate.close()
    centre.close()


def test_each_answer_is_told_once(lane: WatchedLane) -> None:
    desk = Desk()
    text = desk.by_till(desk.ticket())
    lane.shows(text)
    lane.walks()
    lane.passes(2)
    lane.shows(text)
    lane.passes(2)
    lane.puts(Garbled("code"))
    assert lane.heard.decisions == [("3A", "admitted"), ("3A", "used"), ("3A", "unreadable")]
    assert all(0 <= seconds < 1 for seconds in lane.heard.seconds)


def test_an_answer_that_the_disk_did_not_take_is_told_as_such(
    lane: WatchedLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise EnvironmentFault("The disk is full", "Make room.")

    desk = Desk()
    monkeypatch.setattr(lane.gate.decider, "code", full)
    lane.shows(desk.by_till(desk.ticket()))
    assert lane.heard.decisions == [("3A", "not_written")]


def test_states_and_steps_are_told(lane: WatchedLane) -> None:
    desk = Desk()
    lane.passes(0.5)
    assert lane.heard.states == ["locked"]
    assert lane.heard.steps >= 10
    lane.shows(desk.by_till(desk.ticket()))
    lane.walks()
    lane.passes(2)
    assert lane.heard.states[0] == "locked"
    assert "authorised" in lane.heard.states
    assert lane.heard.states[-1] == "locked"
    assert not any(same == other for same, other in zip(lane.heard.states, lane.heard.states[1:], strict=False))


def test_devices_are_told_once_lost_and_once_returned(lane: WatchedLane) -> None:
    lane.puts(Lost("camera", "The camera left. Check its cable."))
    lane.puts(Returned("camera"))
    lane.wire.silent = True
    lane.passes(5)
    lane.wire.silent = False
    lane.passes(2)
    assert lane.heard.devices == [
        ("lost", "camera"),
        ("returned", "camera"),
        ("lost", "barrier"),
        ("returned", "barrier"),
    ]
    assert lane.heard.states[-2:] == ["offline", "locked"]


def test_nobody_needs_to_watch() -> None:
    UNOBSERVED.stepped("1A")
    UNOBSERVED.decided("1A", "used", 0.1)
    UNOBSERVED.stands("1A", "locked")
    UNOBSERVED.lost("1A", "camera", "gone")
    UNOBSERVED.returned("1A", "camera")
