"""How long it takes to know that a camera is gone, frozen or black, and to see again once it is not."""

import time
from collections.abc import Callable

from drivers.camera.opencv import OpenCvCamera
from drivers.camera.simulator import CameraSimulator
from drivers.faults import DeviceFault
from station.bench.measure import Line, NotMeasured, at_most, told

MOST_SECONDS = 3.0
PATIENCE = 15.0


def run() -> list[Line]:
    """Take a simulated camera's pictures away in each way, and give them back."""
    with CameraSimulator() as simulator:
        camera = OpenCvCamera(simulator.address)
        try:
            _until(lambda: _sees(camera))
            lines = []
            for what, spoil, mend in (
                ("unplugged", ("unplug", {}), ("replug", {})),
                ("frozen", ("freeze", {}), ("freeze", {"on": False})),
                ("black", ("black", {}), ("black", {"on": False})),
                ("silent", ("line", {"fault": "silent"}), ("line", {"fault": "ok"})),
            ):
                simulator.do(spoil[0], **spoil[1])
                known = _until(lambda: not _sees(camera))
                simulator.do(mend[0], **mend[1])
                back = _until(lambda: _sees(camera))
                lines += [
                    at_most(f"a camera {what}: until that is known", known, "s", MOST_SECONDS),
                    told(f"a camera {what}: until it is used again once it works", back, "s"),
                ]
            return lines
        finally:
            camera.close()


def _sees(camera: OpenCvCamera) -> bool:
    try:
        camera.frame()
    except DeviceFault:
        return False
    return camera.health().ok


def _until(true: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > PATIENCE:
            raise NotMeasured("the simulated camera did not do what it was told")
        time.sleep(0.02)
    return time.monotonic() - began
