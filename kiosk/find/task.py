"""The tables of looking for a ticket, which every task about a ticket begins with."""

from collections.abc import Callable
from pathlib import Path

from kiosk import task as table
from kiosk.find import flow
from kiosk.find import steps as s
from kiosk.find.opening import opens
from kiosk.task import StepRules, Turn, no
from kiosk.till.values import Snapshot, Task
from kiosk.touches import Touch

FOLDER = Path(__file__).parent


def adopt_looking(step: s.Looking, snapshot: Snapshot, at_ms: int) -> Turn:
    """Whatever was found goes to the task that asked for it."""
    return flow.adopt_looking(step, snapshot, at_ms, opens)


def adopt_several(step: s.Several, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The tickets may be forgotten meanwhile."""
    return flow.adopt_several(step, snapshot)


def on_several(step: s.Several, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """Whichever is picked goes to the task that asked for it."""
    return flow.on_several(step, touch, snapshot, at_ms, opens)


def adopt_cannot(step: s.CannotDo, snapshot: Snapshot, at_ms: int) -> Turn:
    """What could not be done may be possible once more was shown."""
    return flow.adopt_cannot(step, snapshot, at_ms, opens)


def looks_for(task: Task) -> Callable[[Snapshot, int], Turn | None]:
    """Begins a task by looking for its ticket."""
    return lambda snapshot, at_ms: flow.begin(task, snapshot, at_ms)


FINDING = table.Task(
    name="find",
    folder=FOLDER,
    begins=lambda _snapshot, _at_ms: None,
    offers=lambda _snapshot: False,
    steps=(
        StepRules(
            of=s.Looking,
            screen="looking",
            qml="Looking",
            answer=flow.on_looking,
            adopt=adopt_looking,
            leaves=flow.forgets,
            railed=False,
        ),
        StepRules(
            of=s.Several,
            screen="several",
            qml="Several",
            answer=on_several,
            adopt=adopt_several,
            leaves=flow.forgets,
            railed=False,
        ),
        StepRules(
            of=s.CannotDo,
            screen="cannot",
            qml="CannotDo",
            answer=flow.on_cannot,
            adopt=adopt_cannot,
            leaves=flow.forgets,
            back=no,
            railed=False,
        ),
    ),
)
"""Looking for a ticket: no task by itself."""
