"""Where somebody is who looks for what else can be done here."""

from dataclasses import dataclass

from kiosk.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Step):
    """What would you like to do?"""
