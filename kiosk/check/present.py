"""What the screen of a ticket that was checked shows. Pure."""

from kiosk.check.flow import next_tasks
from kiosk.check.steps import Checked
from kiosk.find.flow import ticket
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import Snapshot


def verdict(session: Session, snapshot: Snapshot) -> Group:
    """What a gate would say now, and the tasks that can follow, the most likely first."""
    step = session.at
    chosen = ticket(snapshot, step.number) if isinstance(step, Checked) else None
    if chosen is None:
        return {"known": False}
    return {
        "known": True,
        "go": chosen.go,
        "said": session.comfort.pick(chosen.verdict),
        "next": [task.value for task in next_tasks(chosen)],
    }
