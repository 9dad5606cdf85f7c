"""Any camera that OpenCV opens: USB (`/dev/video0` or an index) and MJPEG over HTTP. Nothing else here imports OpenCV.

A thread of the camera's own reads all frames and keeps the newest, for a camera's buffer would otherwise show the past.
"""

import os
import re
import threading
import time
from collections.abc import Callable

# FFmpeg writes a line to stderr for every broken picture, dozens a second; read when OpenCV first opens a stream.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera import Camera, Frame
from drivers.faults import DeviceFault, DeviceGone
from drivers.health import Health

SPOILT_AFTER = 2.0
"""Seconds without a picture, of identical pictures (no sensor does that: there is always noise) or of black ones.

A line that falters, or a hand over the lens, does so for less.
"""

BLACK_MEAN, BLACK_SPREAD = 12.0, 8.0
"""Grey levels. Darker and more even than this is a covered lens; a platform at night still has lights."""

OPEN_TIMEOUT_MS = 3000
READ_TIMEOUT_MS = 2000
FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
"""Seconds between two attempts to open a camera that is not there; doubled each time."""

SAMPLE = 16

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # a time-out is a fault here, no need to warn


class OpenCvCamera(Camera):
    """See the module. `width`, `height` and `fps` are asked of a USB camera, which may choose its own."""

    def __init__(
        self,
        source: str,
        *,
        width: int = 1280,
        height: int = 720,
        fps: float = 15,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._name = re.sub("//[^/@]*@", "//", source)  # a password in an address is nobody's to see
        self._width, self._height, self._fps = width, height, fps
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._newest: Frame | None = None
        self._fault: DeviceFault | None = None
        self._came_at: float | None = None
        self._changed_at = self._lit_at = 0.0
        self._sample = np.empty((0, 0), np.uint8)

    def frame(self) -> Frame | None:
        """See Camera.frame."""
        self._start()
        with self._news:
            self._news.wait_for(lambda: self._newest is not None, timeout=3 / self._fps)
            frame, self._newest = self._newest, None
            if frame is None and self._fault is not None:
                raise self._fault
            return frame

    def health(self) -> Health:
        """See Camera.health."""
        self._start()
        with self._news:
            self._news.wait_for(lambda: self._came_at is not None or self._fault is not None, timeout=2.0)
            return self._health(self._clock())

    def close(self) -> None:
        """See Camera.close. Waits for a read that is under way, a few seconds at the most."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread:
            thread.join()
        self._newest = self._fault = self._came_at = None
        self._sample = np.empty((0, 0), np.uint8)

    def _health(self, now: float) -> Health:
        if self._fault is not None:
            return Health(ok=False, what=self._fault.what, hint=self._fault.hint)
        if self._came_at is None or now - self._came_at >= SPOILT_AFTER:
            return Health(
                ok=False, what="The camera sends no pictures", hint="Check its cable; switch it off and on again."
            )
        if now - self._changed_at >= SPOILT_AFTER:
            return Health(ok=False, what="The camera's picture is frozen", hint="Switch the camera off and on again.")
        if now - self._lit_at >= SPOILT_AFTER:
            return Health(ok=False, what="The camera's picture is black", hint="Uncover or clean the lens.")
        return Health(ok=True, what="The camera sends pictures", hint="")

    def _start(self) -> None:
        if self._thread is None:
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="camera", daemon=True)
            self._thread.start()

    def _run(self, stop: threading.Event) -> None:
        delay = FIRST_DELAY
        while not stop.is_set():
            capture = self._open()
            try:
                while capture.isOpened() and not stop.is_set() and self._take(capture):
                    delay = FIRST_DELAY
            finally:
                capture.release()
            with self._news:
                self._fault = DeviceGone(
                    f"The camera {self._name} gives no pictures",
                    "Check its cable, its power and the configured source.",
                )
                self._came_at = None
                self._news.notify_all()
            stop.wait(delay)
            delay = min(2 * delay, LONGEST_DELAY)

    def _open(self) -> cv2.VideoCapture:
        if "://" in self._source:
            timeouts = [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS
            ]  # fmt: skip
            return cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, timeouts)
        place = int(self._source) if self._source.isdecimal() else self._source
        capture = cv2.VideoCapture(place, cv2.CAP_V4L2)
        # The order matters: a camera offers sizes per format, and raw 1280×720 rarely comes faster than 10 per second.
        for wish, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            (cv2.CAP_PROP_FRAME_WIDTH, self._width),
            (cv2.CAP_PROP_FRAME_HEIGHT, self._height),
            (cv2.CAP_PROP_FPS, self._fps),
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        ):
            capture.set(wish, value)
        return capture

    def _take(self, capture: cv2.VideoCapture) -> bool:
        came, image = capture.read()
        if not came or image is None:
            return False
        now = self._clock()
        grey = _grey(np.asarray(image, np.uint8))
        sample = grey[::SAMPLE, ::SAMPLE].copy()
        with self._news:
            if not np.array_equal(sample, self._sample):
                self._changed_at = now
            if self._came_at is None or not _black(sample):
                self._lit_at = now
            self._sample, self._came_at, self._fault = sample, now, None
            self._newest = Frame(grey=grey, at=now)
            self._news.notify_all()
        return True


def _black(sample: NDArray[np.uint8]) -> bool:
    return float(sample.mean()) < BLACK_MEAN and float(sample.std()) < BLACK_SPREAD


def _grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    return np.ascontiguousarray(grey, np.uint8)
