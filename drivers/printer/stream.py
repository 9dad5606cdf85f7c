"""The printer's side of ESC/POS for the simulator: what a host's bytes command, in order and out of turn."""

import re
from dataclasses import dataclass

FEED_DOTS = 30
"""One line of text at the default spacing, which the printer here feeds without printing it."""

FIXED = {
    # ESC … and FS … and GS …: parameters that follow the two bytes; only what changes no picture of ours
    b"\x1b ": 1, b"\x1b!": 1, b"\x1b$": 2, b"\x1b-": 1, b"\x1b2": 0, b"\x1b3": 1, b"\x1b=": 1, b"\x1bE": 1,
    b"\x1bG": 1, b"\x1bM": 1, b"\x1bR": 1, b"\x1bS": 0, b"\x1bL": 0, b"\x1bT": 1, b"\x1bV": 1, b"\x1b\\": 2,
    b"\x1ba": 1, b"\x1bd": 1, b"\x1bc3": 1, b"\x1bc4": 1, b"\x1bc5": 1, b"\x1bp": 3, b"\x1bt": 1, b"\x1b{": 1,
    b"\x1c!": 1, b"\x1c&": 0, b"\x1c-": 1, b"\x1c.": 0, b"\x1cC": 1, b"\x1cS": 2,
    b"\x1d!": 1, b"\x1dB": 1, b"\x1dH": 1, b"\x1dL": 2, b"\x1dP": 2, b"\x1dW": 2, b"\x1db": 1, b"\x1df": 1,
    b"\x1dh": 1, b"\x1dw": 1,
}  # fmt: skip

HOLD_OUT = 3
"""The ejector command that has a parameter: how far."""

REAL_TIME = re.compile(
    rb"\x10[\x04\x05][\x01-\x04]|\x10\x04\x14|\x10\x14\x01[\x00\x01][\x01-\x08]|\x10\x14\x02\x01\x08", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Initialise:
    """ESC @: back to the settings at power-on."""


@dataclass(frozen=True, slots=True)
class Rows:
    """GS v 0: a picture of `height` rows, `across` bytes each."""

    across: int
    height: int
    image: bytes


@dataclass(frozen=True, slots=True)
class Feed:
    """Move the paper by so many dots."""

    dots: int


@dataclass(frozen=True, slots=True)
class Cut:
    """GS V, ESC i or ESC m, after a feed."""

    dots: int


@dataclass(frozen=True, slots=True)
class AutoStatus:
    """GS a: send status by itself (any bit of `mask`) or not (0)."""

    mask: int


@dataclass(frozen=True, slots=True)
class SendStatus:
    """GS r: send one status byte in turn."""

    number: int


@dataclass(frozen=True, slots=True)
class Identify:
    """GS I: send a number or a name."""

    number: int


@dataclass(frozen=True, slots=True)
class Handshake:
    """GS ( H function 48: send the mark when all before is printed."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class RealTimePulses:
    """GS ( D: obey DLE DC4 or not."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class Eject:
    """GS e on kiosk printers: 2 draws a piece back, 3 holds it out, 5 lets it go."""

    number: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command that this printer does not know, or a character that it does not print."""

    code: bytes


Command = (
    Initialise
    | Rows
    | Feed
    | Cut
    | AutoStatus
    | SendStatus
    | Identify
    | Handshake
    | RealTimePulses
    | Eject
    | Unknown
    | None
)


@dataclass(frozen=True, slots=True)
class RealTime:
    """A command obeyed on arrival: EOT (ask, `value` 1–4), ENQ (recover 1 or 2) or DC4 (1 pulse, 2 power off)."""

    code: int
    value: int


class RealTimeScan:
    """Finds DLE commands in the raw stream as printers do: at once, and inside pictures too."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[RealTime]:
        """Take bytes as they arrive and return the commands that they complete."""
        seen = self._tail + data
        found = []
        end = 0
        for match in REAL_TIME.finditer(seen):
            code = match[0]
            found.append(RealTime(code[1], code[2]))
            end = match.end()
        self._tail = seen[end:][-4:]
        return found


class Parser:
    """Takes the stream apart in turn. A command is returned when all of its bytes are there."""

    def __init__(self) -> None:
        self._stream = bytearray()

    def feed(self, data: bytes) -> None:
        """Put bytes into the receive buffer."""
        self._stream += data

    def clear(self) -> None:
        """Empty the receive buffer."""
        self._stream.clear()

    def __len__(self) -> int:
        return len(self._stream)

    def take(self) -> tuple[bool, Command]:
        """Return (True, the next command, None for one without effect here) or (False, None) when bytes are missing."""
        if not self._stream:
            return False, None
        lead = self._stream[0]
        if lead == 0x0A:
            return self._done(1, Feed(FEED_DOTS))
        if lead in {0x00, 0x09, 0x0D, 0x11, 0x13, 0x18}:
            return self._done(1, None)
        if lead == 0x10:
            return self._skip_real_time()
        if lead not in {0x1B, 0x1C, 0x1D}:
            return self._done(1, Unknown(bytes((lead,))))
        if len(self._stream) < 2:
            return False, None
        return self._escape(bytes(self._stream[:2]))

    def _escape(self, code: bytes) -> tuple[bool, Command]:
        if code == b"\x1b@":
            return self._done(2, Initialise())
        if code in {b"\x1bi", b"\x1bm"}:
            return self._done(2, Cut(0))
        if code == b"\x1dV":
            return self._cut()
        if code == b"\x1dv":
            return self._raster()
        if code == b"\x1de":
            return self._eject()
        if code in {b"\x1d(", b"\x1c("}:
            return self._with_length()
        if code == b"\x1bc":
            if len(self._stream) < 3:
                return False, None
            code = bytes(self._stream[:3])
        length = len(code) + FIXED.get(code, 1 if code in ONE_NUMBER else 0)
        if len(self._stream) < length:
            return False, None
        if code == b"\x1bd":
            return self._done(3, Feed(self._stream[2] * FEED_DOTS))
        if code in ONE_NUMBER:
            return self._done(3, ONE_NUMBER[code](self._stream[2]))
        return self._done(length, None if code in FIXED else Unknown(code))

    def _cut(self) -> tuple[bool, Command]:
        if len(self._stream) < 3:
            return False, None
        if self._stream[2] not in {65, 66}:
            return self._done(3, Cut(0))
        return self._done(4, Cut(self._stream[3])) if len(self._stream) >= 4 else (False, None)

    def _eject(self) -> tuple[bool, Command]:
        if len(self._stream) < 3:
            return False, None
        length = 4 if self._stream[2] == HOLD_OUT else 3
        return self._done(length, Eject(self._stream[2])) if len(self._stream) >= length else (False, None)

    def _raster(self) -> tuple[bool, Command]:
        if len(self._stream) < 8:
            return False, None
        across = self._stream[4] | self._stream[5] << 8
        height = self._stream[6] | self._stream[7] << 8
        length = 8 + across * height
        if len(self._stream) < length:
            return False, None
        plain = self._stream[2] == 0x30 and self._stream[3] in {0, 0x30}
        return self._done(length, Rows(across, height, bytes(self._stream[8:length])) if plain else Unknown(b"\x1dv"))

    def _with_length(self) -> tuple[bool, Command]:
        if len(self._stream) < 5:
            return False, None
        length = 5 + (self._stream[3] | self._stream[4] << 8)
        if len(self._stream) < length:
            return False, None
        kind, body = bytes(self._stream[:3]), bytes(self._stream[5:length])
        if kind == b"\x1d(H" and len(body) == 6 and body[:2] == b"\x30\x30":
            return self._done(length, Handshake(body[2:]))
        if kind == b"\x1d(D" and body[:1] == b"\x14":
            pairs = dict(zip(body[1::2], body[2::2], strict=False))
            return self._done(length, RealTimePulses(pairs.get(1) != 0))
        return self._done(length, Unknown(kind))

    def _skip_real_time(self) -> tuple[bool, Command]:
        if len(self._stream) < 2:
            return False, None
        length = {0x04: 3, 0x05: 3, 0x14: 5}.get(self._stream[1], 1)
        return self._done(length, None) if len(self._stream) >= length else (False, None)

    def _done(self, length: int, command: Command) -> tuple[bool, Command]:
        del self._stream[:length]
        return True, command


ONE_NUMBER: dict[bytes, type[Feed] | type[AutoStatus] | type[SendStatus] | type[Identify]] = {
    b"\x1bJ": Feed,
    b"\x1da": AutoStatus,
    b"\x1dr": SendStatus,
    b"\x1dI": Identify,
}
