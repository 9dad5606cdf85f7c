"""Deterministic CBOR, both ways: one value has exactly one spelling, and any other spelling is refused.

The data model is kept to what Waystation signs: integers of at most 64 bits, byte and text strings, arrays, maps,
true, false and null. No floats, no tags, no indefinite lengths. Sources: RFC 8949 section 4.2.1 (core deterministic
encoding: shortest heads, map keys in the bytewise order of their encodings) and section 5 (what a strict decoder
refuses). Written here because general decoders act on tags before they can be stopped, and because the "canonical"
mode of the usual library still sorts by the older length-first rule of RFC 7049.
"""

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter

from tickets.errors import Malformed as Malformed

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 20, 21, 22
_WIDTHS = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
"""Additional information → (bytes of argument that follow, smallest argument that may be written so)."""


def encode(value: object) -> bytes:
    """The one deterministic encoding of `value`.

    Raises TypeError for a type outside the data model (a float, a datetime), OverflowError beyond 64 bits.
    """
    out = bytearray()
    _write(value, out)
    return bytes(out)


def decode(data: bytes, *, max_bytes: int = 4096, max_depth: int = 8) -> object:
    """The value that `data` spells: int, bytes, str, list, dict, bool or None. `encode` gives back exactly `data`.

    Raises Malformed for anything else: over `max_bytes`, containers deeper than `max_depth`, a longer head than
    needed, indefinite length, tag, float, map keys repeated or out of order, bytes missing or left over.
    """
    if len(data) > max_bytes:
        raise Malformed(f"CBOR longer than {max_bytes} bytes")
    value, end = _read(data, 0, max_depth)
    if end != len(data):
        raise Malformed("bytes left over after the CBOR value")
    return value


def _write(value: object, out: bytearray) -> None:
    # the commonest first, short heads in place, and no `match`: each decision of a gate writes two dozen values
    if isinstance(value, str):
        text = value.encode()
        if len(text) < 24:
            out.append(_TEXT << 5 | len(text))
        else:
            _write_head(_TEXT, len(text), out)
        out += text
    elif isinstance(value, bytes):
        if len(value) < 24:
            out.append(_BYTES << 5 | len(value))
        else:
            _write_head(_BYTES, len(value), out)
        out += value
    elif type(value) is int and 0 <= value < 24:
        out.append(value)
    elif value is None:
        out.append(_SIMPLE << 5 | _NULL)
    elif isinstance(value, bool):
        out.append(_SIMPLE << 5 | (_TRUE if value else _FALSE))
    elif isinstance(value, int):
        _write_head(_UINT if value >= 0 else _NINT, value if value >= 0 else -1 - value, out)
    elif isinstance(value, list | tuple):
        _write_head(_ARRAY, len(value), out)
        for item in value:
            _write(item, out)
    elif isinstance(value, Mapping):
        _write_head(_MAP, len(value), out)
        for key, item in sorted([(_spelled(key), item) for key, item in value.items()], key=_SPELLING):
            out += key
            _write(item, out)
    else:
        raise TypeError(f"CBOR has no place here for a {type(value).__name__}")


@lru_cache(maxsize=512, typed=True)
def _spelled(key: object) -> bytes:
    """A map key's encoding: the same few names come again and again."""
    return encode(key)


_SPELLING = itemgetter(0)


def _write_head(major: int, argument: int, out: bytearray) -> None:
    first = major << 5
    if argument < 24:
        out.append(first | argument)
    elif argument < 1 << 8:
        out.append(first | 24)
        out.append(argument)
    elif argument < 1 << 16:
        out.append(first | 25)
        out += argument.to_bytes(2)
    elif argument < 1 << 32:
        out.append(first | 26)
        out += argument.to_bytes(4)
    else:
        out.append(first | 27)
        out += argument.to_bytes(8)  # OverflowError beyond 64 bits


def _long_argument(data: bytes, at: int, major: int, short: int) -> tuple[int, int]:
    """(argument, where the next byte is) of a head whose argument follows it."""
    if major == _SIMPLE or short not in _WIDTHS:
        raise Malformed("CBOR float, reserved or indefinite-length item")
    width, least = _WIDTHS[short]
    end = at + width
    if end > len(data):
        raise Malformed("CBOR ends too early")
    argument = int.from_bytes(data[at:end])
    if argument < least:
        raise Malformed("CBOR number longer than it needs to be")
    return argument, end


def _read(data: bytes, at: int, depth: int) -> tuple[object, int]:
    if at >= len(data):
        raise Malformed("CBOR ends too early")
    first = data[at]
    at += 1
    if first < 24:
        return first, at
    major, argument = first >> 5, first & 0x1F
    if argument > 23:
        argument, at = _long_argument(data, at, major, argument)
    if major == _UINT:
        return argument, at
    if major == _BYTES:
        end = at + argument
        if end > len(data):
            raise Malformed("CBOR ends too early")
        return data[at:end], end
    if major == _TEXT:
        end = at + argument
        if end > len(data):
            raise Malformed("CBOR ends too early")
        try:
            return data[at:end].decode(), end
        except UnicodeDecodeError:
            raise Malformed("CBOR text is not UTF-8") from None
    if major == _NINT:
        return -1 - argument, at
    if major == _SIMPLE:
        return _simple(argument), at
    if major == _TAG:
        raise Malformed("CBOR tag")
    if depth == 0:
        raise Malformed("CBOR nested too deeply")
    if argument > len(data) - at:  # each item takes at least one byte: do not trust a huge count
        raise Malformed("CBOR ends too early")
    return _read_array(data, at, argument, depth - 1) if major == _ARRAY else _read_map(data, at, argument, depth - 1)


def _read_array(data: bytes, at: int, count: int, depth: int) -> tuple[list[object], int]:
    items = []
    for _ in range(count):
        item, at = _read(data, at, depth)
        items.append(item)
    return items, at


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[object, object], int]:
    entries: dict[object, object] = {}
    previous = b""
    for _ in range(count):
        start = at
        key, at = _read(data, at, 0)
        if isinstance(key, bool) or not isinstance(key, int | str | bytes):
            raise Malformed("CBOR map key is not a number or a string")
        spelling = data[start:at]
        if spelling <= previous:
            raise Malformed("CBOR map keys are repeated or out of order")
        previous = spelling
        entries[key], at = _read(data, at, depth)
    return entries, at


def _simple(argument: int) -> bool | None:
    match argument:
        case 20:
            return False
        case 21:
            return True
        case 22:
            return None
        case _:
            raise Malformed("CBOR simple value without a meaning here")
