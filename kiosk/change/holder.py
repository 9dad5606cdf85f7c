"""Whose ticket is changed: its holder's document, shown before or while another coach is chosen. Pure."""

from dataclasses import replace

from kiosk.buy.seating import closed
from kiosk.buy.steps import Agree, Seats, Typing, WhereTo, WhichDeparture, Who
from kiosk.find.flow import anew, found, ticket
from kiosk.find.opening import opens
from kiosk.task import Turn
from kiosk.till.values import FindState, Snapshot, Task

Choosing = WhereTo | WhichDeparture | Seats | Agree | Who | Typing


def holder_shown(step: Choosing, snapshot: Snapshot, at_ms: int) -> Turn | None:
    """The step after the holder's document was shown, or somebody else's; None while there is no news of it.

    While a ticket is looked for the till hands documents to the search, which says of the ticket by which it was found.
    """
    choice, find = step.choice, found(snapshot, Task.CHANGE)
    if choice.exchange is None or find is None or find.state is not FindState.FOUND:
        return None
    old = ticket(snapshot, choice.exchange.number)
    if old is None:
        return anew(Task.CHANGE, snapshot, at_ms, opens)
    if choice.holder or not old.handle:
        return None
    choice = replace(choice, exchange=replace(choice.exchange, handle=old.handle))
    return (closed(choice) if isinstance(step, Who | Typing) else replace(step, choice=choice)), ()
