"""Who may travel on a ticket, without the ticket saying who: identity tags, and what they are made from."""

import hmac
import unicodedata
from datetime import date
from enum import IntEnum

from tickets import cbor
from tickets.journey import TAG_BYTES
from tickets.reading import day_of

DAY_KEY_BYTES = 32
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


class DocumentKind(IntEnum):
    """The documents that a real-name ticket can be bought with. The numbers go into tags: they are never reused."""

    RESIDENT_ID = 1
    HK_MACAO_TW_RESIDENCE = 2
    FOREIGN_PERMANENT = 3
    FOREIGN_PERMANENT_2023 = 4
    PASSPORT = 5
    HK_MACAO_PERMIT = 6
    TAIWAN_PERMIT = 7


def identity_tag(day_key: bytes, service_date: date, trip: str, kind: DocumentKind, number: str) -> bytes:
    """8 bytes that say "this document, on this departure" to those who hold the station-day key, and to nobody else.

    HMAC-SHA256 over the departure at issue, the kind and the normalised number. The same person has unlinkable tags
    on other departures, and none at all once the day key is destroyed. Raises ValueError for a key that is not 32
    bytes or a number that `normalise` refuses.
    """
    if len(day_key) != DAY_KEY_BYTES:
        raise ValueError("a station-day key has 32 bytes")
    document = cbor.encode([day_of(service_date), trip, int(kind), normalise(number)])
    return hmac.digest(day_key, document, "sha256")[:TAG_BYTES]


def normalise(number: str) -> str:
    """A document number as readers and people agree on it: capitals, no spaces or dashes, full-width made plain.

    Raises ValueError when nothing is left or something is not ASCII.
    """
    plain = unicodedata.normalize("NFKC", number).upper()
    kept = "".join(character for character in plain if not character.isspace() and character not in "-‐‑‒–—−")
    if not kept or not kept.isascii() or not kept.isprintable():
        raise ValueError("a document number has letters and digits only")
    return kept


def resident_number_ok(number: str) -> bool:
    """Whether an 18-character number has its check character right (GB 11643, ISO 7064 MOD 11-2).

    It catches a misread or mistyped number, nothing else: not whether the date in it exists or whose it is.
    """
    try:
        plain = normalise(number)
    except ValueError:
        return False
    if len(plain) != 18 or not plain[:17].isdigit():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, plain, strict=False))
    return plain[17] == _CHECK_CHARACTERS[total % 11]
