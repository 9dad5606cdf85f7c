"""What a passenger shows to a gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from drivers.barrier import Way
from tickets.badges import looks_like_badge
from tickets.credential import PREFIX
from tickets.identity import DocumentKind, normalise
from tickets.numbers import looks_like_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code's text as a reader gave it. Its repr hides it: people show all kinds of codes.

    `still`: it has been in view since it was shown; that is no new presentation. `way`: whoever holds it up wants to go
    there.
    """

    text: str = field(repr=False)
    still: bool = False
    way: Way = Way.IN

    @property
    def may_be_ours(self) -> bool:
        """Whether it has the form of a ticket, a number or a badge; all else is noise, or somebody else's code."""
        return self.text.startswith(PREFIX) or looks_like_number(self.text) or self.is_badge

    @property
    def is_badge(self) -> bool:
        """Whether it has the form of a badge of staff."""
        return looks_like_badge(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An ID card on the reader of those who go `way`, as the reader gave it. It is never written or shown, and only on
    its way from the reader to its tags.

    Raises ValueError for a number that no document has.
    """

    kind: DocumentKind
    number: str = field(repr=False)
    way: Way = Way.IN

    def __post_init__(self) -> None:
        """Refuses what could not be compared."""
        normalise(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTags:
    """An ID card as the gate goes on with it: its tags by service date and trip, for the departures of these hours in
    the order in which they leave. Nobody gets the number back out of them, nor the card's tag for another departure.
    """

    tags: Mapping[tuple[date, str], bytes] = field(repr=False)
    way: Way = Way.IN
