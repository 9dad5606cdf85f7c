"""What a passenger shows to a gate."""

from dataclasses import dataclass, field

from tickets.credential import PREFIX
from tickets.identity import DocumentKind, normalise
from tickets.numbers import looks_like_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code's text as a reader gave it. Its repr hides it: people show all kinds of codes.

    `still`: it has been in view since it was shown; that is no new presentation.
    """

    text: str = field(repr=False)
    still: bool = False

    @property
    def may_be_ours(self) -> bool:
        """Whether it has the form of a ticket or a number; anything else is noise, or somebody else's code."""
        return self.text.startswith(PREFIX) or looks_like_number(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An ID card on the reader. It is compared, never written or shown, and soon forgotten.

    Raises ValueError for a number that no document has.
    """

    kind: DocumentKind
    number: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuses what could not be compared."""
        normalise(self.number)
