"""The 256 bytes of text on a chip card, in four layouts (GA/T 490: UTF-16LE, fixed fields padded with spaces).

The character at byte 248 tells the layout: I foreign permanent residence (2017), J residence permit of Hong Kong,
Macao and Taiwan residents, Y foreign permanent residence (2023), anything else the resident identity card.
Sex, nation, address, issuing office, photo and fingerprints are not read: no purpose here needs them.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drivers.idreader import Document, DocumentKind

TEXT_BYTES = 256
KIND_AT = 248
NO_END = "长期"

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a kind of card has its fields: (offset, length) in bytes. Names are tried in order; parts are joined."""

    kind: DocumentKind
    names: tuple[tuple[tuple[int, int], ...], ...]
    number: tuple[int, int]
    birth: tuple[int, int]
    valid_from: tuple[int, int] = (188, 16)
    valid_to: tuple[int, int] = (204, 16)
    number_form: re.Pattern[str] = re.compile(r"\d{17}[\dX]")


LAYOUTS: Mapping[str, Layout] = {
    "": Layout(
        kind=DocumentKind.RESIDENT_ID,
        names=(((0, 30),),),
        number=(122, 36),
        birth=(36, 16),
    ),
    "J": Layout(
        kind=DocumentKind.HK_MACAO_TW_RESIDENCE,
        names=(((0, 30),),),
        number=(122, 36),
        birth=(36, 16),
        number_form=re.compile(r"8[123]\d{15}[\dX]"),
    ),
    "I": Layout(
        kind=DocumentKind.FOREIGN_PERMANENT,
        names=(((158, 30),), ((0, 120),)),
        number=(122, 30),
        birth=(220, 16),
        number_form=re.compile(r"[A-Z]{3}\d{12}"),
    ),
    "Y": Layout(
        kind=DocumentKind.FOREIGN_PERMANENT_2023,
        names=(((0, 30),), ((52, 70), (220, 22))),
        number=(122, 36),
        birth=(36, 16),
        number_form=re.compile(r"9\d{16}[\dX]"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The card's text is not as its layout says. `field` names what is wrong with it, never what it says."""

    field: str


def check_character(seventeen: str) -> str:
    """Return the last character of an 18-character number for its first 17 digits (GB 11643, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, seventeen, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def read_text(text: bytes | bytearray) -> Document | Unreadable:
    """Read a card's 256 bytes. Never raises."""
    if len(text) != TEXT_BYTES:
        return Unreadable(field="length")
    layout = LAYOUTS.get(_field(text, (KIND_AT, 2)), LAYOUTS[""])
    names = ("".join(_field(text, part, strip=False) for part in parts).split() for parts in layout.names)
    name = " ".join(next((words for words in names if words), ()))
    if not name or any(
        unicodedata.category(character) == "Cc" or character == "\N{REPLACEMENT CHARACTER}" for character in name
    ):
        return Unreadable(field="name")
    number = _field(text, layout.number)
    if not number.isascii() or not layout.number_form.fullmatch(number):
        return Unreadable(field="number")
    if len(number) == len(_WEIGHTS) + 1 and check_character(number[:-1]) != number[-1]:
        return Unreadable(field="check digit of the number")
    birth, valid_from = _date(_field(text, layout.birth)), _date(_field(text, layout.valid_from))
    if birth is None:
        return Unreadable(field="date of birth")
    if valid_from is None:
        return Unreadable(field="start of validity")
    end = _field(text, layout.valid_to)
    valid_to = _date(end)
    if valid_to is None and end != NO_END:
        return Unreadable(field="end of validity")
    return Document(kind=layout.kind, name=name, number=number, birth=birth, valid_from=valid_from, valid_to=valid_to)


def _field(text: bytes | bytearray, place: tuple[int, int], *, strip: bool = True) -> str:
    start, length = place
    value = text[start : start + length].decode("utf-16-le", errors="replace").replace("\0", " ")
    return value.strip() if strip else value


def _date(digits: str) -> date | None:
    if not re.fullmatch("[0-9]{8}", digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
