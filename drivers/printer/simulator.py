"""A simulated ESC/POS ticket printer: paper, cover, cutter and head inside, bytes outside, a picture for each piece.

It knows what is true (which rows are on which piece of paper) and says only what the protocol lets it say.
"""

import math
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from drivers.printer import MAX_WIDTH
from drivers.printer import stream as escpos
from drivers.simulation import Send

ROWS_PER_MM = 8
ACROSS = MAX_WIDTH // 8
NEAR_END_MM = 3000
SHIFTED_ROWS = 8
"""Rows that the paper slips when the cover is opened on a piece that is being printed."""

NAMES = {65: "1.00", 66: "Waystation", 67: "Ticket printer", 68: "SIM0001"}
NUMBERS = {1: 0x20, 2: 0x02, 3: 0x01, 49: 0x20, 50: 0x02, 51: 0x01}
ERRORS = {"mechanical": 0x04, "cutter": 0x08, "unrecoverable": 0x20, "overheated": 0x40}


class PrinterSimulator:
    """One printer. Each piece that is cut off becomes `pictures`/0001.png and so on; torn ones torn-0001.png.

    `paper_mm` is what is on the roll. `mm_per_second` slows printing down; by default it takes no time.

    Commands of `do`: paper_out, paper_near_end, load_paper(mm), open_cover, close_cover, jam(error), clear_jam,
    die_in_print(rows), power_cycle. paper_out, open_cover and jam take `rows`: it happens when the next `rows` rows
    have been printed, instead of now. A strip without a dot on it leaves no picture and is counted in `strips`.
    """

    def __init__(self, *, pictures: Path, paper_mm: float = 80_000, mm_per_second: float = math.inf) -> None:
        pictures.mkdir(parents=True, exist_ok=True)
        self._pictures = pictures
        self._printed = len(list(pictures.glob("[0-9][0-9][0-9][0-9].png")))
        self._torn = len(list(pictures.glob("torn-*.png")))
        self._strips = 0
        self._paper_rows = int(paper_mm * ROWS_PER_MM)
        self._rows_per_second = mm_per_second * ROWS_PER_MM
        self._send: Send = lambda _: None
        self._cover_open = False
        self._error: str | None = None
        self._dead = False
        self._drawer_pulses = 0
        self._unknown = 0
        self._planned: tuple[int, Callable[[], None]] | None = None
        self._now: float | None = None
        self._piece: list[bytes] = []
        self._restart()

    def _restart(self) -> None:
        self._scan = escpos.RealTimeScan()
        self._parser = escpos.Parser()
        self._to_print: deque[bytes] = deque()
        self._cut_after = False
        self._pulses_enabled = True
        self._auto = False
        self._told = b""
        self._due_rows = 0.0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if self._dead:
            return
        if not all(self._obey_at_once(command) for command in self._scan.feed(data)):
            return
        self._parser.feed(data)
        self._work()

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        passed = 0.0 if self._now is None else now - self._now
        self._now = now
        if not self._dead and math.isfinite(self._rows_per_second):
            busy = bool(self._to_print)
            self._due_rows = self._due_rows + passed * self._rows_per_second if busy else 0.0
            self._work()

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See Simulator.do."""
        known: dict[str, Callable[..., None]] = {
            "paper_out": self._paper_out,
            "paper_near_end": self._paper_near_end,
            "load_paper": self._load_paper,
            "open_cover": self._open_cover,
            "close_cover": self._close_cover,
            "jam": self._jam,
            "clear_jam": self._power_cycle,
            "die_in_print": self._die_in_print,
            "power_cycle": self._power_cycle,
        }
        if command not in known:
            raise ValueError(f"a printer can {', '.join(known)}, not {command}")
        known[command](**arguments)
        self._tell_change()
        self._work()
        return {}

    def state(self) -> dict[str, Any]:
        """See Simulator.state. `rows` are on the piece that is not cut yet, `waiting` bytes are not obeyed yet."""
        return {
            "printed": self._printed,
            "torn": self._torn,
            "strips": self._strips,
            "rows": len(self._piece),
            "waiting": len(self._parser) + sum(map(len, self._to_print)),
            "paper": "end" if self._paper_rows <= 0 else "near end" if self._near_end else "ok",
            "paper_mm": self._paper_rows // ROWS_PER_MM,
            "cover_open": self._cover_open,
            "error": self._error,
            "online": self._online,
            "dead": self._dead,
            "drawer_pulses": self._drawer_pulses,
            "unknown": self._unknown,
        }

    @property
    def _near_end(self) -> bool:
        return self._paper_rows < NEAR_END_MM * ROWS_PER_MM

    @property
    def _online(self) -> bool:
        return self._paper_rows > 0 and not self._cover_open and self._error is None and not self._dead

    # what a hand does

    def _after(self, rows: int, happening: Callable[[], None]) -> None:
        if rows:
            self._planned = (rows, happening)
        else:
            happening()

    def _paper_out(self, rows: int = 0) -> None:
        def run_out() -> None:
            self._paper_rows = 0
            self._tear()

        self._after(rows, run_out)

    def _paper_near_end(self) -> None:
        self._paper_rows = min(self._paper_rows, NEAR_END_MM * ROWS_PER_MM - 1)

    def _load_paper(self, mm: float = 80_000) -> None:
        self._tear()
        self._paper_rows = int(mm * ROWS_PER_MM)

    def _open_cover(self, rows: int = 0) -> None:
        def lift() -> None:
            self._cover_open = True
            if self._piece:
                self._piece += [bytes(ACROSS)] * SHIFTED_ROWS

        self._after(rows, lift)

    def _close_cover(self) -> None:
        self._cover_open = False

    def _jam(self, error: str = "mechanical", rows: int = 0) -> None:
        if error not in ERRORS:
            raise ValueError(f"error must be one of {', '.join(ERRORS)}")

        def stick() -> None:
            self._error = error

        self._after(rows, stick)

    def _die_in_print(self, rows: int = 1) -> None:
        def die() -> None:
            self._dead = True

        self._after(max(1, rows), die)

    def _power_cycle(self) -> None:
        """Take jammed paper out, switch off and on: the buffers are empty and nothing is sent unasked."""
        self._tear()
        self._dead, self._error, self._planned = False, None, None
        self._restart()

    # what the mechanism does

    def _work(self) -> None:
        while self._online and not (self._to_print and self._due_rows < 1 and math.isfinite(self._rows_per_second)):
            if self._to_print:
                self._print_row(self._to_print.popleft())
            elif self._cut_after:
                self._cut_after = False
                self._cut()
            else:
                there, command = self._parser.take()
                if not there:
                    return
                self._obey(command)

    def _print_row(self, row: bytes) -> None:
        self._due_rows -= 1
        self._paper_rows -= 1
        self._piece.append(row)
        before = self._near_end
        if self._paper_rows <= 0:
            self._tear()
        if self._planned is not None:
            rows, happening = self._planned
            self._planned = (rows - 1, happening) if rows > 1 else None
            if rows == 1:
                happening()
        if not self._online or before != self._near_end or self._near_end:
            self._tell_change()

    def _obey(self, command: escpos.Command) -> None:
        match command:
            case escpos.Initialise():
                self._pulses_enabled, self._auto = True, False
            case escpos.Rows(across, height, image):
                rows = (image[first : first + across] for first in range(0, across * height, across or 1))
                self._to_print += [row[:ACROSS].ljust(ACROSS, b"\0") for row in rows]
            case escpos.Feed(dots):
                self._to_print += [bytes(ACROSS)] * dots
            case escpos.Cut(dots):
                self._to_print += [bytes(ACROSS)] * dots
                self._cut_after = True
            case escpos.AutoStatus(mask):
                self._auto, self._told = mask != 0, b""
                self._tell_change()
            case escpos.SendStatus(number):
                paper = (0x03 if self._near_end else 0) | (0x0C if self._paper_rows <= 0 else 0)
                self._send(bytes((paper if number in {1, 49} else 0,)))
            case escpos.Identify(number):
                if number in NAMES:
                    self._send(b"\x5f" + NAMES[number].encode() + b"\0")
                elif number in NUMBERS:
                    self._send(bytes((NUMBERS[number],)))
            case escpos.Handshake(mark):
                self._send(b"\x37\x22" + mark + b"\0")
            case escpos.RealTimePulses(enabled):
                self._pulses_enabled = enabled
            case escpos.Unknown():
                self._unknown += 1
            case None:
                pass

    def _obey_at_once(self, command: escpos.RealTime) -> bool:
        """Returns False when it switched the printer off."""
        match command:
            case escpos.RealTime(0x04, number):
                self._send(bytes((self._status_byte(number),)))
            case escpos.RealTime(0x05, 2) if self._error != "unrecoverable":
                self._parser.clear()
                self._to_print.clear()
            case escpos.RealTime(0x14, 1) if self._pulses_enabled:
                self._drawer_pulses += 1
            case escpos.RealTime(0x14, 2) if self._pulses_enabled:
                self._dead = True
                return False
            case _:
                pass
        return True

    def _cut(self) -> None:
        if any(map(any, self._piece)):
            self._printed += 1
            self._write_picture(f"{self._printed:04d}.png")
        else:
            self._strips += 1
        self._piece.clear()

    def _tear(self) -> None:
        if any(map(any, self._piece)):
            self._torn += 1
            self._write_picture(f"torn-{self._torn:04d}.png")
        self._piece.clear()

    def _write_picture(self, name: str) -> None:
        white_is_1 = bytes(byte ^ 0xFF for byte in b"".join(self._piece))
        picture = Image.frombytes("1", (MAX_WIDTH, len(self._piece)), white_is_1)
        unfinished = self._pictures / f".{name}.{os.getpid()}"
        picture.save(unfinished, "PNG", dpi=(203, 203))
        unfinished.replace(self._pictures / name)

    # what it says

    def _status_byte(self, number: int) -> int:
        end = self._paper_rows <= 0
        error = ERRORS[self._error] if self._error else 0
        return 0x12 | {
            1: 0 if self._online else 0x08,
            2: (0x04 if self._cover_open else 0) | (0x20 if end else 0) | (0x40 if error else 0),
            3: error,
            4: (0x0C if self._near_end else 0) | (0x60 if end else 0),
        }.get(number, 0)

    def _tell_change(self) -> None:
        if self._dead or not self._auto:
            return
        end = self._paper_rows <= 0
        now = bytes(
            (
                0x10 | (0 if self._online else 0x08) | (0x20 if self._cover_open else 0),
                ERRORS[self._error] if self._error else 0,
                (0x03 if self._near_end else 0) | (0x0C if end else 0),
                0,
            )
        )
        if now != self._told:
            self._told = now
            self._send(now)
