"""Checking a ticket: what follows from a touch and from the till's news. Pure."""

from kiosk import touches as t
from kiosk.check.steps import Checked
from kiosk.check.touches import GoOn
from kiosk.find.flow import anew, another, begin, forgets, found, ticket
from kiosk.find.touches import AnotherTicket
from kiosk.task import Turn
from kiosk.till.commands import FindTyped
from kiosk.till.values import FoundTicket, Snapshot, Task

OFFERED = (Task.CHANGE, Task.REFUND, Task.COLLECT, Task.INVOICE)
"""What can follow, the most likely first: who is not let in wants another coach, or the money back."""


def opens(_task: Task, chosen: FoundTicket) -> Checked:
    """The first step with a ticket found."""
    return Checked(number=chosen.number)


def next_tasks(chosen: FoundTicket) -> tuple[Task, ...]:
    """What can be done with this ticket next, the most likely first; at most two: more would be a form."""
    return tuple(task for task in OFFERED if task in chosen.can)[:2]


def on_checked(step: Checked, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch. Another task goes on with the same ticket."""
    chosen = ticket(snapshot, step.number)
    match touch:
        case GoOn(task=task) if chosen is not None and task in chosen.can:
            looking, commands = begin(task, snapshot, at_ms)
            return looking, (*commands, FindTyped(text=chosen.number))
        case t.Finish():
            return forgets(step, snapshot)
        case AnotherTicket() | t.Back():
            return another(Task.CHECK, snapshot, at_ms)
        case _:
            return step, ()


def adopt_checked(step: Checked, snapshot: Snapshot, at_ms: int) -> Turn:
    """What the till's news change: the verdict itself is read from the snapshot, so that it is of now."""
    if found(snapshot, Task.CHECK) is None or ticket(snapshot, step.number) is None:
        return anew(Task.CHECK, snapshot, at_ms, opens)
    return step, ()
