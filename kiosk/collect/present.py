"""What the screens of collecting show. Pure."""

from kiosk.collect.steps import Collected, OnPhone, Paper
from kiosk.find.flow import found
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import Snapshot, Task


def handing(session: Session, snapshot: Snapshot) -> Group:
    """How the ticket is handed over: what can be printed, how the paper stands, and how it was taken."""
    step, find = session.at, found(snapshot, Task.COLLECT)
    sheet = step.sheet.value if isinstance(step, Paper) else ""
    said = find.message if isinstance(step, Paper) and find is not None and find != step.before else None
    return {
        "printer": snapshot.capabilities.printer,
        "sheet": sheet,
        "said": session.comfort.pick(said) if said is not None else "",
        "how": step.how.value if isinstance(step, Collected) else "",
    }


def link(session: Session) -> str:
    """What a phone reads off the screen; empty where nothing is to be read."""
    return session.at.link if isinstance(session.at, OnPhone) else ""
