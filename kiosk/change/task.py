"""The table of a change, up to the choice of another coach and after it: in between it is a purchase."""

from pathlib import Path

from kiosk.change import flow
from kiosk.change import steps as s
from kiosk.change.swapping import swapping
from kiosk.find.flow import forgets
from kiosk.find.task import looks_for
from kiosk.task import StepRules, Task, never, no
from kiosk.till import values

CHANGING = Task(
    name="change",
    folder=Path(__file__).parent,
    begins=looks_for(values.Task.CHANGE),
    offers=lambda snapshot: snapshot.capabilities.sells,
    steps=(
        StepRules(
            of=s.Change,
            screen="change",
            qml="Change",
            answer=flow.on_change,
            adopt=flow.adopt_change,
            leaves=forgets,
        ),
        StepRules(
            of=s.Swapping,
            screen="swapping",
            qml="Swapping",
            adopt=swapping,
            waits=never,
            back=no,
            over=no,
        ),
    ),
)
"""A ticket changed for another coach of the same line."""
