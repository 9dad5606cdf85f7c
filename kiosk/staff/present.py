"""What the technician's door shows. Pure."""

from kiosk.present.values import Group, Row
from kiosk.staff.steps import Inside
from kiosk.steps import Session
from kiosk.till.finding.door import device_words
from kiosk.till.values import Snapshot, StaffView


def _view(session: Session, snapshot: Snapshot) -> StaffView | None:
    return snapshot.staff if isinstance(session.at, Inside) else None


def door(session: Session, snapshot: Snapshot) -> Group:
    """Who opened the door, what the last test answered, and what runs here."""
    view = _view(session, snapshot)
    said = view.said if view is not None else snapshot.trouble
    return {
        "badge": view.badge if view is not None else "",
        "role": view.role if view is not None else "",
        "said": session.comfort.pick(said) if said is not None else "",
        "versions": [f"{name} {version}" for name, version in view.versions] if view is not None else [],
        "faults": sum(device.state == "fault" for device in view.devices) if view is not None else 0,
        "scanner": snapshot.capabilities.scanner,
    }


def rows(session: Session, snapshot: Snapshot) -> tuple[Row, ...]:
    """The devices, those with a fault first."""
    view = _view(session, snapshot)
    devices = view.devices if view is not None else ()
    return tuple(
        {
            "key": each.name,
            "name": session.comfort.pick(device_words(each.name)),
            "state": each.state,
            "what": each.what,
            "hint": each.hint,
        }
        for each in sorted(devices, key=lambda device: device.state != "fault")
    )
