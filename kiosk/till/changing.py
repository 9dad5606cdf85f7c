"""What the order that takes the place of a ticket needs of whoever finds tickets and takes their uses."""

from typing import Protocol
from uuid import UUID

from tickets.money import Fen
from tickets.numbers import TicketNumber


class Changes(Protocol):
    """Takes the old ticket of a change. What it writes is durable when it answers.

    An order is a change's one attempt: `claim` for the same order is the same wish, also after a restart.
    """

    def credit(self, number: TicketNumber) -> Fen | None:
        """What the ticket that was found is worth towards another one; None when it cannot be changed here."""
        ...

    def claim(self, order: UUID, number: TicketNumber) -> bool | None:
        """Take the old ticket's use, now that the rest is paid: True once it is ours, False when it cannot be had,
        None while that is not known: asked again in the next round.
        """
        ...

    def ended(self, order: UUID, number: TicketNumber, *, issued: bool) -> None:
        """The order has ended: its use is passed when tickets were issued, and given back otherwise. May be told more
        than once, and before anything was claimed; after a crash it may not be told at all, so that whoever claims
        looks at the start what became of the orders of the uses that are open.
        """
        ...


class NoChanges:
    """A till that changes no tickets."""

    def credit(self, number: TicketNumber) -> Fen | None:  # noqa: ARG002  the port's own signature
        """None is."""
        return None

    def claim(self, order: UUID, number: TicketNumber) -> bool | None:  # noqa: ARG002  the port's own signature
        """Nothing can be had."""
        return False

    def ended(self, order: UUID, number: TicketNumber, *, issued: bool) -> None:
        """Nothing was claimed."""
