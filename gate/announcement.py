"""One announcement: a picture of the display, its sound and its line in the log; and those that never change.

What makes announcements of decisions is `gate.announce`: a display shows them without knowing how a gate decides.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

from tickets.errors import Fault


class Showing(Enum):
    """Which picture the display shows."""

    IDLE = "idle"  # where to hold the code
    GO = "go"
    STOP = "stop"
    WAIT = "wait"  # somebody else is passing
    BADGE = "badge"  # for staff: their badge is good, and what to do with it
    CLOSED = "closed"  # this lane cannot open: use another
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One picture: a word to be read from afar, a sentence, and for GO the seat, the bay and whom to expect.

    `staff` are those of the flags that the attendant beside the gate is to see, the most urgent first. `fault` is for
    staff and the log: why the lane is closed, when it is not the barrier's fault (that is recorded).
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
    staff: tuple[str, ...] = ()
    fault: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON; carries no name, no document and no ticket number."""
        return {**asdict(self), "showing": self.showing.value}


Announce = Callable[[Announcement], None]
"""Is called in the gate's own thread: it must not wait for anybody."""

IDLE = Announcement(showing=Showing.IDLE, word=("请扫码或刷身份证", "Scan your ticket or ID card"))
_SCAN = replace(IDLE, word=("请扫车票码", "Scan your ticket"))
_LAY_CARD = replace(IDLE, word=("请刷身份证", "Show your ID card"))
WAIT = Announcement(
    showing=Showing.WAIT, word=("请稍候", "Please wait"), sentence=("前面的旅客正在通过。", "Somebody is passing.")
)
WAY_OUT = ("请出", "Out")
OTHER_SIDE = Announcement(
    showing=Showing.WAIT,
    word=("请稍候", "Please wait"),
    sentence=("对面有旅客正在通过。", "Somebody is coming from the other side."),
)
CLOSED = Announcement(
    showing=Showing.CLOSED,
    word=("通道暂停", "Lane closed"),
    sentence=("请走旁边的通道，或找工作人员。", "Please use another lane, or ask our staff."),
)
EMERGENCY = Announcement(
    showing=Showing.EMERGENCY, word=("请离开", "Please leave"), sentence=("通道已打开。", "This way is open.")
)

EMERGENCY_OVER = Announcement(
    showing=Showing.EMERGENCY,
    word=EMERGENCY.word,
    sentence=(
        "火警信号已解除。工作人员请出示工牌码，恢复检票。",
        "The alarm signal is over. Staff: show your badge code to close the lane again.",
    ),
)
"""The fire input has fallen back and nobody has reset the lane yet: it stays open."""


def idle_for(*, codes: bool, cards: bool) -> Announcement:
    """What a free side asks for: only what something there can read."""
    if codes == cards:
        return IDLE
    return _SCAN if codes else _LAY_CARD


def closed_for(fault: Fault | None) -> Announcement:
    """The lane is closed because of something else than its barrier."""
    text = None if fault is None else f"{fault.what}. {fault.hint}"
    return replace(CLOSED, fault=text)


def blind_for(what: str) -> Announcement:
    """The lane is closed on one side because nothing reads there any more; `what` says why."""
    return replace(CLOSED, fault=what)
