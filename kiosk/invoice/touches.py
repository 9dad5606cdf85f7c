"""What can be touched while an invoice is asked for."""

from dataclasses import dataclass

from kiosk.touches import Touch


@dataclass(frozen=True, slots=True)
class ForPerson(Touch):
    """The invoice is for a person: no tax number."""


@dataclass(frozen=True, slots=True)
class ForCompany(Touch):
    """The invoice is for a company: its tax number is typed."""
