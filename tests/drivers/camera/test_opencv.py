"""The camera driver against the simulated camera: what it gives, and what it says when something is wrong."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from drivers.camera import Frame
from drivers.camera.opencv import OpenCvCamera
from drivers.camera.simulator import CameraSimulator
from drivers.faults import DeviceFault, DeviceGone


@pytest.fixture
def simulator() -> Iterator[CameraSimulator]:
    with CameraSimulator(fps=30) as simulator:
        yield simulator


@pytest.fixture
def camera(simulator: CameraSimulator) -> Iterator[OpenCvCamera]:
    camera = OpenCvCamera(simulator.address, fps=30)
    yield camera
    camera.close()


def next_frame(camera: OpenCvCamera, seconds: float = 10.0) -> Frame:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if frame := camera.frame():
                return frame
        except DeviceFault:
            time.sleep(0.02)
    raise AssertionError("no frame came")


def next_fault(camera: OpenCvCamera, seconds: float = 10.0) -> DeviceFault:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            camera.frame()
        except DeviceFault as fault:
            return fault
    raise AssertionError("no fault came")


def eventually(true: Callable[[], object], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_frames_are_grey_whole_and_new(camera: OpenCvCamera) -> None:
    first, second = next_frame(camera), next_frame(camera)
    assert first.grey.shape == (720, 1280)
    assert first.grey.dtype == np.uint8
    assert first.grey.flags.c_contiguous
    assert first.at < second.at <= time.monotonic()
    assert not np.array_equal(first.grey, second.grey)
    assert camera.health().ok


def test_only_the_newest_frame_is_kept(camera: OpenCvCamera, simulator: CameraSimulator) -> None:
    next_frame(camera)
    before = simulator.state()["frames"]
    assert eventually(lambda: simulator.state()["frames"] > before + 10)
    asked = time.monotonic()
    assert next_frame(camera).at > asked - 0.2


def test_a_camera_that_is_unplugged_is_gone_and_comes_back(camera: OpenCvCamera, simulator: CameraSimulator) -> None:
    next_frame(camera)
    simulator.do("unplug")
    assert isinstance(next_fault(camera), DeviceGone)
    health = camera.health()
    assert not health.ok
    assert health.hint
    simulator.do("replug")
    next_frame(camera)
    assert camera.health().ok


def test_a_camera_that_stalls_gives_none_and_is_not_fine(camera: OpenCvCamera, simulator: CameraSimulator) -> None:
    next_frame(camera)
    simulator.do("line", fault="silent")
    assert eventually(lambda: camera.frame() is None, 1.0)
    assert eventually(lambda: not camera.health().ok)
    simulator.do("line", fault="ok")
    next_frame(camera)


@pytest.mark.parametrize("fault", ["garbage", "half"])
def test_broken_pictures_do_not_break_the_driver(camera: OpenCvCamera, simulator: CameraSimulator, fault: str) -> None:
    next_frame(camera)
    simulator.do("line", fault=fault)
    next_fault(camera)
    simulator.do("line", fault="ok")
    next_frame(camera)
    assert eventually(lambda: camera.health().ok)


def test_a_frozen_picture_is_noticed(simulator: CameraSimulator) -> None:
    camera = OpenCvCamera(simulator.address, fps=30, clock=lambda: 6 * time.monotonic())
    next_frame(camera)
    assert camera.health().ok
    simulator.do("freeze")
    assert eventually(lambda: camera.health().what == "The camera's picture is frozen")
    simulator.do("freeze", on=False)
    assert eventually(lambda: camera.health().ok)
    camera.close()


def test_a_black_picture_is_noticed(simulator: CameraSimulator) -> None:
    camera = OpenCvCamera(simulator.address, fps=30, clock=lambda: 6 * time.monotonic())
    next_frame(camera)
    simulator.do("black")
    assert eventually(lambda: camera.health().what == "The camera's picture is black")
    simulator.do("black", on=False)
    assert eventually(lambda: camera.health().ok)
    camera.close()


def test_a_hand_over_the_lens_for_a_moment_is_no_trouble(simulator: CameraSimulator) -> None:
    now = 1000.0
    camera = OpenCvCamera(simulator.address, fps=30, clock=lambda: now)
    next_frame(camera)
    now += 10
    next_frame(camera)
    simulator.do("black")
    assert eventually(lambda: float(next_frame(camera).grey.mean()) < 12)
    assert camera.health().ok, "the first black picture"
    now += 1.9
    next_frame(camera)
    assert camera.health().ok
    now += 0.2
    assert eventually(lambda: camera.health().what == "The camera's picture is black")
    camera.close()


def test_a_camera_that_is_not_there_is_gone() -> None:
    camera = OpenCvCamera("/dev/video99")
    assert not camera.health().ok
    with pytest.raises(DeviceGone, match="/dev/video99"):
        camera.frame()
    camera.close()


def test_a_password_in_the_address_is_not_shown() -> None:
    with CameraSimulator() as simulator:
        simulator.do("unplug")
        camera = OpenCvCamera(simulator.address.replace("//", "//admin:secret@"))
        health = camera.health()
        assert "127.0.0.1" in health.what
        assert "secret" not in health.what + health.hint
        camera.close()


def test_a_closed_camera_opens_again(camera: OpenCvCamera, simulator: CameraSimulator) -> None:
    next_frame(camera)
    camera.close()
    assert eventually(lambda: simulator.state()["viewers"] == 0)
    next_frame(camera)
