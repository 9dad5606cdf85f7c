"""What the desk answers to a cashier's acts: plain values that go through a socket as JSON."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from kiosk.till.desk.drawer import Drawer
from tickets.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimShown:
    """A claim as this machine knows it. `state`: open; settled (`by` whom); void: the passenger has the money.

    `certain` is false for a note or coins of which nobody knows whether the machine has them: look before paying.
    `ticket` is the number of a ticket whose refund was only asked for: it is good until it is taken back elsewhere.
    """

    claim: str
    fen: Fen
    reason: str
    said: str
    state: Literal["open", "settled", "void"]
    by: str
    certain: bool
    opened_at: datetime | None
    ticket: str = ""

    def to_record(self) -> dict[str, object]:
        """Ready for JSON."""
        at = self.opened_at
        return asdict(self) | {"opened_at": None if at is None else int(at.timestamp() * 1000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftShown:
    """A shift and its sums. `counted` is None while it is open."""

    shift: str
    badge: str
    opened_at: datetime
    drawer: Drawer
    counted: Fen | None
    closed_by: str
    closed_at: datetime | None

    @property
    def difference(self) -> Fen | None:
        """What was counted beyond what was expected; None while the shift is open."""
        return None if self.counted is None else self.drawer.difference(self.counted)

    def to_record(self) -> dict[str, object]:
        """Ready for JSON."""
        return {
            "shift": self.shift,
            "badge": self.badge,
            "opened_at": int(self.opened_at.timestamp() * 1000),
            "opening": self.drawer.opening,
            "inserted": self.drawer.inserted,
            "refilled": self.drawer.refilled,
            "paid_out": self.drawer.paid_out,
            "removed": self.drawer.removed,
            "expected": self.drawer.expected,
            "counted": self.counted,
            "difference": self.difference,
            "closed_by": self.closed_by,
            "closed_at": None if self.closed_at is None else int(self.closed_at.timestamp() * 1000),
        }
