"""Ticket numbers: made without asking anyone, never made twice, hard to guess.

64 bits: a 24-bit prefix that belongs to one enrolment of one issuer, then 40 random bits. Prefix 0 is given to nobody:
it holds numbers taken over from an older system (at most 12 digits), which are counters and can be guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from tickets.errors import Malformed as Malformed

PREFIX_BITS = 24
RANDOM_BITS = 40
_DIGITS = 20
_FEWEST_DIGITS = 8


@dataclass(frozen=True, slots=True, order=True)
class TicketNumber:
    """A ticket's number. Its order is that of its digits and of its bytes."""

    value: int

    def __post_init__(self) -> None:
        """Raises ValueError outside 64 bits."""
        if not 0 <= self.value < 1 << (PREFIX_BITS + RANDOM_BITS):
            raise ValueError("a ticket number has 64 bits")

    @classmethod
    def from_digits(cls, text: str) -> Self:
        """The number written as 8–20 ASCII digits, spaces allowed. Raises Malformed."""
        digits = text.replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and _FEWEST_DIGITS <= len(digits) <= _DIGITS):
            raise Malformed("not a ticket number of 8 to 20 digits")
        value = int(digits)
        if value >> (PREFIX_BITS + RANDOM_BITS):
            raise Malformed("ticket number beyond 64 bits")
        return cls(value)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The number in 8 bytes, most significant first. Raises Malformed."""
        if len(data) != 8:
            raise Malformed("a ticket number has 8 bytes")
        return cls(int.from_bytes(data))

    def to_bytes(self) -> bytes:
        """8 bytes, most significant first."""
        return self.value.to_bytes(8)

    @property
    def digits(self) -> str:
        """Always 20 digits, as printed and as sent."""
        return f"{self.value:020d}"

    @property
    def grouped(self) -> str:
        """The 20 digits in groups of four, for people."""
        digits = self.digits
        return " ".join(digits[at : at + 4] for at in range(0, _DIGITS, 4))

    @property
    def prefix(self) -> int:
        """Whose number it is: the 24 bits given to one enrolment."""
        return self.value >> RANDOM_BITS

    @property
    def guessable(self) -> bool:
        """True for an older system's counter: knowing one number is knowing the next, so it proves nothing alone."""
        return self.prefix == 0

    def __str__(self) -> str:
        return self.digits


def new_number(prefix: int, random: Callable[[int], bytes]) -> TicketNumber:
    """A number nobody has: `random(n)` must give n unpredictable bytes (`secrets.token_bytes`).

    Raises ValueError for prefix 0 or one beyond 24 bits.
    """
    if not 1 <= prefix < 1 << PREFIX_BITS:
        raise ValueError("a prefix is 1 to 2^24 - 1")
    return TicketNumber(prefix << RANDOM_BITS | int.from_bytes(random(RANDOM_BITS // 8)))


def looks_like_number(text: str) -> bool:
    """Whether a scanned text is a bare ticket number rather than a ticket."""
    try:
        TicketNumber.from_digits(text)
    except Malformed:
        return False
    return True
