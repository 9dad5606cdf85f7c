"""The window, and the screens that belong to no task. Each step's screen by name, and the file that it is in."""

from collections.abc import Mapping
from pathlib import Path

from kiosk.flow import Flow
from kiosk.steps import Attract, Called, OutOfService, Step, StillThere

FOLDER = Path(__file__).parent

OWN: Mapping[type[Step], tuple[str, str]] = {
    Attract: ("attract", "Attract"),
    OutOfService: ("outOfService", "OutOfService"),
    StillThere: ("stillThere", "StillThere"),
    Called: ("called", "../staff/Called"),
}
"""Name and file of the screens of nobody, and of the question whether anybody is there."""


def screen_name(flow: Flow, step: Step) -> str:
    """The name of the screen for a step."""
    rules = flow.rules(step)
    return rules.screen if rules is not None else OWN[type(step)][0]
