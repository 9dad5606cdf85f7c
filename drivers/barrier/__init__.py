"""Barriers: the port that the gate sees. Whatever the arm is, the gate opens it for a while and watches two beams."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol

from drivers.health import Health


class Way(StrEnum):
    """The direction in which somebody may pass: from the passengers' side to the coaches, or back."""

    IN = "in"
    OUT = "out"


class BarrierEvent(Enum):
    """A change at the barrier. The entry beam is on the passenger's side, the exit beam behind the arm."""

    ENTRY_BEAM_BLOCKED = "entry beam blocked"
    ENTRY_BEAM_CLEAR = "entry beam clear"
    EXIT_BEAM_BLOCKED = "exit beam blocked"
    EXIT_BEAM_CLEAR = "exit beam clear"
    FIRE_ON = "fire on"
    FIRE_OFF = "fire off"
    JAMMED = "jammed"
    JAM_CLEARED = "jam cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the barrier's contacts say now. `fire` also when the fire loop's wire is cut."""

    entry_blocked: bool = False
    exit_blocked: bool = False
    fire: bool = False
    jammed: bool = False


CHANGES = (
    ("fire", BarrierEvent.FIRE_ON, BarrierEvent.FIRE_OFF),
    ("jammed", BarrierEvent.JAMMED, BarrierEvent.JAM_CLEARED),
    ("entry_blocked", BarrierEvent.ENTRY_BEAM_BLOCKED, BarrierEvent.ENTRY_BEAM_CLEAR),
    ("exit_blocked", BarrierEvent.EXIT_BEAM_BLOCKED, BarrierEvent.EXIT_BEAM_CLEAR),
)
"""Each input of `Inputs` with the events of its going on and off, in the order in which they are reported."""


def changes(before: Inputs, after: Inputs) -> list[BarrierEvent]:
    """Return the events that lead from `before` to `after`; fire comes first, entry before exit."""
    return [
        came if getattr(after, name) else went
        for name, came, went in CHANGES
        if getattr(before, name) != getattr(after, name)
    ]


class Barrier(Protocol):
    """A barrier. Used from one thread. Software can ask it to open; in a fire it opens without being asked."""

    def open_for(self, seconds: float, way: Way = Way.IN) -> None:
        """Open for `seconds` for somebody who goes `way`, and close without being told to. Asking again starts anew.

        The time is the device's own: a host that dies cannot leave it open. Where a driver has to time it (GPIO), it
        says what its death does. A barrier with one output opens the same for both ways.

        Returns when the device has confirmed. Raises DeviceFault within about a second when it has not; then it was
        told to close again as far as it still hears.
        """

    def close_now(self) -> None:
        """End the opening now. Returns when the device has confirmed; raises DeviceFault."""

    def poll(self) -> list[BarrierEvent]:
        """Return what changed since the last poll; the first one starts from `Inputs()`. Raises DeviceFault."""

    def inputs(self) -> Inputs:
        """Return what the contacts say now; takes nothing away from `poll`. Raises DeviceFault."""

    def health(self) -> Health:
        """Say whether the barrier can be used. Asks the device."""

    def close(self) -> None:
        """Release the outputs and let go of the port. A later call opens it again."""
