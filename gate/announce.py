"""What the gate tells passengers and staff: one value per change, for the display, the sound and the log."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from gate.decide import Admitted, Refused
from tickets.errors import EnvironmentFault
from tickets.reasons import sentence, word


class Showing(Enum):
    """Which picture the display shows."""

    IDLE = "idle"  # where to hold the code
    GO = "go"
    STOP = "stop"
    WAIT = "wait"  # somebody else is passing
    CLOSED = "closed"  # this lane cannot open: use another
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One picture: a word to be read from afar, a sentence, and for GO the seat, the bay and whom to expect.

    `fault` is for staff and the log: why the lane is closed, when it is not the barrier's fault (that is recorded).
    """

    showing: Showing
    word: tuple[str, str] = ("", "")
    sentence: tuple[str, str] = ("", "")
    seat: int | None = None
    bay: str | None = None
    persons: int = 0
    kind: str | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()
    fault: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON; carries no name, no document and no ticket number."""
        return {**asdict(self), "showing": self.showing.value}


Announce = Callable[[Announcement], None]
"""Is called in the gate's own thread: it must not wait for anybody."""

IDLE = Announcement(showing=Showing.IDLE, word=("请扫码或刷身份证", "Scan your ticket or ID card"))
WAIT = Announcement(
    showing=Showing.WAIT, word=("请稍候", "Please wait"), sentence=("前面的旅客正在通过。", "Somebody is passing.")
)
CLOSED = Announcement(
    showing=Showing.CLOSED,
    word=("通道暂停", "Lane closed"),
    sentence=("请走旁边的通道，或找工作人员。", "Please use another lane, or ask our staff."),
)
EMERGENCY = Announcement(
    showing=Showing.EMERGENCY, word=("请离开", "Please leave"), sentence=("通道已打开。", "This way is open.")
)


def closed_for(fault: EnvironmentFault | None) -> Announcement:
    """The lane is closed because of something else than its barrier."""
    text = None if fault is None else f"{fault.what}. {fault.hint}"
    return Announcement(showing=CLOSED.showing, word=CLOSED.word, sentence=CLOSED.sentence, fault=text)


def go(admitted: Admitted) -> Announcement:
    """What an admitted passenger sees."""
    return Announcement(
        showing=Showing.GO,
        word=("请进", "Go"),
        seat=admitted.journey.seat,
        bay=admitted.departure.bay if admitted.departure else None,
        persons=admitted.persons,
        kind=admitted.journey.kind.name.lower(),
        flags=tuple(sorted(admitted.flags)),
    )


def stop(refused: Refused) -> Announcement:
    """What a refused passenger sees: why, and what to do."""
    refusal, zone = refused.refusal, refused.zone
    return Announcement(
        showing=Showing.STOP,
        word=(word(refusal.reason, "zh"), word(refusal.reason, "en")),
        sentence=(sentence(refusal, "zh", zone=zone), sentence(refusal, "en", zone=zone)),
        reason=str(refusal.reason),
    )
