"""Ticket stock: what a label printer is loaded with, and what it does with a ticket when it is printed."""

from dataclasses import dataclass
from typing import Literal

DOTS_PER_MM = 8

StockKind = Literal["continuous", "gap", "mark"]
"""A strip without an end, tickets with a gap between them, or tickets with a black mark on the back."""

AfterPrint = Literal["cut", "tear", "peel"]
"""Cut it off, leave it to be torn off, or peel it off its backing and hold it until it is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStock:
    """Tickets of `length_mm` each with `gap_mm` between them (or so high a mark); both 0 on a continuous strip."""

    kind: StockKind = "continuous"
    length_mm: float = 0.0
    gap_mm: float = 0.0
    after: AfterPrint = "cut"

    def __post_init__(self) -> None:
        if (self.kind == "continuous") is not (self.length_mm == 0):
            raise ValueError("tickets have a length, a continuous strip has none")

    def rows(self, height: int) -> int:
        """How long a ticket with a picture of `height` rows is, in dots. Raises ValueError when it does not fit."""
        if self.kind == "continuous":
            return height
        rows = round(self.length_mm * DOTS_PER_MM)
        if height > rows:
            raise ValueError(f"a picture of {height} rows does not fit a ticket of {rows}")
        return rows
