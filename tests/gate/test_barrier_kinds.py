"""A passage through every kind of barrier: the lane's table does not know what opens the arm."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.barrier import Barrier, Way
from drivers.barrier.gpio import GpioBarrier
from drivers.barrier.gpio_lines import Wiring
from drivers.barrier.gpio_simulator import SimulatedChip
from drivers.barrier.lot import LotBarrier
from drivers.barrier.lot_simulator import LotSimulator
from gate.announcement import Showing
from gate.controller import Controller
from gate.lane import State
from tests.gate.bench import Centre, Desk, Gate
from tests.gate.lane_bench import VirtualLane, Wire

Worked = Callable[..., dict[str, Any]]


class OtherLane(VirtualLane):
    """A lane with another barrier than a relay board."""

    kind = "lot"

    def restarts(self) -> None:
        barrier = self.gpio() if self.kind == "gpio" else self.lot()
        self.controller = Controller(
            settings=self.settings,
            decider=self.gate.decider,
            journal=self.gate.journal,
            barrier=barrier,
            inputs=self.inputs,
            announce={Way.IN: self.said.append, Way.OUT: self.said_outside.append},
            monotonic=self.time,
        )
        self.controller.start()

    def lot(self) -> Barrier:
        turnstile = LotSimulator(clock=self.time)
        wire = Wire(turnstile, self.time)  # type: ignore[arg-type]  # any simulator will do there
        self.do: Worked = turnstile.do
        self.truth = turnstile.state
        return LotBarrier(lambda: wire, clock=self.time)

    def gpio(self) -> Barrier:
        chip = SimulatedChip(coil=1, entry_input=2, exit_input=3, fire_input=4, jam_input=5, clock=self.time)
        wiring = Wiring(outputs=(1,), inputs=(2, 3, 4, 5))
        self.do, self.truth = chip.do, chip.state
        return GpioBarrier(lambda: chip.request(wiring), coil=1, entry_input=2, exit_input=3, fire_input=4, jam_input=5)


class LotLane(OtherLane):
    kind = "lot"


class GpioLane(OtherLane):
    kind = "gpio"


@pytest.fixture(params=[LotLane, GpioLane])
def lane(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OtherLane]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    lane = request.param(gate)
    yield lane
    gate.close()
    centre.close()


def test_somebody_walks_through(lane: OtherLane) -> None:
    desk = Desk()
    assert lane.shows(desk.by_till(desk.ticket())).showing is Showing.GO
    lane.passes(0.4)
    assert lane.do("walk_through", ms=900) == {"passed": True}
    lane.passes(2)
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert lane.truth()["passages"] == 1
    assert not lane.truth()["coil"]
    assert lane.controller.state is State.LOCKED


def test_nobody_walks_through(lane: OtherLane) -> None:
    desk = Desk()
    lane.shows(desk.by_till(desk.ticket()))
    lane.passes(9)
    assert lane.kinds() == ["use.claimed", "use.released"]
    assert not lane.truth()["coil"]


def test_fire_and_jam_close_the_lane_to_tickets(lane: OtherLane) -> None:
    lane.passes(0.2)
    lane.do("fire", on=True)
    lane.passes(0.3)
    assert lane.controller.state is State.EMERGENCY
    lane.passes(1)
    assert lane.truth()["arm"] == "open"


def test_an_adult_with_a_child_walks_through(lane: OtherLane) -> None:
    desk = Desk()
    assert lane.shows(desk.by_till(desk.ticket(children=1))).persons == 2
    lane.passes(0.4)
    assert lane.do("walk_through", ms=900, people=2, gap_ms=300) == {"passed": True}
    lane.passes(4)
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert lane.truth()["passages"] == 2
    assert not lane.truth()["coil"]
    assert lane.controller.state is State.LOCKED
