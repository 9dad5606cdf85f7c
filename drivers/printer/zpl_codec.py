"""ZPL as a host speaks it: a picture and a format into bytes, the three lines of a host status into an answer.

Sources: Zebra's ZPL II programming guide (~DG with Z64 data, ~HS, ~JA, ~DN, ^XG, ^ID, ^MM, ^MN, ^PQ, ^JZ).
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

from drivers.printer import PaperState, Status
from drivers.printer.labels import Answer
from drivers.printer.stock import AfterPrint, StockKind

STX, ETX = 0x02, 0x03
ASK = b"~HS"
CANCEL = b"~DN~JA"
"""End a picture that is being loaded, and drop what waits to be printed."""
PICTURE = "R:WSTICKET.GRF"
DELETE = f"^XA^ID{PICTURE}^FS^XZ".encode()
PIECE = 2048
LONGEST_LINE = 64
LINE = re.compile(rb"\d+(,\d+)*")
FIELDS = (12, 11, 2)
"""In the three lines."""

AFTER: dict[AfterPrint, str] = {"cut": "C", "tear": "T", "peel": "P"}
"""^MM."""
SENSED: dict[StockKind, str] = {"continuous": "N", "gap": "W", "mark": "M"}
"""^MN."""


def load(image: bytes, across: int) -> Iterator[bytes]:
    """Encode ~DG: keep a picture of rows of `across` bytes in memory, 1 = black. Prints nothing.

    The data is compressed and has a checksum (Z64: zlib, Base64, CRC-16 of the Base64 text with polynomial 1021), so
    that a picture that was damaged on the line is not kept at all.
    """
    text = base64.b64encode(zlib.compress(image, 9))
    data = b":Z64:%s:%04X" % (text, binascii.crc_hqx(text, 0))
    whole = f"~DG{PICTURE},{len(image)},{across},".encode() + data
    for first in range(0, len(whole), PIECE):
        yield whole[first : first + PIECE]


def print_once(width: int, rows: int, stock: StockKind, after: AfterPrint) -> bytes:
    """Encode the format that prints the loaded picture once on a ticket of `rows` dots, and forgets the picture.

    ^JZN: a ticket on which the paper ended is not printed again by the printer itself.
    """
    setting = f"^MM{AFTER[after]}^MN{SENSED[stock]}^PW{width}^LL{rows}^LH0,0^JZN"
    return f"^XA{setting}^FO0,0^XG{PICTURE},1,1^FS^PQ1,0,1,N^XZ".encode() + DELETE


class HostStatus:
    """Puts the three lines of a host status together, in whatever pieces they come; see labels.Decoder."""

    def __init__(self) -> None:
        self.discarded = 0
        self._line: bytearray | None = None
        self._lines: list[list[int]] = []

    def feed(self, data: bytes) -> list[Answer]:
        """See labels.Decoder."""
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def _take(self, byte: int) -> Answer | None:
        if byte == STX:
            self._drop()
            self._line = bytearray()
        elif self._line is None:
            # a line's end; anything else is noise
            if byte not in b"\r\n":
                self.discarded += 1
        elif byte == ETX:
            return self._end(bytes(self._line))
        elif len(self._line) < LONGEST_LINE:
            self._line.append(byte)
        else:
            self._drop()
        return None

    def _drop(self) -> None:
        if self._line is not None:
            self.discarded += len(self._line) + 1
            self._lines.clear()
        self._line = None

    def _end(self, line: bytes) -> Answer | None:
        fields = [int(field) for field in line.split(b",")] if LINE.fullmatch(line) else []
        if len(fields) == FIELDS[0]:
            self._lines.clear()
        if len(fields) != FIELDS[len(self._lines)]:
            self._drop()
            return None
        self._line = None
        self._lines.append(fields)
        if len(self._lines) < len(FIELDS):
            return None
        first, second, _ = self._lines
        self._lines.clear()
        return _answer(first, second)


def _answer(first: list[int], second: list[int]) -> Answer:
    _, no_paper, paused, _, formats, _, _, partial, _, ram_lost, too_cold, too_hot = first
    _, _, head_up, no_ribbon, _, _, _, waits, remaining, _, pictures = second
    error = "ribbon" if no_ribbon else "overheated" if too_hot else "unrecoverable" if ram_lost or too_cold else None
    status = Status(
        online=not (paused or no_paper or head_up or error),
        cover_open=bool(head_up),
        paper=PaperState.END if no_paper else PaperState.OK,
        error=error,
        in_mouth=bool(waits),
    )
    return Answer(status=status, busy=bool(formats or partial or remaining), pictures=pictures)
