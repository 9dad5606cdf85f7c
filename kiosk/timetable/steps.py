"""Where somebody is who reads the timetable."""

from dataclasses import dataclass
from datetime import date

from kiosk.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable(Step):
    """What leaves on `day` (None: from now on). `spelling` shows the letters, `typed` are those touched."""

    day: date | None = None
    spelling: bool = False
    typed: str = ""
