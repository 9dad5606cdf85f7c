"""Where somebody is who changes a ticket, before another coach is chosen."""

from dataclasses import dataclass

from kiosk.find.steps import AboutTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(AboutTicket):
    """This is what the ticket is worth: choose another coach for it?"""
