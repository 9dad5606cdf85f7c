"""The technician's door: what follows from a touch and from the till's news. Pure."""

from kiosk import touches as t
from kiosk.staff.steps import Doorstep, Inside
from kiosk.staff.touches import TryDevice
from kiosk.steps import Attract, Step
from kiosk.task import Turn
from kiosk.till.commands import OpenDoor, TestDevice
from kiosk.till.values import Snapshot


def begins(_snapshot: Snapshot, _at_ms: int) -> Turn:
    """Wait for a badge code under the scanner."""
    return Doorstep(), (OpenDoor(on=True),)


def shuts(_step: Step, _snapshot: Snapshot) -> Turn:
    """Shut the door, or stop waiting at it."""
    return Attract(), (OpenDoor(on=False),)


def on_door(step: Doorstep | Inside, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch."""
    match touch:
        case t.Finish() | t.Back():
            return shuts(step, snapshot)
        case TryDevice(name=name) if isinstance(step, Inside) and _is_known(name, snapshot):
            return step, (TestDevice(name=name),)
        case _:
            return step, ()


def _is_known(name: str, snapshot: Snapshot) -> bool:
    return snapshot.staff is not None and any(device.name == name for device in snapshot.staff.devices)


def adopt_doorstep(step: Doorstep, snapshot: Snapshot, _at_ms: int) -> Turn:
    """A good badge opens the door."""
    return (Inside() if snapshot.staff is not None else step), ()


def adopt_inside(step: Inside, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The till may shut the door by itself."""
    return (step if snapshot.staff is not None else Attract()), ()
