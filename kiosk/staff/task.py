"""The table of the technician's door."""

from pathlib import Path

from kiosk.staff import flow
from kiosk.staff import steps as s
from kiosk.task import StepRules, Task, no, seconds

DOOR = Task(
    name="door",
    folder=Path(__file__).parent,
    begins=flow.begins,
    offers=lambda _snapshot: False,
    steps=(
        StepRules(
            of=s.Doorstep,
            screen="doorstep",
            qml="Doorstep",
            answer=flow.on_door,
            adopt=flow.adopt_doorstep,
            waits=seconds(30),
            asks=False,
            leaves=flow.shuts,
            over=no,
            railed=False,
        ),
        StepRules(
            of=s.Inside,
            screen="door",
            qml="Door",
            answer=flow.on_door,
            adopt=flow.adopt_inside,
            waits=seconds(120),
            asks=False,
            leaves=flow.shuts,
            back=no,
            over=no,
            railed=False,
        ),
    ),
)
"""The technician's door: no button leads to it. Whoever holds the station's name for five seconds stands before it."""
