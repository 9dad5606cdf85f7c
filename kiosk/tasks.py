"""What passengers do at this kiosk, in one literal. The first is what a touch anywhere begins."""

from kiosk.buy.task import BUYING, RECOVERED
from kiosk.task import Task

TASKS: tuple[Task, ...] = (BUYING, RECOVERED)
