"""What the screens of an invoice show. Pure."""

from kiosk.find.present import in_groups
from kiosk.invoice import tax_number
from kiosk.invoice.steps import Invoiced, TaxNumber
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import Snapshot


def buyer(session: Session) -> Group:
    """The tax number being typed."""
    step = session.at
    typed = step.typed if isinstance(step, TaxNumber) else ""
    return {
        "text": in_groups(typed),
        "count": len(typed),
        "ready": tax_number.is_ready(typed),
        "wrong": tax_number.is_wrong(typed),
    }


def made(session: Session, snapshot: Snapshot) -> Group:
    """Where the invoice will be, and when: the till's own sentence. `online`: the request is on its way already."""
    step = session.at
    said = step.result.message if isinstance(step, Invoiced) else None
    return {
        "said": session.comfort.pick(said) if said is not None else "",
        "online": snapshot.capabilities.online,
        "linked": isinstance(step, Invoiced) and step.result.link != "",
    }


def link(session: Session) -> str:
    """What a phone reads off the screen; empty where nothing is to be read."""
    return session.at.result.link if isinstance(session.at, Invoiced) else ""
