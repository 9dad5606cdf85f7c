"""Changing a ticket, up to the choice of another coach. Pure."""

from kiosk import touches as t
from kiosk.buy.steps import Choice, Exchange, WhichDeparture
from kiosk.change.steps import Change
from kiosk.find.flow import anew, another, forgets, found, ticket
from kiosk.find.steps import CannotDo
from kiosk.find.touches import AnotherTicket
from kiosk.task import Turn
from kiosk.till.values import Destination, FoundTicket, Snapshot, Task, Words

NOT_FROM_HERE: Words = (
    "本机没有去往该目的地的其他班次。请到售票窗口改签。",
    "This machine has no other coach to that place. Please change the ticket at the ticket window.",
)


def opens(_task: Task, chosen: FoundTicket) -> Change:
    """The first step with a ticket found."""
    return Change(number=chosen.number)


def on_change(step: Change, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch."""
    match touch:
        case t.Confirm():
            return _other_coach(step, snapshot)
        case t.Finish():
            return forgets(step, snapshot)
        case AnotherTicket() | t.Back():
            return another(Task.CHANGE, snapshot, at_ms)
        case _:
            return step, ()


def _other_coach(step: Change, snapshot: Snapshot) -> Turn:
    """Choose another coach to the same place, which this ticket pays for as far as it goes."""
    old = ticket(snapshot, step.number)
    there = _destination(old, snapshot) if old is not None else None
    if old is None or there is None:
        return CannotDo(task=Task.CHANGE, words=NOT_FROM_HERE), ()
    swapped = Exchange(number=old.number, kind=old.kind, credit=old.fare_credit, handle=old.handle)
    return WhichDeparture(choice=Choice(destination=there, exchange=swapped)), ()


def _destination(old: FoundTicket, snapshot: Snapshot) -> Destination | None:
    """Where the ticket goes, as this machine sells it."""
    return next((place for place in snapshot.destinations if place.stop == old.destination), None)


def adopt_change(step: Change, snapshot: Snapshot, at_ms: int) -> Turn:
    """What the till's news change."""
    if found(snapshot, Task.CHANGE) is None or ticket(snapshot, step.number) is None:
        return anew(Task.CHANGE, snapshot, at_ms, opens)
    return step, ()
