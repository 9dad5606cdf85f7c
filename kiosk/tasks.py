"""What passengers do at this kiosk, in one literal. The first is what a touch anywhere begins."""

from kiosk.buy.task import BUYING, RECOVERED
from kiosk.change.task import CHANGING
from kiosk.check.task import CHECKING
from kiosk.collect.task import COLLECTING
from kiosk.find.task import FINDING
from kiosk.invoice.task import INVOICING
from kiosk.menu.task import MENU
from kiosk.refund.task import REFUNDING
from kiosk.staff.task import DOOR
from kiosk.task import Task
from kiosk.timetable.task import TIMETABLE

TASKS: tuple[Task, ...] = (
    BUYING,
    RECOVERED,
    COLLECTING,
    CHANGING,
    REFUNDING,
    CHECKING,
    INVOICING,
    TIMETABLE,
    MENU,
    FINDING,
    DOOR,
)
