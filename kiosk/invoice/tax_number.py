"""A taxpayer's number as it can be typed: what is long enough, and what cannot be right. Pure.

A unified social credit code has 18 characters, the last a check character (GB 32100-2015). Numbers given out before
2015 have 15 to 20 and no check character of ours to know; a sole trader's 18 may be those of an ID card (GB 11643).
"""

from kiosk.till.documents import SHAPES
from tickets.identity import DocumentKind

LEAST = 15
MOST = 20
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a unified code: no I, O, S, V, Z (GB 32100-2015, 4.3). Its place here is the character's value."""

_UNIFIED = 18


def is_ready(typed: str) -> bool:
    """Whether this may be a taxpayer's number."""
    return LEAST <= len(typed) <= MOST


def is_wrong(typed: str) -> bool:
    """Whether this has the length of a unified code and is none, nor a person's number: worth another look."""
    return len(typed) == _UNIFIED and not _is_unified(typed) and not SHAPES[DocumentKind.RESIDENT_ID](typed)


def _is_unified(code: str) -> bool:
    """GB 32100-2015, annex A: weights are powers of 3 modulo 31, and the sum with the check character is 0 of it."""
    values = [ALPHABET.find(character) for character in code]
    if min(values) < 0:
        return False
    return (sum(value * pow(3, at, 31) for at, value in enumerate(values[:-1])) + values[-1]) % 31 == 0
