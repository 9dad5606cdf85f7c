"""Base45: bytes in the 45 characters that a QR code stores in its dense alphanumeric mode. Source: RFC 9285."""

from struct import error as PackError  # noqa: N812 - it is a class, and `error` says nothing
from struct import pack

from tickets.errors import Malformed as Malformed

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FOREIGN = 255
_VALUES = bytes(_ALPHABET.find(chr(code)) % 256 for code in range(256))
"""ASCII code → value; -1, which `find` gives for a foreign character, becomes 255."""


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
        values = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        values = bytes([_FOREIGN])
    if _FOREIGN in values:
        raise Malformed("character that base45 does not have")
    groups = [low + 45 * middle + 2025 * high for low, middle, high in zip(*[iter(values)] * 3, strict=False)]
    try:
        whole = pack(f">{len(groups)}H", *groups)
        if len(values) % 3 == 0:
            return whole
        return whole + pack("B", values[-2] + 45 * values[-1])
    except PackError:
        raise Malformed("base45 group worth more than its bytes can hold") from None
