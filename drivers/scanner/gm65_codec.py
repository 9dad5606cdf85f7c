"""The bytes of GM65, GM812 and kindred scanner modules: framed requests and replies, and codes as lines between them.

A request is 7E 00, type, length of the data, address (2 bytes), data, CRC. A reply is 02 00, type (0 = done), length,
data, CRC. Both CRCs are CRC-16 with polynomial 1021 from 0 over everything from the type on, high byte first
(maker's manual of the GM65, chapter 8). The module forgets what is written here when it loses power.
"""

from dataclasses import dataclass
from enum import IntEnum

from drivers.scanner import Scan, Unreadable
from drivers.scanner.codec import LineDecoder

REQUEST_HEAD = bytes.fromhex("7E 00")
REPLY_HEAD = bytes.fromhex("02 00")
UNCHECKED = bytes.fromhex("AB CD")
"""What a host may send for a CRC that it does not want to count."""

MODE_BITS = 0b11


class Kind(IntEnum):
    """What a request asks for."""

    READ = 7
    WRITE = 8
    SAVE = 9


class Register(IntEnum):
    """The settings used here ("zone bits", section 8.5)."""

    READING = 0x0000  # bits 1-0: how reading is started; the others light, aim and sound
    TRIGGER = 0x0002  # bit 0: read now
    READ_TIME = 0x0006  # tenths of a second that one reading may take, 0 = for ever


class Mode(IntEnum):
    """How reading is started: bits 1-0 of Register.READING."""

    BUTTON = 0
    COMMAND = 1
    CONTINUOUS = 2
    SENSOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the host asks. The data of a READ is one byte: how many registers."""

    kind: int
    address: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the module answers: the registers that were read, or one byte 0 after a WRITE."""

    kind: int
    data: bytes


def crc16(data: bytes) -> int:
    """Return the CRC-16 of `data`: polynomial 1021, from 0, nothing reflected."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _checked(head: bytes, body: bytes) -> bytes:
    return head + body + crc16(body).to_bytes(2, "big")


def encode(request: Request) -> bytes:
    """Return the frame of a request. Raises ValueError when it has no data or more than 255 bytes."""
    if not 1 <= len(request.data) <= 255:
        raise ValueError(f"A request has 1 to 255 bytes of data, not {len(request.data)}")
    return _checked(
        REQUEST_HEAD, bytes((request.kind, len(request.data))) + request.address.to_bytes(2, "big") + request.data
    )


def encode_reply(reply: Reply) -> bytes:
    """Return the frame of a reply. Raises ValueError when it has more than 255 bytes of data."""
    return _checked(REPLY_HEAD, bytes((reply.kind, len(reply.data))) + reply.data)


class Decoder:
    """What a host hears: replies with one byte of data (no other is ever asked for) and codes as lines of text.

    A reply begins where a line could. What turns out to be none is taken as the beginning of a line, so that a lost
    or changed byte makes the code behind it unreadable and not shorter; only a reply that lost just its last byte can
    take it from a code that begins with the same. Whoever feeds it calls `end_line` when the line is idle.
    """

    LENGTH = 7

    def __init__(self) -> None:
        self._lines = LineDecoder()
        self._frame = bytearray()
        self._lost = 0

    @property
    def discarded(self) -> int:
        """How many bytes were in no reply and no scan."""
        return self._lost + self._lines.discarded

    @property
    def unfinished(self) -> bool:
        """Whether a reply or a line has begun and not ended."""
        return bool(self._frame) or self._lines.unfinished

    def feed(self, data: bytes) -> list[Reply | Scan | Unreadable]:
        """Take bytes, return what they completed. Never raises."""
        events: list[Reply | Scan | Unreadable] = []
        for byte in data:
            if not self._frame and (self._lines.unfinished or byte != REPLY_HEAD[0]):
                events += self._lines.feed(bytes((byte,)))
                continue
            self._frame.append(byte)
            frame = bytes(self._frame)
            if not _begins_reply(frame):
                self._frame.clear()
                events += self._lines.feed(frame)
            elif len(frame) == self.LENGTH:
                self._frame.clear()
                if crc16(frame[2:-2]) == int.from_bytes(frame[-2:], "big"):
                    events.append(Reply(kind=frame[2], data=frame[4:-2]))
                else:
                    events += self._lines.feed(frame)
        return events

    def end_line(self) -> list[Scan | Unreadable]:
        """Close the line that is under way, if there is one; half a reply is forgotten."""
        self._lost += len(self._frame)
        self._frame.clear()
        return self._lines.end_line()

    def reset(self) -> None:
        """Forget what is under way: its other half went with the old connection."""
        self._lost += len(self._frame)
        self._frame.clear()
        self._lines.reset()


def _begins_reply(frame: bytes) -> bool:
    """Whether a reply with one byte of data can begin so."""
    return all(byte == wanted for byte, wanted in zip(frame[:2], REPLY_HEAD, strict=False)) and frame[3:4] in (
        b"",
        b"\x01",
    )


class RequestDecoder:
    """What a module hears. `discarded` counts the bytes that were in no request.

    A request that never ends waits for ever: call `reset` after 400 ms (section 8.2).
    """

    def __init__(self) -> None:
        self._frame = bytearray()
        self.discarded = 0

    def feed(self, data: bytes) -> list[Request]:
        """Take bytes, return the requests they completed. Never raises."""
        requests = []
        self._frame += data
        while len(self._frame) >= 2:
            frame = bytes(self._frame)
            if frame[:2] != REQUEST_HEAD:
                self._drop(1)
                continue
            if len(frame) < 4 or len(frame) < (whole := 8 + frame[3]):
                break
            body, check = frame[2 : whole - 2], frame[whole - 2 : whole]
            if frame[3] and check in (UNCHECKED, crc16(body).to_bytes(2, "big")):
                requests.append(Request(kind=body[0], address=int.from_bytes(body[2:4], "big"), data=body[4:]))
                del self._frame[:whole]
            else:
                self._drop(1)
        return requests

    def reset(self) -> None:
        """Give up the unfinished request."""
        self._drop(len(self._frame))

    def _drop(self, count: int) -> None:
        self.discarded += count
        del self._frame[:count]
