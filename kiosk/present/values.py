"""Values that every part of a screen is made of, and what a session is about at this step. Pure."""

from collections.abc import Mapping

from kiosk.steps import Choice, Recovered, Session, Step, StillThere, Who
from kiosk.till.values import (
    OrderView,
    Snapshot,
)
from tickets.money import Fen, yuan

Group = Mapping[str, object]
"""Values of one part of a screen, by name."""

Row = Mapping[str, object]
"""One row of a list; its `key` says which thing it is of."""

_NAMES = {
    "Attract": "attract",
    "WhereTo": "whereTo",
    "WhichDeparture": "which",
    "Who": "who",
    "Typing": "typing",
    "Pay": "pay",
    "PuttingIn": "puttingIn",
    "GiveUp": "giveUp",
    "Printing": "printing",
    "NotPrinted": "notPrinted",
    "Done": "done",
    "Trouble": "trouble",
    "Recovered": "recovered",
    "OutOfService": "outOfService",
    "StillThere": "stillThere",
}


def step_name(step: Step) -> str:
    """The name of the screen for a step; a traveller being changed has a screen of its own."""
    if isinstance(step, Who) and step.editing is not None:
        return "rider"
    return _NAMES[type(step).__name__]


def note(fen: Fen) -> str:
    """A bill's value as it is printed on it: ¥20."""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)


def choice_of(step: Step) -> Choice:
    """What has been chosen at this step."""
    inner = step.before if isinstance(step, StillThere) else step
    return getattr(inner, "choice", Choice())


def shown_order(session: Session, snapshot: Snapshot) -> OrderView | None:
    """The order that the screens speak of: the recovered one on its own screen, else the running one."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    return snapshot.recovered if isinstance(step, Recovered) else snapshot.order
