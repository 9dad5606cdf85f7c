"""What stands around every screen: the two bands, and the question who is there. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.buy.paying import means_now
from kiosk.flow import Flow
from kiosk.present.values import Group
from kiosk.steps import Session, StillThere
from kiosk.till.values import Snapshot


def top(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The top band: which station, when, what works."""
    can, comfort = snapshot.capabilities, session.comfort
    return {
        "station": comfort.pick(snapshot.station),
        "operator": comfort.pick(snapshot.operator),
        "day": wording.day(snapshot.now.astimezone(zone).date(), comfort.language),
        "clock": wording.clock(snapshot.now, zone),
        "online": can.online,
        "printer": can.printer,
        "means": [means.value for means in means_now(can)],
        "notices": [comfort.pick(words) for words in can.notices],
    }


def band(flow: Flow, session: Session, snapshot: Snapshot) -> Group:
    """The bottom band: what can be touched there, and whether the journey rail can."""
    return {
        "back": flow.can_go_back(session.step),
        "startOver": flow.can_start_over(session.step),
        "change": flow.can_change(session.step, snapshot),
        "recovered": snapshot.recovered is not None,
        "staffCalled": snapshot.capabilities.staff_called,
    }


def still(flow: Flow, session: Session, snapshot: Snapshot, at_ms: int) -> Group:
    """The question whether anybody is there: seconds left, and whether money is inside."""
    step = session.step
    left = max(0, -(-(step.until_ms - at_ms) // 1000)) if isinstance(step, StillThere) else 0
    return {"seconds": left, "inside": flow.inside(session, snapshot)}
