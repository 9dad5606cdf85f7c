"""What a session is about at this step of a purchase. Pure."""

from kiosk.buy.steps import Choice, Recovered
from kiosk.steps import Session, Step, StillThere
from kiosk.till.values import OrderView, Snapshot


def choice_of(step: Step) -> Choice:
    """What has been chosen at this step."""
    inner = step.before if isinstance(step, StillThere) else step
    found = getattr(inner, "choice", None)
    return found if isinstance(found, Choice) else Choice()


def shown_order(session: Session, snapshot: Snapshot) -> OrderView | None:
    """The order that the screens speak of: the recovered one on its own screen, else the running one."""
    return snapshot.recovered if isinstance(session.at, Recovered) else snapshot.order
