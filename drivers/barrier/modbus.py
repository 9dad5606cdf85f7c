"""Modbus RTU frames for coils, discrete inputs and holding registers, both ways; modbus_decoders.py finds them.

Modbus Application Protocol 1.1b3 §6.1 to 6.3, 6.5, 6.11, 6.12, 7; Modbus over Serial Line 1.02 §2.5.1 for the frame
and its CRC.
"""

from dataclasses import dataclass
from typing import assert_never

READ_COILS = 0x01
READ_INPUTS = 0x02
READ_REGISTERS = 0x03
WRITE_COIL = 0x05
WRITE_COILS = 0x0F
WRITE_REGISTERS = 0x10
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
class ReadRegisters:
    """Read `count` (1..125) holding registers from `first` on."""

    unit: int
    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRegisters:
    """Write holding registers (1..123, each 0..65535) from `first` on."""

    unit: int
    first: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A sound request of a kind that is not known here. Only a decoder makes one."""

    unit: int
    function: int


Request = ReadBits | WriteCoil | WriteCoils | ReadRegisters | WriteRegisters


@dataclass(frozen=True, slots=True, kw_only=True)
class Bits:
    """The bits that were asked for."""

    values: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The registers that were asked for."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The write was carried out, says the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The device says no. `code` is a Modbus exception code."""

    code: int


Reply = Bits | Words | Written | Refused


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_CRC = tuple(_crc_of_byte(byte) for byte in range(256))


def crc16(data: bytes) -> bytes:
    """Return the two check bytes of a frame in the order in which they are sent (low byte first)."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
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
            return _frame(unit, WRITE_COILS, _words(first, len(values), len(packed)) + packed)
        case ReadRegisters(unit=unit, first=first, count=count):
            return _frame(unit, READ_REGISTERS, _words(first, count))
        case WriteRegisters(unit=unit, first=first, values=words):
            return _frame(unit, WRITE_REGISTERS, _words(first, len(words), 2 * len(words)) + _row(words))
        case _:
            assert_never(request)


def encode_reply(request: Request | Foreign, reply: Reply) -> bytes:
    """Return the frame with which a device answers `request`."""
    match request, reply:
        case _, Refused(code=code):
            return _frame(request.unit, function_of(request) | FAILED, bytes([code]))
        case ReadBits(), Bits(values=values):
            packed = _pack(values)
            return _frame(request.unit, request.function, bytes([len(packed)]) + packed)
        case WriteCoil(), Written():
            return encode(request)
        case WriteCoils(first=first, values=written), Written():
            return _frame(request.unit, WRITE_COILS, _words(first, len(written)))
        case ReadRegisters(), Words(values=words):
            return _frame(request.unit, READ_REGISTERS, bytes([2 * len(words)]) + _row(words))
        case WriteRegisters(first=first, values=words), Written():
            return _frame(request.unit, WRITE_REGISTERS, _words(first, len(words)))
        case _:
            raise ValueError(f"{type(reply).__name__} does not answer {type(request).__name__}")


def function_of(request: Request | Foreign) -> int:
    """Return the function code of a request."""
    match request:
        case ReadBits(function=function) | Foreign(function=function):
            return function
        case WriteCoil():
            return WRITE_COIL
        case WriteCoils():
            return WRITE_COILS
        case ReadRegisters():
            return READ_REGISTERS
        case WriteRegisters():
            return WRITE_REGISTERS
        case _:
            assert_never(request)


def bits_of(packed: bytes, count: int) -> tuple[bool, ...]:
    """Return the first `count` bits as Modbus packs them: the first one is the lowest bit of the first byte."""
    bits = int.from_bytes(packed, "little")
    return tuple(bool(bits >> place & 1) for place in range(count))


def words_of(row: bytes) -> tuple[int, ...]:
    """Return the registers in a row of bytes, high byte first."""
    return tuple(int.from_bytes(row[at : at + 2]) for at in range(0, len(row), 2))


def _frame(unit: int, function: int, body: bytes) -> bytes:
    frame = bytes([unit, function]) + body
    return frame + crc16(frame)


def _words(first: int, second: int, size: int | None = None) -> bytes:
    return first.to_bytes(2) + second.to_bytes(2) + (b"" if size is None else bytes([size]))


def _row(words: tuple[int, ...]) -> bytes:
    return b"".join(word.to_bytes(2) for word in words)


def _pack(values: tuple[bool, ...]) -> bytes:
    return sum(1 << place for place, value in enumerate(values) if value).to_bytes((len(values) + 7) // 8, "little")
