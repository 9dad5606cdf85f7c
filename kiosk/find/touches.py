"""What can be touched while a ticket is looked for, and what every task about a ticket shares."""

from dataclasses import dataclass

from kiosk.touches import Touch


@dataclass(frozen=True, slots=True)
class TypeCode(Touch):
    """Nothing to show: type the ticket's number or the order code."""


@dataclass(frozen=True, slots=True)
class PickTicket(Touch):
    """One of several tickets found."""

    number: str


@dataclass(frozen=True, slots=True)
class AnotherTicket(Touch):
    """Look at another of the tickets found, or look for another ticket."""
