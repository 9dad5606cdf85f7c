"""What can be touched once a ticket is checked."""

from dataclasses import dataclass

from kiosk.till.values import Task
from kiosk.touches import Touch


@dataclass(frozen=True, slots=True)
class GoOn(Touch):
    """Another task with the same ticket."""

    task: Task
