"""What the printer tests share: a served simulator, a picture, and what really came out of the machine."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from drivers.link import open_link
from drivers.printer import codec
from drivers.printer.confirm import Confirm
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.mouth import MouthNumbers
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station

ACROSS = 72


def picture(rows: int, seed: int = 1) -> bytes:
    """Return noise with a black first and last row, so that no row can be missed unseen."""
    middle = random.Random(seed).randbytes(ACROSS * (rows - 2))
    return b"\xff" * ACROSS + middle + b"\xff" * ACROSS


def on_paper(path: Path) -> bytes:
    """Return a piece as the printer's bits (1 = black), without white rows at its end."""
    with Image.open(path) as piece:
        assert piece.mode == "1"
        assert piece.width == 576
        bits = bytes(byte ^ 0xFF for byte in piece.tobytes())
    rows = [bits[first : first + ACROSS] for first in range(0, len(bits), ACROSS)]
    while rows and not any(rows[-1]):
        rows.pop()
    return b"".join(rows)


def cut_pieces(pictures: Path) -> list[bytes]:
    """Return all that was cut off, in order."""
    return [on_paper(path) for path in sorted(pictures.glob("[0-9]*.png"))]


def printed(image: bytes) -> bytes:
    """Return how an image looks on paper: with the dots flipped that would have been commands."""
    return codec.without_real_time_commands(image)


def wait_until(holds: Callable[[], bool]) -> None:
    """Return as soon as it holds; fail after five seconds."""
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")


class Bench:
    """One simulated printer on a port and its driver, with short patience."""

    def __init__(
        self, station: Station, pictures: Path, mouth: MouthNumbers | None = None, confirm: Confirm = "handshake"
    ) -> None:
        self.station = station
        self.pictures = pictures
        self.printer = EscPosPrinter(
            lambda: open_link(station.address, 115200),
            handshake_timeout=0.6,
            status_timeout=0.15,
            mouth=mouth,
            confirm=confirm,
        )

    @property
    def pieces(self) -> list[bytes]:
        return cut_pieces(self.pictures)


@contextmanager
def bench(tmp_path: Path, listen: str = "tcp:127.0.0.1:0", **simulator: Any) -> Iterator[Bench]:
    """Serve a printer; by default it prints in no time."""
    pictures = tmp_path / "pictures"
    with Station(PrinterSimulator(pictures=pictures, **simulator), listen) as station:
        mouth = MouthNumbers() if simulator.get("presenter") else None
        made = Bench(station, pictures, mouth, "status" if simulator.get("clone") else "handshake")
        try:
            yield made
        finally:
            made.printer.close()
