"""What the screens of a refund show. Pure."""

from kiosk.find.flow import found
from kiosk.find.present import in_groups, shown_ticket
from kiosk.present.values import Group
from kiosk.refund.steps import Refund, Refunded, Refunding
from kiosk.steps import Session
from kiosk.till.values import FindState, Snapshot, Task
from tickets.money import yuan


def sums(session: Session, snapshot: Snapshot) -> Group:
    """What was paid, what is kept, what comes back and how."""
    chosen = shown_ticket(session, snapshot) if isinstance(session.at, Refund) else None
    if chosen is None:
        return {"known": False}
    return {
        "known": True,
        "fare": yuan(chosen.fare),
        "fee": yuan(chosen.fee),
        "free": chosen.fee == 0,
        "back": yuan(chosen.back),
        "way": session.comfort.pick(chosen.way),
    }


def ended(session: Session, snapshot: Snapshot) -> Group:
    """What came back, what staff owe; or, while it is under way, what the till says of it."""
    step = session.at
    if isinstance(step, Refunding):
        find = found(snapshot, Task.REFUND)
        said = find.message if find is not None and find != step.before else None
        return {"long": step.long, "said": session.comfort.pick(said) if said is not None else ""}
    if not isinstance(step, Refunded):
        return {"long": False, "said": ""}
    claim, said = step.result.claim, step.result.message
    return {
        "long": False,
        "asked": step.result.state is FindState.REFUSED,
        "said": session.comfort.pick(said) if said is not None else "",
        "returned": yuan(step.result.returned) if step.result.returned else "",
        "owed": yuan(claim.fen) if claim is not None else "",
        "number": in_groups(claim.number) if claim is not None else "",
        "reason": session.comfort.pick(claim.reason) if claim is not None else "",
        "slip": claim is not None and claim.slip_printed,
    }
