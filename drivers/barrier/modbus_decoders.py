"""Finds Modbus RTU frames among any bytes: the answer to a request, and the requests to a unit.

A frame has no start mark and its length depends on its kind, so a whole frame with a right CRC is looked for at every
byte. No silence between frames is needed, which a USB adapter would not keep anyway.
"""

from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import Generic, TypeVar

from drivers.barrier.modbus import (
    FAILED,
    READ_COILS,
    READ_INPUTS,
    READ_REGISTERS,
    WRITE_COIL,
    WRITE_COILS,
    WRITE_REGISTERS,
    Bits,
    Foreign,
    ReadBits,
    ReadRegisters,
    Refused,
    Reply,
    Request,
    Words,
    WriteCoil,
    WriteCoils,
    WriteRegisters,
    Written,
    bits_of,
    crc16,
    encode,
    encode_reply,
    function_of,
    words_of,
)

LONGEST_FRAME = 256
"""Bytes of a frame on a serial line (Modbus over Serial Line 1.02 §2.5.1)."""

T = TypeVar("T")


class _No(Enum):
    FRAME = auto()  # no frame begins here
    MORE = auto()  # one may, when more has come


class _Finder(ABC, Generic[T]):
    """Looks for frames at every byte. Keeps less than one longest frame; what is in no frame counts as `discarded`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.discarded = 0

    @property
    def unfinished(self) -> bool:
        """Whether bytes are waiting for the rest of their frame."""
        return bool(self._buffer)

    @property
    def waiting(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._buffer)

    @abstractmethod
    def _look(self, start: int) -> tuple[T, int] | _No:
        """Return what begins at `start` and its length, if it is whole."""

    def feed(self, data: bytes) -> list[T]:
        """Take bytes, return what they completed. Never raises."""
        self._buffer += data
        found: list[T] = []
        begun = done = at = 0  # begun: where the first frame that may still come begins
        open_frame = False
        while at < len(self._buffer):
            seen = self._look(at)
            if isinstance(seen, _No):
                if seen is _No.MORE and not open_frame:
                    begun, open_frame = at, True
                at += 1
                continue
            event, length = seen
            found.append(event)
            self.discarded += at - done
            at = done = at + length
            open_frame = False
        keep = begun if open_frame else len(self._buffer)
        self.discarded += keep - done
        del self._buffer[:keep]
        return found

    def _sound(self, start: int, length: int) -> bytes | _No:
        """Return the frame of this length if its CRC is right."""
        frame = bytes(self._buffer[start : start + length])
        if len(frame) < length:
            return _No.MORE
        return frame if crc16(frame[:-2]) == frame[-2:] else _No.FRAME


class ReplyDecoder(_Finder[Reply]):
    """Finds the answer to one request, once or as often as the device repeats it. Other answers are noise."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request
        self._failed = bytes([request.unit, function_of(request) | FAILED])
        match request:
            case ReadBits(count=count):
                size = (count + 7) // 8
                self._good, self._length = bytes([request.unit, request.function, size]), size + 5
            case ReadRegisters(count=count):
                self._good, self._length = bytes([request.unit, READ_REGISTERS, 2 * count]), 2 * count + 5
            case WriteCoil():
                self._good, self._length = encode(request), 8
            case WriteCoils() | WriteRegisters():
                self._good, self._length = encode_reply(request, Written()), 8

    def _look(self, start: int) -> tuple[Reply, int] | _No:
        good = self._begins(start, self._good)
        if good:
            frame = self._sound(start, self._length)
            return frame if isinstance(frame, _No) else (self._reply(frame), self._length)
        if self._begins(start, self._failed):
            frame = self._sound(start, 5)
            return frame if isinstance(frame, _No) else (Refused(code=frame[2]), 5)
        return _No.FRAME

    def _begins(self, start: int, head: bytes) -> bool:
        seen = self._buffer[start : start + len(head)]
        return head.startswith(seen)

    def _reply(self, frame: bytes) -> Reply:
        match self._request:
            case ReadBits(count=count):
                return Bits(values=bits_of(frame[3:-2], count))
            case ReadRegisters():
                return Words(values=words_of(frame[3:-2]))
            case WriteCoil() | WriteCoils() | WriteRegisters():
                return Written()


class RequestDecoder(_Finder[Request]):
    """Finds the requests to one device. Whoever feeds it calls `end_frame` when the line has been idle."""

    def __init__(self, unit: int) -> None:
        super().__init__()
        self._unit = unit

    def end_frame(self) -> list[Foreign]:
        """Take what is waiting for a frame of an unknown kind if its CRC is right, for noise if not."""
        frame = bytes(self._buffer)
        self._buffer.clear()
        if len(frame) >= 4 and frame[0] == self._unit and crc16(frame[:-2]) == frame[-2:]:
            return [Foreign(unit=frame[0], function=frame[1])]
        self.discarded += len(frame)
        return []

    def _look(self, start: int) -> tuple[Request, int] | _No:
        if self._buffer[start] != self._unit:
            return _No.FRAME
        head = self._buffer[start : start + 7]
        if len(head) < 7:
            return _No.MORE
        function = head[1]
        many = function in (WRITE_COILS, WRITE_REGISTERS)
        length = 9 + head[6] if many else 8
        known = many or function in (READ_COILS, READ_INPUTS, READ_REGISTERS, WRITE_COIL)
        if not known:  # its end is known by the silence behind it
            return _No.MORE if len(self._buffer) - start < LONGEST_FRAME else _No.FRAME
        frame = self._sound(start, length)
        if isinstance(frame, _No):
            return frame
        request = self._request(frame)
        return (request, length) if request else _No.FRAME

    def _request(self, frame: bytes) -> Request | None:
        unit, function = frame[:2]
        first, second = int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6])
        if function == READ_REGISTERS:
            return ReadRegisters(unit=unit, first=first, count=second)
        if function == WRITE_COIL:
            return WriteCoil(unit=unit, address=first, value=second)
        if function == WRITE_COILS and frame[6] == (second + 7) // 8:
            return WriteCoils(unit=unit, first=first, values=bits_of(frame[7:-2], second))
        if function == WRITE_REGISTERS and frame[6] == 2 * second:
            return WriteRegisters(unit=unit, first=first, values=words_of(frame[7:-2]))
        if function in (READ_COILS, READ_INPUTS):
            return ReadBits(unit=unit, function=function, first=first, count=second)
        return None
