"""What can be touched while a ticket is collected."""

from dataclasses import dataclass

from kiosk.touches import Touch


@dataclass(frozen=True, slots=True)
class PrintIt(Touch):
    """On paper, please; also once more, when the paper is not known to be in hand."""


@dataclass(frozen=True, slots=True)
class TakeIt(Touch):
    """On my phone, please."""


@dataclass(frozen=True, slots=True)
class CardOnly(Touch):
    """Nothing: I board with my ID card."""


@dataclass(frozen=True, slots=True)
class HavePaper(Touch):
    """The paper is in my hand."""
