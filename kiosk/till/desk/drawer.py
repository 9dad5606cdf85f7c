"""What should be in a machine: the sums of one shift. Pure."""

from dataclasses import dataclass

from kiosk.till.values import NO_MONEY
from tickets.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """The cash of one shift, in fen: opening + inserted + refilled − paid out − removed is what has to be there.

    `inserted` is what passengers put in, `paid_out` what the machine gave them; `refilled` and `removed` is what staff
    put in and took out.
    """

    opening: Fen
    inserted: Fen = NO_MONEY
    refilled: Fen = NO_MONEY
    paid_out: Fen = NO_MONEY
    removed: Fen = NO_MONEY

    @property
    def expected(self) -> Fen:
        """What a count should find; below zero only where somebody wrote down less than was there."""
        return Fen(self.opening + self.inserted + self.refilled - self.paid_out - self.removed)

    def difference(self, counted: Fen) -> Fen:
        """How much more (or, below zero, less) was counted than expected."""
        return Fen(counted - self.expected)
