"""A code in front of the camera, from rendered frames to the barrier: its holder is admitted once, a copy never."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from drivers.camera import Frame
from drivers.camera.simulated_scene import Held, Scene
from drivers.health import Health
from gate.announcement import Showing
from gate.readers import read_camera
from tests.gate.bench import Centre, Desk, Gate
from tests.gate.lane_bench import VirtualLane
from tests.gate.test_camera import code
from tickets.reasons import Reason

PERIOD = 0.2
"""Seconds of the lane's time between two frames."""


class Film:
    """A camera whose frames follow a script; the lane's time passes from one to the next. Is a `Camera`.

    The script says for how many seconds each picture is held up (None: nothing), and how: with a hand that moves.
    """

    def __init__(self, lane: VirtualLane, script: Sequence[tuple[Path | None, float]], stop: threading.Event) -> None:
        self._lane = lane
        self._stop = stop
        self._scene = Scene()
        self._held = [picture for picture, seconds in script for _ in range(round(seconds / PERIOD))]
        self._shown: tuple[Path | None, int] = (None, 0)
        self.at = 0

    def frame(self) -> Frame | None:
        self._lane.passes(PERIOD)
        if self.at == len(self._held):
            self._stop.set()
            return None
        picture, turn = self._held[self.at], self.at // 8 % 7
        if picture is None:
            self._scene.hide()
        elif (picture, turn) != self._shown:
            self._scene.show(Held(picture=picture, scale=0.5, turn=3.0 * turn, x=0.45 + 0.01 * turn))
        self._shown = picture, turn
        self.at += 1
        return Frame(grey=self._scene.frame(), at=self._lane.time.now)

    def health(self) -> Health:
        return Health(ok=True, what="", hint="")

    def close(self) -> None:
        pass


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[VirtualLane]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield VirtualLane(gate)
    gate.close()
    centre.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    desk = Desk()
    return code(tmp_path / "code.png", desk.by_till(desk.ticket()))


def plays(lane: VirtualLane, script: Sequence[tuple[Path | None, float]]) -> None:
    stop = threading.Event()
    read_camera(Film(lane, script, stop), lane.inputs, stop)
    lane.passes(0.1)


def test_twenty_seconds_are_one_admission(lane: VirtualLane, picture: Path) -> None:
    plays(lane, [(None, 1), (picture, 20)])
    assert lane.kinds() == ["use.claimed", "use.released"]
    assert Showing.STOP not in lane.pictures()
    assert lane.board.state()["opened"] == 1


def test_a_hand_that_moves_away_and_back_is_one_presentation(lane: VirtualLane, picture: Path) -> None:
    plays(lane, [(picture, 0.6), (None, 0.6), (picture, 0.6), (None, 1.4), (picture, 0.6)])
    lane.walks()
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert Showing.STOP not in lane.pictures()


def test_the_next_persons_copy_a_second_later_is_refused(lane: VirtualLane, picture: Path) -> None:
    plays(lane, [(picture, 0.6)])
    lane.board.do("walk_through", ms=900)
    plays(lane, [(picture, 0.4), (None, 1.6), (picture, 2)])
    assert lane.kinds() == ["use.claimed", "use.passed", "scan.refused"]
    assert lane.said[-1].reason == Reason.USED
    assert lane.board.state()["opened"] == 1
