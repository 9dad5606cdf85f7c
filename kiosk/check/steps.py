"""Where somebody is who checks a ticket."""

from dataclasses import dataclass

from kiosk.find.steps import AboutTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(AboutTicket):
    """What a gate would say now."""
