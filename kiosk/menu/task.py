"""The table of the menu: one step, at which every task can be begun."""

from pathlib import Path

from kiosk.buy.task import BUYING
from kiosk.menu.steps import Menu
from kiosk.task import StepRules, Task, Turn, seconds, wipes
from kiosk.till.values import Snapshot
from kiosk.touches import Back, Touch


def on_menu(step: Menu, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch: back to buying, which the menu was opened from."""
    if isinstance(touch, Back):
        return BUYING.begins(snapshot, at_ms) or wipes(step, snapshot)
    return step, ()


MENU = Task(
    name="menu",
    folder=Path(__file__).parent,
    begins=lambda _snapshot, _at_ms: (Menu(), ()),
    offers=lambda _snapshot: False,
    steps=(StepRules(of=Menu, screen="menu", qml="Menu", answer=on_menu, waits=seconds(30), railed=False, menu=True),),
)
"""Everything that the attract screen offers, in the language and size that a passenger has chosen meanwhile."""
