"""What the screen shows on which a change begins. Pure."""

from kiosk.change.steps import Change
from kiosk.find.flow import ticket
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import Snapshot
from tickets.money import yuan


def terms(session: Session, snapshot: Snapshot) -> Group:
    """What the ticket is worth when it is changed."""
    step = session.at
    chosen = ticket(snapshot, step.number) if isinstance(step, Change) else None
    return {"credit": yuan(chosen.fare_credit) if chosen is not None else ""}
