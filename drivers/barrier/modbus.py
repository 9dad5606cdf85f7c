"""Modbus RTU frames for coils and discrete inputs, both ways.

Modbus Application Protocol 1.1b3 §6.1, 6.2, 6.5, 6.11, 7; Modbus over Serial Line 1.02 §2.5.1 for the frame and CRC.
A frame has no start mark and its length depends on its kind, so both decoders look for a whole frame with a right CRC
at every byte. They need no silence between frames, which a USB adapter would not keep anyway.
"""

from dataclasses import dataclass
from typing import assert_never

READ_COILS = 0x01
READ_INPUTS = 0x02
WRITE_COIL = 0x05
WRITE_COILS = 0x0F
FAILED = 0x80
ON = 0xFF00
OFF = 0x0000
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE = 1, 2, 3, 4
LONGEST_FRAME = 256

EXCEPTIONS = {
    ILLEGAL_FUNCTION: "does not know this function",
    ILLEGAL_ADDRESS: "has no such output or input",
    ILLEGAL_VALUE: "does not take this value",
    DEVICE_FAILURE: "failed while doing it",
    5: "is still doing something long",
    6: "is busy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBits:
    """Read `count` (1..2000) coils (function 1) or discrete inputs (function 2) from `first` on."""

    unit: int
    function: int
    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCoil:
    """Write `value` to one coil: ON, OFF, or what the maker of a board made of this field."""

    unit: int
    address: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCoils:
    """Write coils from `first` on."""

    unit: int
    first: int
    values: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A sound request of a kind that is not known here. Only a decoder makes one."""

    unit: int
    function: int


Request = ReadBits | WriteCoil | WriteCoils


@dataclass(frozen=True, slots=True, kw_only=True)
class Bits:
    """The bits that were asked for."""

    values: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The write was carried out, says the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The device says no. `code` is a Modbus exception code."""

    code: int


Reply = Bits | Written | Refused


def crc16(data: bytes) -> bytes:
    """Return the two check bytes of a frame in the order in which they are sent (low byte first)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def encode(request: Request) -> bytes:
    """Return the frame of a request."""
    match request:
        case ReadBits(unit=unit, function=function, first=first, count=count):
            return _frame(unit, function, _words(first, count))
        case WriteCoil(unit=unit, address=address, value=value):
            return _frame(unit, WRITE_COIL, _words(address, value))
        case WriteCoils(unit=unit, first=first, values=values):
            packed = _pack(values)
            return _frame(unit, WRITE_COILS, _words(first, len(values)) + bytes([len(packed)]) + packed)
        case _:
            assert_never(request)


def encode_reply(request: Request | Foreign, reply: Reply) -> bytes:
    """Return the frame with which a device answers `request`."""
    match request, reply:
        case _, Refused(code=code):
            return _frame(request.unit, _function(request) | FAILED, bytes([code]))
        case ReadBits(), Bits(values=values):
            packed = _pack(values)
            return _frame(request.unit, request.function, bytes([len(packed)]) + packed)
        case WriteCoil(), Written():
            return encode(request)
        case WriteCoils(first=first, values=written), Written():
            return _frame(request.unit, WRITE_COILS, _words(first, len(written)))
        case _:
            raise ValueError(f"{type(reply).__name__} does not answer {type(request).__name__}")


class ReplyDecoder:
    """Finds the answer to one request. Answers to anything else, noise and halves are counted in `discarded`."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._failed = bytes([request.unit, _function(request) | FAILED])
        match request:
            case ReadBits(count=count):
                size = (count + 7) // 8
                self._good, self._length = bytes([request.unit, request.function, size]), size + 5
            case WriteCoil():
                self._good, self._length = encode(request), 8
            case WriteCoils(first=first, values=values):
                self._good, self._length = _frame(request.unit, WRITE_COILS, _words(first, len(values))), 8
            case _:
                assert_never(request)
        self._buffer = bytearray()
        self.discarded = 0

    def feed(self, data: bytes) -> list[Reply]:
        """Take bytes, return the answers that they completed (one, unless the device repeats itself)."""
        self._buffer += data
        replies: list[Reply] = []
        start = 0
        while start < len(self._buffer):
            found = self._at(start)
            if found is None:
                start += 1
                continue
            reply, length = found
            replies.append(reply)
            self.discarded += start
            del self._buffer[: start + length]
            start = 0
        # A frame that begins before the last (longest - 1) bytes would have been whole by now.
        stale = max(0, len(self._buffer) - (max(self._length, 5) - 1))
        self.discarded += stale
        del self._buffer[:stale]
        return replies

    def _at(self, start: int) -> tuple[Reply, int] | None:
        if (frame := self._frame_at(start, self._good, self._length)) is not None:
            if isinstance(self._request, ReadBits):
                return Bits(values=_unpack(frame[3:-2], self._request.count)), self._length
            return Written(), self._length
        if (frame := self._frame_at(start, self._failed, 5)) is not None:
            return Refused(code=frame[2]), 5
        return None

    def _frame_at(self, start: int, head: bytes, length: int) -> bytes | None:
        frame = bytes(self._buffer[start : start + length])
        return frame if len(frame) == length and frame.startswith(head) and crc16(frame[:-2]) == frame[-2:] else None


class RequestDecoder:
    """Finds the requests to one device. Whoever feeds it calls `end_frame` when the line has been idle."""

    def __init__(self, unit: int) -> None:
        self._unit = unit
        self._buffer = bytearray()
        self.discarded = 0

    @property
    def unfinished(self) -> bool:
        """Whether bytes are waiting for the rest of their frame."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Request]:
        """Take bytes, return the requests that they completed."""
        self._buffer += data
        requests: list[Request] = []
        start = 0
        while start < len(self._buffer):
            found = self._at(start)
            if found is None:
                start += 1
                continue
            request, length = found
            requests.append(request)
            self.discarded += start
            del self._buffer[: start + length]
            start = 0
        stale = max(0, len(self._buffer) - LONGEST_FRAME)
        self.discarded += stale
        del self._buffer[:stale]
        return requests

    def end_frame(self) -> list[Foreign]:
        """Take what is waiting for a frame of an unknown kind if its CRC is right, for noise if not."""
        frame = bytes(self._buffer)
        self._buffer.clear()
        if len(frame) >= 4 and frame[0] == self._unit and crc16(frame[:-2]) == frame[-2:]:
            return [Foreign(unit=frame[0], function=frame[1])]
        self.discarded += len(frame)
        return []

    def _at(self, start: int) -> tuple[Request, int] | None:
        head = self._buffer[start : start + 7]
        if len(head) < 7 or head[0] != self._unit:
            return None
        function = head[1]
        length = 9 + head[6] if function == WRITE_COILS else 8
        frame = bytes(self._buffer[start : start + length])
        if len(frame) < length or crc16(frame[:-2]) != frame[-2:]:
            return None
        address, value = int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6])
        if function in (READ_COILS, READ_INPUTS):
            return ReadBits(unit=self._unit, function=function, first=address, count=value), length
        if function == WRITE_COIL:
            return WriteCoil(unit=self._unit, address=address, value=value), length
        if function == WRITE_COILS and head[6] == (value + 7) // 8:
            return WriteCoils(unit=self._unit, first=address, values=_unpack(frame[7:-2], value)), length
        return None


def _function(request: Request | Foreign) -> int:
    match request:
        case ReadBits(function=function) | Foreign(function=function):
            return function
        case WriteCoil():
            return WRITE_COIL
        case WriteCoils():
            return WRITE_COILS
        case _:
            assert_never(request)


def _frame(unit: int, function: int, body: bytes) -> bytes:
    frame = bytes([unit, function]) + body
    return frame + crc16(frame)


def _words(first: int, second: int) -> bytes:
    return first.to_bytes(2) + second.to_bytes(2)


def _pack(values: tuple[bool, ...]) -> bytes:
    """Pack bits as Modbus does: the first one is the lowest bit of the first byte."""
    return sum(1 << place for place, value in enumerate(values) if value).to_bytes((len(values) + 7) // 8, "little")


def _unpack(packed: bytes, count: int) -> tuple[bool, ...]:
    bits = int.from_bytes(packed, "little")
    return tuple(bool(bits >> place & 1) for place in range(count))
