"""The threads that fetch: each waits on one device and puts what it says into the controller's queue; none decides.

A device that fails says so once, is tried again every second for ever, and says once that it is back.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.camera import Camera
from drivers.faults import DeviceFault
from drivers.idreader import IdReader
from drivers.scanner import Scan, Scanner, Unreadable
from gate.camera import CodeReader
from gate.decide import Card, Code
from gate.presentation import PresentedCode
from tickets.identity import DocumentKind

RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something was shown that is no code of ours; what it was is not kept."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A device stopped working."""

    device: str
    what: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A device works again."""

    device: str


Input = Code | Card | Garbled | Lost | Returned
Inputs = queue.Queue[Input]


def read_scanner(scanner: Scanner, inputs: Inputs, stop: threading.Event) -> None:
    """Fetch codes from a scanner. The same code in view for a while is one presentation."""
    presented = PresentedCode()

    def fetch() -> None:
        seen = scanner.read(0.2)
        match seen:
            case Scan(text=text):
                for each in presented.see([text], time.monotonic()):
                    inputs.put(Code(text=each))
            case Unreadable():
                inputs.put(Garbled())
            case None:
                presented.see([], time.monotonic())

    _keep_fetching("scanner", fetch, inputs, stop)


def read_camera(camera: Camera, inputs: Inputs, stop: threading.Event) -> None:
    """Fetch codes from a camera's frames."""
    reader, presented = CodeReader(), PresentedCode()

    def fetch() -> None:
        frame = camera.frame()
        if frame is None:
            return
        for text in presented.see(reader.read(frame.grey), frame.at):
            inputs.put(Code(text=text))

    _keep_fetching("camera", fetch, inputs, stop)


def read_cards(cards: IdReader, inputs: Inputs, stop: threading.Event) -> None:
    """Fetch ID cards. Only kind and number go on, and only to the next decision."""

    def fetch() -> None:
        document = cards.read()
        if document is None:
            stop.wait(0.1)
        else:
            inputs.put(Card(kind=DocumentKind(document.kind), number=document.number))

    _keep_fetching("id_reader", fetch, inputs, stop)


def _keep_fetching(device: str, fetch: Callable[[], None], inputs: Inputs, stop: threading.Event) -> None:
    working = True
    while not stop.is_set():
        try:
            fetch()
        except DeviceFault as fault:
            if working:
                inputs.put(Lost(device, f"{fault.what}. {fault.hint}"[:256]))
            working = False
            stop.wait(RETRY_SECONDS)
        else:
            if not working:
                inputs.put(Returned(device))
            working = True
