"""Changes of tickets as a test wants them."""

from uuid import UUID

from tickets.money import Fen
from tickets.numbers import TicketNumber


class Swaps:
    """Every ticket is worth `worth`; `grants` says what becomes of the next claims."""

    def __init__(self) -> None:
        self.worth: Fen | None = Fen(3000)
        self.grants: bool | None = True
        self.claimed: set[UUID] = set()
        self.ended_as: dict[UUID, bool] = {}

    def credit(self, number: TicketNumber) -> Fen | None:  # noqa: ARG002  the port's own signature
        """See Changes."""
        return self.worth

    def claim(self, order: UUID, number: TicketNumber) -> bool | None:  # noqa: ARG002  the port's own signature
        """See Changes."""
        if order in self.claimed or self.grants:
            self.claimed.add(order)
            return True
        return self.grants

    def ended(self, order: UUID, number: TicketNumber, *, issued: bool) -> None:  # noqa: ARG002  the port's own signature
        """See Changes."""
        assert self.ended_as.setdefault(order, issued) is issued
