"""A simulated TSPL printer for ticket stock: lines and bitmaps in, pictures of tickets out, status bytes when asked.

Like real ones it prints a ticket again on which the paper ended, until SET REPRINT OFF tells it not to, and obeys
ESC ! wherever it stands, inside a bitmap too.
"""

import math
import re
from typing import Any

from PIL import Image

from drivers.printer import MAX_WIDTH
from drivers.printer.mechanism import ROWS_PER_MM
from drivers.printer.stock_simulator import StockPrinterSimulator

AT_ONCE = re.compile(rb"\x1b!([?SRDC.OPQF])", re.DOTALL)
BITMAP = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),(\d+),")
SIZE = re.compile(r"SIZE ([\d.]+) mm, ?([\d.]+) mm")
HARMLESS = ("GAP ", "BLINE ", "DIRECTION ", "REFERENCE ", "OFFSET ", "DENSITY ", "SPEED ", "CODEPAGE ")
RUN_DOWN_SECONDS = 0.3
"""For how long it says that it is printing after its last row: the paper moves on to the cutter or the edge."""

MACHINE = {"overheated": 0x01, "unrecoverable": 0x04, "cutter": 0x08}
MEDIA = {"mechanical": 0x02, "ribbon": 0x04}


class TsplSimulator(StockPrinterSimulator):
    """One printer; StockPrinterSimulator says what its first arguments mean. `old`: it does not know ESC ! S."""

    def __init__(self, *, old: bool = False, **more: Any) -> None:
        self._old = old
        self._now = 0.0
        super().__init__(**more)

    def _restart(self) -> None:
        super()._restart()
        self._tail = b""
        self._stream = b""
        self._length = 0
        self._canvas = Image.new("1", (MAX_WIDTH, 1), 0)
        self._drawn = self._canvas
        self._waiting = 0
        self._busy_until = 0.0
        self._peels = False

    @property
    def _peeling(self) -> bool:
        return self._peels

    def _receive(self, data: bytes) -> None:
        seen = self._tail + data
        end = 0
        for match in AT_ONCE.finditer(seen):
            self._obey_at_once(match[1])
            end = match.end()
        self._tail = seen[end:][-2:]
        self._stream += data

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._now = now
        super().tick(now)

    def state(self) -> dict[str, Any]:
        """See Simulator.state. `waiting` bytes, rows and tickets are not obeyed or printed yet."""
        return {
            **self._inside.state(),
            "waiting": len(self._stream) + len(self._to_print) + self._waiting,
            "unknown": self._unknown,
        }

    def _go_on(self) -> bool:
        if self._waiting and not (self._peels and self._inside.mouth):
            self._waiting -= 1
            self._print(self._drawn)
            return True
        return self._take_one()

    def _printed(self) -> None:
        self._busy_until = self._now + RUN_DOWN_SECONDS

    def _thrown_away(self) -> None:
        """The tickets that are still to come are printed."""

    def _take_one(self) -> bool:
        """Obey the first line or bitmap in the buffer. False when it is not complete."""
        picture = BITMAP.match(self._stream)
        if picture:
            x, y, across, rows, _ = (int(number) for number in picture.groups())
            end = picture.end() + across * rows
            if len(self._stream) < end:
                return False
            self._draw(x, y, across, rows, self._stream[picture.end() : end])
            self._stream = self._stream[end:]
            return True
        line, found, rest = self._stream.partition(b"\n")
        if not found:
            return False
        self._stream = rest
        text = AT_ONCE.sub(b"", line).decode("latin-1").strip("\r\n ")
        if text:
            self._obey(text)
        return True

    def _draw(self, x: int, y: int, across: int, rows: int, data: bytes) -> None:
        if across and rows:
            black_is_1 = Image.frombytes("1", (across * 8, rows), bytes(byte ^ 0xFF for byte in data))
            self._canvas.paste(black_is_1, (x, y))

    def _obey(self, line: str) -> None:
        size = SIZE.fullmatch(line)
        if size:
            self._length = round(float(size[2]) * ROWS_PER_MM)
        elif line == "CLS":
            self._canvas = Image.new("1", (MAX_WIDTH, max(1, self._length)), 0)
        elif line.startswith("PRINT "):
            self._drawn = self._canvas.copy()
            self._waiting += math.prod(int(number) for number in line.removeprefix("PRINT ").split(","))
        elif line.startswith("SET PEEL "):
            self._peels = line.endswith("ON")
        elif line.startswith("SET REPRINT "):
            self._reprints = line.endswith("ON")
        elif not line.startswith((*HARMLESS, "SET CUTTER ", "SET TEAR ")):
            self._unknown += 1

    def _obey_at_once(self, code: bytes) -> None:
        if code == b"?":
            self._send(bytes((self._short_status(),)))
        elif code == b"S" and not self._old:
            self._send(b"\x02" + self._full_status() + b"\x03\r\n")
        elif code == b".":
            self._waiting = 0
        elif code == b"R":
            self._restart()

    @property
    def _printing(self) -> bool:
        return bool(self._to_print) or bool(self._waiting) or self._now < self._busy_until

    def _short_status(self) -> int:
        inside = self._inside
        bits = (
            (0x01, inside.cover_open),
            (0x02, inside.error in {"mechanical", "cutter", "unrecoverable"}),
            (0x04, inside.out_of_paper),
            (0x08, inside.error == "ribbon"),
            (0x10, self._paused),
            (0x20, self._printing),
            (0x80, inside.error == "overheated"),
        )
        return sum(bit for bit, is_so in bits if is_so)

    def _full_status(self) -> bytes:
        inside = self._inside
        machine = MACHINE.get(inside.error or "", 0)
        media = MEDIA.get(inside.error or "", 0) | (0x01 if inside.out_of_paper else 0)
        media |= 0x20 if inside.cover_open else 0
        message = "@"
        if machine or media:
            message = "E"
        elif self._paused:
            message = "`"
        elif self._printing:
            message = "P"
        elif self._peels and inside.mouth:
            message = "L"
        return bytes((ord(message), 0x40 | inside.near_end, 0x40 | machine, 0x40 | media))
