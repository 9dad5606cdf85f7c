"""Which step a task begins with once its ticket is found, in one literal."""

from collections.abc import Mapping

from kiosk.change import flow as changing
from kiosk.check import flow as checking
from kiosk.collect import flow as collecting
from kiosk.find.flow import Opens
from kiosk.invoice import flow as invoicing
from kiosk.refund import flow as refunding
from kiosk.steps import Step
from kiosk.till.values import FoundTicket, Task

OPENS: Mapping[Task, Opens] = {
    Task.COLLECT: collecting.opens,
    Task.CHANGE: changing.opens,
    Task.REFUND: refunding.opens,
    Task.INVOICE: invoicing.opens,
    Task.CHECK: checking.opens,
}


def opens(task: Task, chosen: FoundTicket) -> Step:
    """The first step of `task` with this ticket."""
    return OPENS[task](task, chosen)
