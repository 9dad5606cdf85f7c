"""ZVT messages over TCP: APDUs delimited by their own length, and the fields (BMP) within them. No line, no clock.

From the public ECR interface description (PA00P015, revision 13) and its transport over TCP (PA00P016): class,
instruction, length (one byte, or FF and two bytes, low first), data. There is neither a start byte nor a checksum: TCP
keeps the bytes whole, so a stream that once makes no sense never will again, and has to be closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CNY = 156
LARGEST = 8192
"""Data bytes that a message may have here; a printed block of a hundred lines has half of it."""

CLASSES = frozenset({0x04, 0x05, 0x06, 0x08, 0x0F, 0x80, 0x84})
"""The first bytes that messages have. Anything else is not this protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apdu:
    """One message. `command` is its class and instruction as one number (0x0601). `data` stays out of `repr`: it may
    hold a card's number.
    """

    command: int
    data: bytes = field(default=b"", repr=False)


def encode(apdu: Apdu) -> bytes:
    """Return the bytes of `apdu`. Raises ValueError when it has more than 65535 data bytes."""
    size = len(apdu.data)
    if size > 0xFFFF:
        raise ValueError(f"A ZVT message holds 65535 data bytes, not {size}")
    length = bytes((size,)) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
    return apdu.command.to_bytes(2, "big") + length + apdu.data


class Decoder:
    """Takes bytes in any pieces and gives whole messages. Never raises. Once `spoilt`, it gives nothing any more."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self.spoilt = False

    def feed(self, data: bytes) -> list[Apdu]:
        """Return the messages that `data` completes."""
        if self.spoilt:
            return []
        self._waiting += data
        found = []
        while (apdu := self._first()) is not None:
            found.append(apdu)
        return found

    def _first(self) -> Apdu | None:
        seen = self._waiting
        if not seen:
            return None
        start = 3 if len(seen) < 3 or seen[2] != 0xFF else 5
        size = 0
        if len(seen) >= start:
            size = seen[2] if start == 3 else int.from_bytes(seen[3:5], "little")
        if seen[0] not in CLASSES or size > LARGEST:
            self.spoilt = True
            seen.clear()
            return None
        if len(seen) < start + size:
            return None
        apdu = Apdu(command=int.from_bytes(seen[:2], "big"), data=bytes(seen[start : start + size]))
        del seen[: start + size]
        return apdu


def bcd(number: int, size: int) -> bytes:
    """Return `number` in `size` bytes of two decimal digits each. Raises ValueError when it does not fit."""
    digits = f"{number:0{2 * size}d}"
    if number < 0 or len(digits) > 2 * size:
        raise ValueError(f"{number} does not fit into {2 * size} digits")
    return bytes.fromhex(digits)


def from_bcd(data: bytes) -> int | None:
    """Return the number that the digits of `data` make, None when there is anything but digits."""
    digits = data.hex()
    return int(digits) if digits.isdecimal() else None


_FIXED: Mapping[int, int] = {
    number: size
    for size, numbers in {
        1: (0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x8A, 0x8C, 0xA0, 0xD0, 0xD2, 0xD3, 0xE0, 0xE9, 0xEA, 0xF0),
        2: (0x0D, 0x0E, 0x17, 0x3A, 0x49, 0x87),
        3: (0x0B, 0x0C, 0x37, 0x3D, 0x88, 0xAA),
        4: (0x29,),
        5: (0xBA,),
        6: (0x04,),
        8: (0x3B, 0xEB),
        15: (0x2A,),
    }.items()
    for number in numbers
}
"""How many bytes each field has."""

_COUNTED: Mapping[int, int] = {
    number: digits
    for digits, numbers in {
        2: (0x22, 0x23, 0x2D, 0x8B, 0xA7, 0xD1, *range(0xE1, 0xE9), *range(0xF1, 0xF9)),
        3: (0x24, 0x2E, 0x3C, 0x60, 0x9A, 0xAF),
    }.items()
    for number in numbers
}
"""How many digits say the length of each field that has a length; a digit is a byte, F0 to F9."""

TLV = 0x06


def fields(data: bytes) -> dict[int, bytes]:
    """Return the fields of a status or completion by their number; the last one counts when one comes twice.

    A field that is not known has no length that could be known, so what follows it is left out; so is the rest when a
    field is cut short. Never raises.
    """
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        if number == TLV:
            size, start = _tlv_length(data, at)
        elif number in _FIXED:
            size, start = _FIXED[number], at
        elif number in _COUNTED:
            digits = data[at : at + _COUNTED[number]]
            start = at + _COUNTED[number]
            size = int("".join(str(each & 0x0F) for each in digits) or "0") if _are_digits(digits) else -1
        else:
            return found
        if size < 0 or start + size > len(data):
            return found
        found[number] = data[start : start + size]
        at = start + size
    return found


def _are_digits(data: bytes) -> bool:
    return all(0xF0 <= each <= 0xF9 for each in data)


def _tlv_length(data: bytes, at: int) -> tuple[int, int]:
    """Return the length that stands at `at` (one byte below 128, or 81 and one, or 82 and two, high first) and where
    the value starts; a length of -1 when it is none.
    """
    first = data[at] if at < len(data) else 0xFF
    if first < 0x80:
        return first, at + 1
    if first in (0x81, 0x82):
        start = at + 1 + (first & 0x0F)
        return (int.from_bytes(data[at + 1 : start], "big"), start) if start <= len(data) else (-1, at)
    return -1, at
