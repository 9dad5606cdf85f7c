"""The gate's camera thread when the camera is unplugged, frozen, black or silent: said within 3 s, then it reads on."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import segno

from drivers.camera.opencv import OpenCvCamera
from drivers.camera.simulator import CameraSimulator
from drivers.health import Health
from gate.readers import RETRY_SECONDS, Inputs, Lost, Returned, read_camera
from gate.shown import Code

TICKET = "RT1:" + "6BFOXN%TSMAHN-H3ZS1AFT*GE4 8ZKPRN" * 5
KNOWN_WITHIN = 3.0


@pytest.fixture
def simulator() -> Iterator[CameraSimulator]:
    with CameraSimulator() as simulator:
        yield simulator


@pytest.fixture
def camera(simulator: CameraSimulator) -> Iterator[OpenCvCamera]:
    camera = OpenCvCamera(simulator.address)
    yield camera
    camera.close()


@pytest.fixture
def inputs(camera: OpenCvCamera) -> Iterator[Inputs]:
    inputs: Inputs = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=read_camera, args=(camera, inputs, stop))
    thread.start()
    yield inputs
    stop.set()
    thread.join()


@pytest.fixture
def ticket(tmp_path: Path) -> Path:
    path = tmp_path / "ticket.png"
    segno.make(TICKET, error="m", micro=False).save(str(path), scale=6)
    return path


def wait_until(true: Callable[[], bool], seconds: float) -> float:
    began = time.monotonic()
    while not true():
        took = time.monotonic() - began
        assert took < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


def next_of(inputs: Inputs, kind: type[object], seconds: float) -> object:
    until = time.monotonic() + seconds
    while True:
        seen = inputs.get(timeout=max(0.01, until - time.monotonic()))
        if isinstance(seen, kind):
            return seen


def test_an_unplugged_camera_is_lost_once_and_reads_again_when_it_is_back(
    simulator: CameraSimulator, inputs: Inputs, ticket: Path
) -> None:
    simulator.do("show", picture=str(ticket), scale=0.5)
    assert next_of(inputs, Code, 10) == Code(text=TICKET, still=False)
    simulator.do("unplug")
    lost = next_of(inputs, Lost, KNOWN_WITHIN)
    assert isinstance(lost, Lost)
    assert lost.device == "camera"
    simulator.do("replug")
    next_of(inputs, Returned, 10)
    next_of(inputs, Code, 5)


@pytest.mark.parametrize(
    ("spoil", "mend", "said"),
    [
        (("freeze", {}), ("freeze", {"on": False}), "The camera's picture is frozen"),
        (("black", {}), ("black", {"on": False}), "The camera's picture is black"),
        (("line", {"fault": "silent"}), ("line", {"fault": "ok"}), "The camera "),
    ],
)
def test_a_frozen_black_or_silent_camera_is_lost_once_and_reads_again(
    simulator: CameraSimulator,
    camera: OpenCvCamera,
    inputs: Inputs,
    ticket: Path,
    spoil: tuple[str, dict[str, object]],
    mend: tuple[str, dict[str, object]],
    said: str,
) -> None:
    wait_until(lambda: camera.health().ok, 10)
    simulator.do(spoil[0], **spoil[1])
    lost = inputs.get(timeout=KNOWN_WITHIN)
    assert isinstance(lost, Lost)
    assert lost.device == "camera"
    assert lost.what.startswith(said)
    assert lost.what.endswith(".")
    simulator.do("show", picture=str(ticket), scale=0.5)
    time.sleep(RETRY_SECONDS)
    assert inputs.empty(), "nothing is read from a picture that shows nothing, and it is lost only once"
    simulator.do(mend[0], **mend[1])
    first, second = inputs.get(timeout=10), inputs.get(timeout=5)  # a code in the first picture comes before it is back
    assert Returned("camera") in (first, second)
    assert Code(text=TICKET, still=False) in (first, second)


def test_a_frozen_picture_of_a_code_is_one_presentation(
    simulator: CameraSimulator, camera: OpenCvCamera, inputs: Inputs, ticket: Path
) -> None:
    simulator.do("show", picture=str(ticket), scale=0.5)
    assert next_of(inputs, Code, 10) == Code(text=TICKET, still=False)
    simulator.do("freeze")
    wait_until(lambda: not camera.health().ok, KNOWN_WITHIN)
    next_of(inputs, Lost, KNOWN_WITHIN)
    simulator.do("freeze", on=False)
    next_of(inputs, Returned, 10)
    assert next_of(inputs, Code, 5) == Code(text=TICKET, still=True), "it was never taken away"


def test_a_camera_may_take_its_time_for_its_first_picture(simulator: CameraSimulator) -> None:
    class Sleepy(OpenCvCamera):
        """Knows of nothing yet."""

        def frame(self) -> None:
            time.sleep(0.05)

        def health(self) -> Health:
            raise AssertionError("nobody is to ask yet")

    inputs, stop = Inputs(), threading.Event()
    thread = threading.Thread(target=read_camera, args=(Sleepy(simulator.address), inputs, stop))
    thread.start()
    time.sleep(0.3)
    stop.set()
    thread.join()
    assert inputs.empty()
