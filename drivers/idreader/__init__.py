"""The port of a reader for identity documents with a chip, and what is kept of a document: as little as will do."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Protocol

from drivers.health import Health


class DocumentKind(IntEnum):
    """Kinds of identity document that a coach ticket can be bought with.

    The numbers are kept in records and never change their meaning. The first four are chip cards
    that a reader reads; the rest are looked at by a person.
    """

    RESIDENT_ID = 1
    HK_MACAO_TW_RESIDENCE = 2
    FOREIGN_PERMANENT = 3
    FOREIGN_PERMANENT_2023 = 4
    PASSPORT = 5
    HK_MACAO_PERMIT = 6
    TAIWAN_PERMIT = 7


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document:
    """A person's document: name (Chinese where the card has one), number, birth and validity, and nothing else of it.

    `valid_to` is None for a document without an end (长期). Printing or logging one shows nothing.
    """

    kind: DocumentKind
    name: str
    number: str
    birth: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __repr__(self) -> str:
        """Say nothing about the person."""
        return "Document(hidden)"


class IdReader(Protocol):
    """A document reader. Every call may raise DeviceFault; the next call then tries afresh. One thread at a time."""

    def read(self) -> Document | None:
        """Look once for a card, at most 2 s, and return its document; None when there is no card, or still the same.

        A card left lying is read once; it is read again after it was taken off. Raises DeviceRefused when a card lies
        there that cannot be read after several tries; the reader itself is well then.
        """

    def health(self) -> Health:
        """Say whether it answers and can read cards. Never raises."""

    def close(self) -> None:
        """Release the port."""
