"""TSPL as a host speaks it: a picture into BITMAP commands, status bytes into an answer.

Sources: TSC's TSPL/TSPL2 programming manual (SIZE, GAP, BLINE, BITMAP, PRINT, SET, <ESC>!?, <ESC>!S, <ESC>!.) and
Brother's FBPL reference, which names two bits that TSC's leaves open.
"""

from collections.abc import Iterator

from drivers.printer import MAX_WIDTH, PaperState, Status
from drivers.printer.labels import Answer
from drivers.printer.stock import DOTS_PER_MM, AfterPrint, TicketStock

ASK_SHORT = b"\x1b!?"
"""One byte back."""
ASK_FULL = b"\x1b!S"
"""Four bytes back, between STX and ETX CR LF; firmware from V6.29 on."""
CANCEL = b"\x1b!."
"""Drop what waits to be printed."""
SLICE_ROWS = 64
END_PICTURE = b"\xff" * (SLICE_ROWS * (MAX_WIDTH // 8)) + b"\r\nCLS\r\n"
"""Ends a BITMAP that an earlier, broken transfer left open, in white, and clears what it drew. Nothing is printed."""
PRINT = b"PRINT 1,1\r\n"

AFTER: dict[AfterPrint, tuple[str, ...]] = {
    "cut": ("SET PEEL OFF", "SET TEAR OFF", "SET CUTTER 1"),
    "tear": ("SET PEEL OFF", "SET CUTTER OFF", "SET TEAR ON"),
    "peel": ("SET TEAR OFF", "SET CUTTER OFF", "SET PEEL ON"),
}


def set_up(stock: TicketStock, rows: int) -> bytes:
    """Encode the size of a ticket of `rows` dots, what is between two, and what happens to it afterwards.

    SET REPRINT OFF: a ticket on which the paper ended is not printed again by the printer itself.
    """
    between = f"{stock.gap_mm:g} mm,0 mm"
    lines = (
        f"SIZE {MAX_WIDTH / DOTS_PER_MM:g} mm,{rows / DOTS_PER_MM:g} mm",
        f"BLINE {between}" if stock.kind == "mark" else f"GAP {between}",
        "DIRECTION 0",
        "REFERENCE 0,0",
        "SET REPRINT OFF",
        *AFTER[stock.after],
        "CLS",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def draw(image: bytes, width: int, height: int) -> Iterator[bytes]:
    """Encode a picture (1 = black) as BITMAP commands, in which 1 is white. Prints nothing."""
    across = (width + 7) // 8
    white_is_1 = without_commands(bytes(byte ^ 0xFF for byte in image))
    for first in range(0, height, SLICE_ROWS):
        rows = min(SLICE_ROWS, height - first)
        head = f"BITMAP 0,{first},{across},{rows},0,".encode()
        yield head + white_is_1[first * across : (first + rows) * across] + b"\r\n"


def without_commands(data: bytes) -> bytes:
    """Flip one dot wherever the picture has ESC !: printers obey what follows at once, even inside a picture."""
    return data.replace(b"\x1b!", b"\x1b#")


SHORT_BITS = {0x01: "cover", 0x02: "mechanical", 0x04: "paper", 0x08: "ribbon", 0x40: "cover", 0x80: "overheated"}
PAUSED, PRINTING = 0x10, 0x20


class ShortStatus:
    """Reads the answers to ESC ! ?; see labels.Decoder. Every byte is one, so a line's noise is not always seen."""

    def __init__(self) -> None:
        self.discarded = 0

    def feed(self, data: bytes) -> list[Answer]:
        """See labels.Decoder."""
        return [_from_short(byte) for byte in data]


def _from_short(byte: int) -> Answer:
    found = {name for bit, name in SHORT_BITS.items() if byte & bit}
    error = next((name for name in ("mechanical", "ribbon", "overheated") if name in found), None)
    status = Status(
        online=not found and not byte & PAUSED,
        cover_open="cover" in found,
        paper=PaperState.END if "paper" in found else PaperState.OK,
        error=error,
    )
    return Answer(status=status, busy=bool(byte & PRINTING))


STX, ETX = 0x02, 0x03
FRAME = 8
FIXED = {0: STX, 5: ETX, 6: 0x0D, 7: 0x0A}
"""The bytes of a frame that are always the same, by their place."""
BUSY = frozenset(b"BCFPW")
"""Messages: backing up, cutting, feeding, printing a batch, imaging."""
READY, WAITS_TO_BE_TAKEN = ord("@"), ord("L")


class FullStatus:
    """Reads the answers to ESC ! S, in whatever pieces they come; see labels.Decoder."""

    def __init__(self) -> None:
        self.discarded = 0
        self._frame = bytearray()

    def feed(self, data: bytes) -> list[Answer]:
        """See labels.Decoder."""
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def _take(self, byte: int) -> Answer | None:
        at = len(self._frame)
        fixed = FIXED.get(at)
        if (byte != fixed) if fixed is not None else byte & 0xC0 != 0x40:
            self.discarded += at + (byte != STX)
            self._frame.clear()
            if byte != STX:
                return None
        self._frame.append(byte)
        if len(self._frame) < FRAME:
            return None
        answer = _from_full(*self._frame[1:5])
        self._frame.clear()
        return answer


def _from_full(message: int, warning: int, machine: int, media: int) -> Answer:
    error = None
    if machine & 0x08:
        error = "cutter"
    elif media & 0x02:
        error = "mechanical"
    elif media & 0x0C:
        error = "ribbon"
    elif machine & 0x03:
        error = "overheated"
    elif machine & 0x14:
        error = "unrecoverable"
    end, near = bool(media & 0x01), bool(warning & 0x01)
    busy = message in BUSY
    status = Status(
        online=(busy or message in {READY, WAITS_TO_BE_TAKEN}) and error is None and not media & 0x3F,
        cover_open=bool(media & 0x20),
        paper=PaperState.END if end else PaperState.NEAR_END if near else PaperState.OK,
        error=error,
        in_mouth=message == WAITS_TO_BE_TAKEN,
    )
    return Answer(status=status, busy=busy)
