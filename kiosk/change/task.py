"""The table of a change, up to the choice of another coach: from there on it is a purchase."""

from pathlib import Path

from kiosk.change import flow
from kiosk.change import steps as s
from kiosk.find.flow import forgets
from kiosk.find.task import looks_for
from kiosk.task import StepRules, Task
from kiosk.till import values

CHANGING = Task(
    name="change",
    folder=Path(__file__).parent,
    begins=looks_for(values.Task.CHANGE),
    steps=(
        StepRules(
            of=s.Change,
            screen="change",
            qml="Change",
            answer=flow.on_change,
            adopt=flow.adopt_change,
            leaves=forgets,
        ),
    ),
)
"""A ticket changed for another coach of the same line."""
