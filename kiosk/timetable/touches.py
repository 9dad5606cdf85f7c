"""What somebody who reads the timetable can touch, as values."""

from dataclasses import dataclass
from datetime import date

from kiosk.touches import Touch


@dataclass(frozen=True, slots=True)
class ReadDay(Touch):
    """Another day; None: from now on."""

    day: date | None


@dataclass(frozen=True, slots=True)
class ByLetters(Touch):
    """Find a destination by its letters, or show all destinations again."""
