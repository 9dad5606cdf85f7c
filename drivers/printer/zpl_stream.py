"""The printer's side of ZPL for the simulator: what a host's bytes command, and the pictures in them.

Pictures come as hexadecimal digits, with ZPL's own short forms for repeated ones, or as B64 and Z64.
"""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass

from PIL import Image

PREFIX = re.compile(rb"[\^~]")
PICTURE = re.compile(rb"~DG([^,^~]*),(\d+),(\d+),", re.DOTALL)
FIELD = re.compile(rb"\^GFA,(\d+),(\d+),(\d+),", re.DOTALL)
CODED = re.compile(rb":(B64|Z64):([A-Za-z0-9+/=\r\n]*):([0-9A-Fa-f]{4})")
HEAD = 64
"""Longer than the head of any command with a picture."""


@dataclass(frozen=True, slots=True)
class Ask:
    """~HS."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """~JA."""


@dataclass(frozen=True, slots=True)
class Keep:
    """~DG: a picture to keep under a name."""

    name: str
    picture: Image.Image


@dataclass(frozen=True, slots=True)
class Format:
    """What stood between ^XA and ^XZ: codes with their parameters, and the pictures of its ^GF."""

    commands: tuple[tuple[str, str], ...]
    drawn: tuple[Image.Image, ...]

    @property
    def draws(self) -> bool:
        """Something comes out."""
        return any(code in {"XG", "GF"} for code, _ in self.commands)


@dataclass(frozen=True, slots=True)
class Abort:
    """A picture that was damaged or given up, or a command that this printer does not know."""


Command = Ask | Cancel | Keep | Format | Abort


class Parser:
    """Takes the stream apart. Commands are returned when all of their bytes are there."""

    def __init__(self) -> None:
        self._stream = b""
        self._open: list[tuple[str, str]] | None = None
        self._drawn: list[Image.Image] = []

    def __len__(self) -> int:
        return len(self._stream)

    @property
    def partial(self) -> bool:
        """A format has begun and not ended."""
        return self._open is not None

    def feed(self, data: bytes) -> None:
        """Put bytes into the receive buffer."""
        self._stream += data

    def take(self) -> list[Command]:
        """Return all commands that are complete."""
        found: list[Command] = []
        while (length := self._one(found)) > 0:
            self._stream = self._stream[length:]
        return found

    def _one(self, found: list[Command]) -> int:
        """Read one command at the beginning of the stream; how many bytes it was, 0 when it is not complete."""
        first = PREFIX.search(self._stream)
        if first is None:
            return len(self._stream)
        if first.start():
            return first.start()
        code = self._stream[:3]
        if len(code) < 3:
            return 0
        if code in {b"~DG", b"^GF"}:
            return self._picture(found)
        if code in {b"~HS", b"~JA", b"~DN", b"^XA", b"^XZ"}:
            self._at_once(code, found)
            return 3
        behind = PREFIX.search(self._stream, 1)
        if behind is None:
            return 0
        if code[:1] == b"~":
            found.append(Abort())
        elif self._open is not None:
            text = self._stream[3 : behind.start()].decode("latin-1").strip("\r\n")
            self._open.append((code[1:].decode("latin-1"), text))
        return behind.start()

    def _at_once(self, code: bytes, found: list[Command]) -> None:
        if code == b"~HS":
            found.append(Ask())
        elif code == b"~JA":
            self._open = None
            found.append(Cancel())
        elif code == b"^XA":
            self._open, self._drawn = [], []
        elif code == b"^XZ" and self._open is not None:
            found.append(Format(tuple(self._open), tuple(self._drawn)))
            self._open = None

    def _picture(self, found: list[Command]) -> int:
        kept = self._stream.startswith(b"~DG")
        head = (PICTURE if kept else FIELD).match(self._stream)
        behind = PREFIX.search(self._stream, 1)
        if head is None:
            if behind is None and len(self._stream) < HEAD:
                return 0
            found.append(Abort())
            return behind.start() if behind else len(self._stream)
        total, across = int(head[2]), int(head[3])
        end = behind.start() if behind else len(self._stream)
        image, length = decode(self._stream[head.end() : end], total, across)
        if image is None or not across or len(image) < across:
            if behind is None and length == 0:
                return 0
            found.append(Abort())
            return end
        rows = len(image) // across
        picture = Image.frombytes("1", (across * 8, rows), image[: rows * across])
        if kept:
            found.append(Keep(head[1].decode("latin-1"), picture))
        elif self._open is not None:
            self._open.append(("GF", ""))
            self._drawn.append(picture)
        return head.end() + length


def decode(data: bytes, total: int, across: int) -> tuple[bytes | None, int]:
    """Return `total` bytes of a picture in rows of `across` and how long they were in `data`.

    (None, 0) when bytes are missing, (None, their length) when they are damaged.
    """
    if data[:1] == b":":
        coded = CODED.match(data)
        if coded is None:
            return None, 0
        text, check = coded[2], int(coded[3], 16)
        if binascii.crc_hqx(text, 0) != check:
            return None, coded.end()
        try:
            image = base64.b64decode(text)
            image = zlib.decompress(image) if coded[1] == b"Z64" else image
        except (zlib.error, binascii.Error):
            return None, coded.end()
        return (image if len(image) == total else None), coded.end()
    return _from_digits(data, total, across)


def _from_digits(data: bytes, total: int, across: int) -> tuple[bytes | None, int]:
    """Hexadecimal digits; G–Y repeat the next 1–19 times, g–z 20–400 times, `,` and `!` fill a row, `:` repeats one."""
    digits: list[str] = []
    times, row = 0, across * 2
    if not row:
        return None, 0
    for at, byte in enumerate(data):
        letter = chr(byte)
        if letter in "0123456789ABCDEFabcdef":
            digits += letter * (times or 1)
            times = 0
        elif "G" <= letter <= "Y":
            times += byte - ord("G") + 1
        elif "g" <= letter <= "z":
            times += (byte - ord("g") + 1) * 20
        elif letter in ",!":
            digits += ("0" if letter == "," else "F") * (row - len(digits) % row)
        elif letter == ":" and len(digits) >= row:
            digits += digits[-row:]
        elif letter not in "\r\n":
            return None, at + 1
        if len(digits) >= total * 2:
            return bytes.fromhex("".join(digits[: total * 2])), at + 1
    return None, 0
