"""What a ticket costs: the full fare of the stop, and the part of it that a kind of passenger pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tickets.journey import TicketKind
from tickets.money import Fen

WHOLE = 10_000


class Rounding(StrEnum):
    """Which way a part of a fare goes to the nearest payable amount; NEAREST sends the exact half up."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class FareRules:
    """A province's rules as data: each kind's share of the full fare in ten-thousandths, and how the rest is rounded.

    `unit` is the smallest amount that is charged (10 fen = 1 jiao). A kind without a share pays in full.
    """

    shares: Mapping[TicketKind, int]
    unit: Fen
    rounding: Rounding

    def __post_init__(self) -> None:
        """Refuses a share above the full fare and a unit that nobody can pay."""
        if any(not 0 <= share <= WHOLE for share in self.shares.values()):
            raise ValueError("a share is between 0 and 10000")
        if self.unit < 1:
            raise ValueError("a unit is at least 1 fen")

    @classmethod
    def default(cls) -> Self:
        """Children and holders of a concession pay half, to the nearest jiao; carried children pay nothing."""
        shares = {TicketKind.CHILD: WHOLE // 2, TicketKind.CONCESSION: WHOLE // 2, TicketKind.FREE: 0}
        return cls(shares=shares, unit=Fen(10), rounding=Rounding.NEAREST)


def fare(full: Fen, kind: TicketKind, rules: FareRules) -> Fen:
    """What `kind` pays where `full` is the full fare; never more than `full`. Raises ValueError below zero."""
    if full < 0:
        raise ValueError("a fare is not negative")
    share = rules.shares.get(kind, WHOLE)
    if share == WHOLE:
        return full
    return Fen(min(full, part(full, share, rules.unit, rules.rounding)))


def half_fare(full: Fen, rules: FareRules) -> Fen:
    """What a child with a seat of its own pays."""
    return fare(full, TicketKind.CHILD, rules)


def part(amount: Fen, share: int, unit: Fen, rounding: Rounding) -> Fen:
    """`share` ten-thousandths of an amount, rounded to whole units; it may come out above the amount."""
    return Fen(_rounded(amount * share, WHOLE * unit, rounding) * unit)


def _rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    match rounding:
        case Rounding.UP:
            return -(-numerator // denominator)
        case Rounding.DOWN:
            return numerator // denominator
        case Rounding.NEAREST:
            return (2 * numerator + denominator) // (2 * denominator)
