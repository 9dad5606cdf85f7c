"""Base45: bytes in the 45 characters that a QR code stores in its dense alphanumeric mode. Source: RFC 9285."""

from tickets.errors import Malformed as Malformed

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


def encode(data: bytes) -> str:
    """Two bytes become three characters, a last odd byte two; the least significant digit comes first."""
    out: list[str] = []
    for at in range(0, len(data) - 1, 2):
        rest, low = divmod(data[at] << 8 | data[at + 1], 45)
        high, middle = divmod(rest, 45)
        out += (_ALPHABET[low], _ALPHABET[middle], _ALPHABET[high])
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        out += (_ALPHABET[low], _ALPHABET[high])
    return "".join(out)


def decode(text: str) -> bytes:
    """The bytes that `text` spells; `encode` gives back exactly `text`.

    Raises Malformed for a foreign character, an impossible length, or a group worth more than its bytes can hold.
    """
    if len(text) % 3 == 1:
        raise Malformed("base45 text of an impossible length")
    try:
        values = [_VALUES[character] for character in text]
    except KeyError:
        raise Malformed("character that base45 does not have") from None
    out = bytearray()
    whole = len(values) - len(values) % 3
    for at in range(0, whole, 3):
        value = values[at] + 45 * values[at + 1] + 2025 * values[at + 2]
        if value > 0xFFFF:
            raise Malformed("base45 group worth more than two bytes")
        out += value.to_bytes(2)
    if whole < len(values):
        value = values[whole] + 45 * values[whole + 1]
        if value > 0xFF:
            raise Malformed("base45 group worth more than one byte")
        out.append(value)
    return bytes(out)
