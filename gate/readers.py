"""The threads that fetch: each waits on one device and puts what it says into the controller's queue; none decides.

A device that fails says so once, is tried again every second for ever, and says once that it is back. Anything else
that goes wrong in a thread ends the gate: a gate that has silently become blind is worse than one that starts again.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.barrier import Way
from drivers.camera import Camera
from drivers.faults import DeviceFault, DeviceRefused
from drivers.idreader import IdReader
from drivers.scanner import Scan, Scanner, Unreadable
from gate.camera import CodeReader
from gate.presentation import PresentedCode
from gate.shown import Card, Code
from sync.journal_uses import By
from tickets.identity import DocumentKind

RETRY_SECONDS = 1.0
CARD_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something was shown that cannot be read; what it was is not kept."""

    by: By
    way: Way = Way.IN


@dataclass(frozen=True, slots=True)
class Lost:
    """A device stopped working."""

    device: str
    what: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A device works again."""

    device: str


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
    reader, presented = CodeReader(), PresentedCode()

    def fetch() -> None:
        frame = camera.frame()
        if frame is None:
            return
        texts = reader.read(frame.grey)
        _put(texts, presented.see(texts, frame.at), inputs, way)

    _keep_fetching("camera", fetch, inputs, stop, way)


def read_cards(cards: IdReader, inputs: Inputs, stop: threading.Event, way: Way = Way.IN) -> None:
    """Fetch ID cards. Only kind and number go on; a card that cannot be read is the card's fault, not the reader's."""

    def fetch() -> None:
        try:
            document = cards.read()
            if document is not None:
                inputs.put(Card(kind=DocumentKind(document.kind), number=document.number, way=way))
        except (DeviceRefused, ValueError):
            inputs.put(Garbled("card", way))
        stop.wait(CARD_PAUSE_SECONDS)

    _keep_fetching("id_reader", fetch, inputs, stop, way)


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
                inputs.put(Lost(name, f"{fault.what}. {fault.hint}"[:256]))
            working = False
            stop.wait(RETRY_SECONDS)
        except Exception as error:  # the controller's thread raises it again
            inputs.put(Broken(error))
            return
        else:
            if not working:
                inputs.put(Returned(name))
            working = True
