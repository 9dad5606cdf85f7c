"""Identity documents between the reader and the seal: in memory, under a handle, wiped at the end of the session."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk.paper.mask import mask_name, mask_number
from kiosk.till.values import (
    Traveller,
    Words,
)
from tickets.identity import DocumentKind, normalise, resident_number_ok
from tickets.journey import TicketKind

LONGEST_NAME = 96
"""Bytes of UTF-8: what fits into a sealed identity beside the longest number."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Identity:
    """Who somebody is by their document. It has no readable form on purpose: repr shows neither name nor number."""

    kind: DocumentKind
    number: str
    name: str


def _resident(first: str) -> Callable[[str], bool]:
    return lambda number: number.startswith(tuple(first)) and resident_number_ok(number)


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda number: re.fullmatch(pattern, number) is not None


SHAPES: Mapping[DocumentKind, Callable[[str], bool]] = {
    DocumentKind.RESIDENT_ID: _resident("123456"),
    DocumentKind.HK_MACAO_TW_RESIDENCE: _resident("8"),
    DocumentKind.FOREIGN_PERMANENT: _like(r"[A-Z]{3}\d{12}"),
    DocumentKind.FOREIGN_PERMANENT_2023: _resident("9"),
    DocumentKind.PASSPORT: _like(r"[A-Z0-9]{5,17}"),
    DocumentKind.HK_MACAO_PERMIT: _like(r"[HM](\d{8}|\d{10})"),
    DocumentKind.TAIWAN_PERMIT: _like(r"\d{8}|\d{10}"),
}
"""What a number of each kind looks like once normalised. Residents' numbers carry a check character (GB 11643)."""

WRONG_NUMBER: Words = (
    "证件号码不正确，请核对后重新输入。",
    "This document number is not right. Please check it and type it again.",
)
WRONG_NAME: Words = ("请按证件填写姓名。", "Please type the name as it is on the document.")


def checked(kind: DocumentKind, number: str, name: str) -> Identity | Words:
    """Read a document as typed or read: an Identity with its number normalised, or the sentence saying what is wrong.

    The resident number's check character is checked; a number of another shape than its kind has is refused.
    """
    try:
        plain = normalise(number)
    except ValueError:
        return WRONG_NUMBER
    if not SHAPES[kind](plain):
        return WRONG_NUMBER
    clean = " ".join(name.split())
    if not clean or len(clean.encode()) > LONGEST_NAME or not clean.isprintable():
        return WRONG_NAME
    return Identity(kind=kind, number=plain, name=clean)


class Documents:
    """The documents of this session. `random(n)` gives n unpredictable bytes, for handles."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._held: dict[str, Identity] = {}

    def keep(self, identity: Identity) -> Traveller:
        """Keep a document; returns what a screen may show of it. The same document again keeps its handle."""
        handle = next((known for known, kept in self._held.items() if kept == identity), None)
        if handle is None:
            handle = self._random(8).hex()
            self._held[handle] = identity
        return Traveller(
            kind=TicketKind.ADULT,
            children=0,
            document_kind=identity.kind,
            masked_name=mask_name(identity.name),
            masked_number=mask_number(identity.number),
            handle=handle,
        )

    def get(self, handle: str) -> Identity | None:
        """The document under `handle`, None when it was dropped or wiped."""
        return self._held.get(handle)

    def drop(self, handle: str) -> None:
        """Forget one document."""
        self._held.pop(handle, None)

    def wipe(self) -> None:
        """Forget them all."""
        self._held.clear()

    def __len__(self) -> int:
        return len(self._held)
