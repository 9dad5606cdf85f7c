"""The table of checking a ticket."""

from pathlib import Path

from kiosk.check import flow
from kiosk.check import steps as s
from kiosk.find.flow import forgets
from kiosk.find.task import looks_for
from kiosk.task import StepRules, Task
from kiosk.till import values

CHECKING = Task(
    name="check",
    folder=Path(__file__).parent,
    begins=looks_for(values.Task.CHECK),
    steps=(
        StepRules(
            of=s.Checked,
            screen="checked",
            qml="Checked",
            answer=flow.on_checked,
            adopt=flow.adopt_checked,
            leaves=forgets,
        ),
    ),
)
"""What a gate would say of a ticket now."""
