"""The threads that fetch: each waits on one device and puts what it says into the controller's queue; none decides.

A device that fails says so once, is tried again every second for ever, and says once that it is back. A camera and an
ID reader are also asked how they are: a frozen picture, a covered lens, a security module that is not ready look like
nobody being there. A scanner is not asked: all that it knows beyond what `read` raises is that it has read nothing yet,
which is no fault. Anything else that goes wrong in a thread ends the gate: a gate that has silently become blind is
worse than one that starts again.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.barrier import Way
from drivers.camera import Camera
from drivers.faults import DeviceFault, DeviceRefused
from drivers.health import Health
from drivers.idreader import IdReader
from drivers.scanner import Scan, Scanner, Unreadable
from gate.presentation import PresentedCode
from gate.shown import Card, Code
from sync.journal.uses import By
from tickets.identity import DocumentKind

RETRY_SECONDS = 1.0
CARD_PAUSE_SECONDS = 0.1
CAMERA_ASKED_SECONDS = 0.25
"""How often a camera is asked how it is: it knows within 2 s, and costs nothing."""
CAMERA_OPENS_SECONDS = 5.0
"""How long a camera may take for its first picture before it is asked why there is none."""
CARDS_ASKED_SECONDS = 10.0
"""How often an ID reader is asked how it is: that is one more question on its line."""


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something was shown that cannot be read; what it was is not kept."""

    by: By
    way: Way = Way.IN


@dataclass(frozen=True, slots=True)
class Lost:
    """A device on the side of those who go `way` stopped working."""

    device: str
    what: str
    way: Way = Way.IN


@dataclass(frozen=True, slots=True)
class Returned:
    """A device that was lost works again."""

    device: str
    way: Way = Way.IN


@dataclass(frozen=True, slots=True)
class Broken:
    """A reading thread has died of what is no device's fault."""

    error: Exception


Input = Code | Card | Garbled | Lost | Returned | Broken
Inputs = queue.Queue[Input]


def read_scanner(scanner: Scanner, inputs: Inputs, stop: threading.Event, way: Way = Way.IN) -> None:
    """Fetch codes from a scanner. The same code in view for a while is one presentation, and then `still` there."""
    presented = PresentedCode()

    def fetch() -> None:
        seen = scanner.read(0.2)
        match seen:
            case Scan(text=text):
                _put([text], presented.see([text], time.monotonic()), inputs, way)
            case Unreadable():
                inputs.put(Garbled("code", way))
            case None:
                presented.see([], time.monotonic())

    _keep_fetching("scanner", fetch, inputs, stop, way)


def read_camera(camera: Camera, inputs: Inputs, stop: threading.Event, way: Way = Way.IN) -> None:
    """Fetch codes from a camera's frames."""
    from gate.camera import CodeReader  # with OpenCV and three readers of codes: most lanes have no camera

    reader, presented = CodeReader(), PresentedCode()
    asked = _Asked(camera.health, every=CAMERA_ASKED_SECONDS, first=CAMERA_OPENS_SECONDS)

    def fetch() -> None:
        asked.now_and_then()
        frame = camera.frame()
        if frame is None:
            return
        asked.soon()
        texts = reader.read(frame.grey)
        _put(texts, presented.see(texts, frame.at), inputs, way)

    _keep_fetching("camera", fetch, inputs, stop, way)


def read_cards(cards: IdReader, inputs: Inputs, stop: threading.Event, way: Way = Way.IN) -> None:
    """Fetch ID cards. Only kind and number go on; a card that cannot be read is the card's fault, not the reader's."""
    asked = _Asked(cards.health, every=CARDS_ASKED_SECONDS)

    def fetch() -> None:
        asked.now_and_then()
        try:
            document = cards.read()
            if document is not None:
                inputs.put(Card(kind=DocumentKind(document.kind), number=document.number, way=way))
        except (DeviceRefused, ValueError):
            inputs.put(Garbled("card", way))
        stop.wait(CARD_PAUSE_SECONDS)

    _keep_fetching("id_reader", fetch, inputs, stop, way)


class _Asked:
    """Asks a device how it is, `first` seconds from now and then every so many; at each turn while it is not well."""

    def __init__(self, health: Callable[[], Health], *, every: float, first: float = 0.0) -> None:
        self._health = health
        self._every = every
        self._due = time.monotonic() + first

    def soon(self) -> None:
        """It has worked: there is no more need to wait for the first time."""
        self._due = min(self._due, time.monotonic() + self._every)

    def now_and_then(self) -> None:
        """Ask when it is time. Raises DeviceFault with what the device said when it is not well."""
        if time.monotonic() < self._due:
            return
        health = self._health()
        if not health.ok:
            raise DeviceFault(health.what, health.hint)
        self._due = time.monotonic() + self._every


def _put(texts: list[str], new: list[str], inputs: Inputs, way: Way) -> None:
    for text in texts:
        inputs.put(Code(text=text, still=text not in new, way=way))


def _keep_fetching(
    device: str, fetch: Callable[[], None], inputs: Inputs, stop: threading.Event, way: Way = Way.IN
) -> None:
    name = device if way is Way.IN else f"{way} {device}"
    working = True
    while not stop.is_set():
        try:
            fetch()
        except DeviceFault as fault:
            if working:
                inputs.put(Lost(name, f"{fault.what}. {fault.hint}"[:256], way))
            working = False
            stop.wait(RETRY_SECONDS)
        except Exception as error:  # the controller's thread raises it again
            inputs.put(Broken(error))
            return
        else:
            if not working:
                inputs.put(Returned(name, way))
            working = True
