"""ESC/POS as a host speaks it: commands into bytes, status bytes into events. No line, no time.

Sources: Epson's ESC/POS command reference (DLE EOT, GS a, GS ( H function 48, GS ( D, GS v 0, GS V) and the status
tables in the manuals of Bixolon SRP-350 and Citizen CBM1000, which agree with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.printer import MAX_WIDTH, PaperState, Status
from drivers.printer.picture import check_picture

SLICE_ROWS = 64
"""Rows in one raster command. Never more than 255: clones read only the low byte of the height."""

INITIALISE = bytes.fromhex("1B40")
NO_REAL_TIME_PULSE = bytes.fromhex("1D284405001401000200")
"""GS ( D: no drawer pulse and no power-off from DLE DC4, whose bytes a picture may contain."""
STATUS_ON_CHANGE = bytes.fromhex("1D61FF")
"""GS a: four status bytes now and whenever one of them changes (automatic status back, ASB)."""
CUT = bytes.fromhex("1D564200")
"""GS V 66 0: feed to the cutter, then cut but for one point, so that the piece does not fall."""
STATUS_IN_TURN = bytes.fromhex("1D7201")
"""GS r 1: one byte about the paper, sent when everything before it was obeyed. Clones know it that know no GS ( H."""
BEGIN = INITIALISE + NO_REAL_TIME_PULSE + STATUS_ON_CHANGE
END_HEADER = bytes(16)
"""Ends a command that an earlier, broken transfer left open before its sizes, so that what comes next is not taken for
them. Outside a command a printer ignores NUL."""
END_PICTURE = bytes(SLICE_ROWS * (MAX_WIDTH // 8))
"""Ends a picture that was left open, in white. Too long for a printer that is offline and does not empty its buffer."""

FULL_STATUS = bytes.fromhex("100F")
"""How a kiosk printer's answer with all that it knows begins."""

BLOCK_HEADERS = frozenset({0x37, 0x3B, 0x3D, 0x5F})
LONGEST_BLOCK = 96
XON, XOFF = 0x11, 0x13
NOT_PRINTABLE_ID = "a handshake id is four characters from space to tilde"


def ask_status(number: int) -> bytes:
    """Encode DLE EOT for 1 (printer), 2 (why offline), 3 (which error) or 4 (paper). One byte comes back."""
    if number not in {1, 2, 3, 4}:
        raise ValueError(f"there is no status {number}")
    return bytes((0x10, 0x04, number))


def ask_full_status(number: int) -> bytes:
    """Encode DLE EOT for all that a kiosk printer knows; `number` depends on the model. Several bytes come back."""
    return bytes((0x10, 0x04, number))


def handshake(mark: bytes) -> bytes:
    """Encode GS ( H function 48: the printer returns `mark` when all before it is printed."""
    if len(mark) != 4 or not all(0x20 <= byte <= 0x7E for byte in mark):
        raise ValueError(NOT_PRINTABLE_ID)
    return bytes.fromhex("1D284806003030") + mark


def without_real_time_commands(image: bytes) -> bytes:
    """Flip one dot wherever the picture has DLE EOT, DLE ENQ or DLE DC4: printers obey them even inside a picture."""
    for second in (0x04, 0x05, 0x14):
        image = image.replace(bytes((0x10, second)), bytes((0x10, second ^ 0x02)))
    return image


def raster(image: bytes, width: int, height: int) -> Iterator[bytes]:
    """Encode a picture as GS v 0 commands of at most SLICE_ROWS rows. Raises ValueError as check_picture does."""
    check_picture(image, width, height)
    across = (width + 7) // 8
    safe = without_real_time_commands(image)
    for first in range(0, height, SLICE_ROWS):
        rows = min(SLICE_ROWS, height - first)
        header = bytes((0x1D, 0x76, 0x30, 0x00, across, 0x00, rows, 0x00))
        yield header + safe[first * across : (first + rows) * across]


@dataclass(frozen=True, slots=True)
class StatusByte:
    """The answer to one DLE EOT; which one, only the asker knows."""

    value: int


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Four bytes sent unasked (ASB)."""

    status: Status


@dataclass(frozen=True, slots=True)
class Printed:
    """Everything before the handshake with this mark is printed."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """Another answer in block form, such as a model name. `header` is its first byte."""

    header: int
    body: bytes


@dataclass(frozen=True, slots=True)
class FullStatus:
    """A kiosk printer's answer with all that it knows; what its bits mean depends on the model."""

    answer: bytes


@dataclass(frozen=True, slots=True)
class InTurn:
    """The answer to STATUS_IN_TURN."""

    paper: PaperState


IN_TURN = {0x00: PaperState.OK, 0x03: PaperState.NEAR_END, 0x0C: PaperState.END, 0x0F: PaperState.END}
"""Both bits of a sensor are always the same; any other byte is noise."""

Event = StatusByte | StatusChanged | Printed | Block | FullStatus | InTurn


def status_from_bytes(printer: int, offline: int, error: int, paper: int) -> Status:
    """Combine the answers to DLE EOT 1 to 4."""
    return Status(
        online=not printer & 0x08,
        cover_open=bool(offline & 0x04),
        paper=_paper(end=bool(paper & 0x60) or bool(offline & 0x20), near=bool(paper & 0x0C)),
        error=_error(error, other=bool(offline & 0x40)),
    )


def status_from_auto(four: bytes) -> Status:
    """Read the four bytes of an automatic status."""
    return Status(
        online=not four[0] & 0x08,
        cover_open=bool(four[0] & 0x20),
        paper=_paper(end=bool(four[2] & 0x0C), near=bool(four[2] & 0x03)),
        error=_error(four[1], other=False),
    )


def _paper(*, end: bool, near: bool) -> PaperState:
    if end:
        return PaperState.END
    return PaperState.NEAR_END if near else PaperState.OK


def _error(bits: int, *, other: bool) -> str | None:
    for bit, name in ((0x20, "unrecoverable"), (0x08, "cutter"), (0x04, "mechanical"), (0x40, "overheated")):
        if bits & bit:
            return name
    return "mechanical" if other else None


class Decoder:
    """Sorts the printer's bytes into events, in whatever pieces they come. Never raises.

    Bytes that no ESC/POS printer sends at that place are dropped and counted in `discarded`. Of a broken answer
    everything is dropped: its middle must not be taken for a status.
    """

    def __init__(self) -> None:
        self.discarded = 0
        self._begun = bytearray()
        self._full_bytes = 0
        self._in_turn = False

    def expect_in_turn(self) -> None:
        """Take bytes for answers to STATUS_IN_TURN, until `reset` is called; else they are none of a printer's."""
        self._in_turn = True

    def expect_full_status(self, length: int) -> None:
        """Take what begins with 10 0F for a full status of `length` bytes, until it came or `reset` is called.

        Unasked, it would be an automatic status: one that reports a cutter, a jam and a pressed button at once.
        """
        self._full_bytes = length

    def feed(self, data: bytes) -> list[Event]:
        """Take bytes and return the events that they complete."""
        return [event for byte in data if (event := self._take(byte)) is not None]

    def reset(self) -> None:
        """Drop an answer that has begun and will not be finished, and expect none that does not come by itself."""
        self._drop()
        self._full_bytes, self._in_turn = 0, False

    def _drop(self) -> None:
        self.discarded += len(self._begun)
        self._begun.clear()

    def _take(self, byte: int) -> Event | None:
        if not self._begun:
            return self._begin(byte)
        if self._begun[0] in BLOCK_HEADERS:
            return self._go_on_with_block(byte)
        if self._full_bytes and bytes((*self._begun, byte)).startswith(FULL_STATUS):
            return self._go_on_with_full_status(byte)
        if byte & 0x90:
            self._drop()
            return self._begin(byte)
        self._begun.append(byte)
        if len(self._begun) < 4:
            return None
        four = bytes(self._begun)
        self._begun.clear()
        return StatusChanged(status_from_auto(four))

    def _begin(self, byte: int) -> Event | None:
        if self._in_turn and byte in IN_TURN:
            return InTurn(IN_TURN[byte])
        if byte & 0x93 == 0x12:
            return StatusByte(byte)
        if byte & 0x93 == 0x10 or byte in BLOCK_HEADERS:
            self._begun.append(byte)
        elif byte not in {XON, XOFF}:
            self.discarded += 1
        return None

    def _go_on_with_full_status(self, byte: int) -> Event | None:
        self._begun.append(byte)
        if len(self._begun) < self._full_bytes:
            return None
        answer, self._full_bytes = bytes(self._begun), 0
        self._begun.clear()
        return FullStatus(answer)

    def _go_on_with_block(self, byte: int) -> Event | None:
        if byte == 0:
            header, body = self._begun[0], bytes(self._begun[1:])
            self._begun.clear()
            if header == 0x37 and len(body) == 5 and body[0] == 0x22:
                return Printed(body[1:])
            return Block(header, body)
        if not 0x20 <= byte <= 0x7E or len(self._begun) == LONGEST_BLOCK:
            self._drop()
            return self._begin(byte)
        self._begun.append(byte)
        return None
