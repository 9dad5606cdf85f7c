"""Every picture that the display can show, with the longest words, for those who look at them and for the tests."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop

from gate.announce import badge, stop
from gate.announcement import (
    CLOSED,
    EMERGENCY,
    EMERGENCY_OVER,
    IDLE,
    OTHER_SIDE,
    WAIT,
    WAY_OUT,
    Announcement,
    Showing,
    idle_for,
)
from gate.decide import Refused
from gate.override import BadgeAnswer, BadgeShown
from gate.screen.message import Message
from gate.screen.panel import ScreenPanel
from gate.screen.watch import WAIT_MS
from gate.screen.window import ScreenWindow, application
from tickets.badges import BadgeTrouble
from tickets.reasons import Reason, Refuse

_GO = ("请进", "Go")
_SOME_DAY = date(2026, 11, 22)
_SOME_TIME = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)


def go(kind: str, persons: int = 1, *, seat: int | None = 12, bay: str | None = "8", flag: str = "") -> Announcement:
    """Somebody is let in; `flag` is for staff to see."""
    flags = (flag,) if flag else ()
    return Announcement(
        showing=Showing.GO, word=_GO, seat=seat, bay=bay, persons=persons, kind=kind, flags=flags, staff=flags
    )


def pictures() -> Iterator[tuple[str, Announcement]]:
    """Yield every picture with a name for its file."""
    yield "idle", IDLE
    yield "idle-codes-only", idle_for(codes=True, cards=False)
    yield "idle-cards-only", idle_for(codes=False, cards=True)
    yield "go-adult", go("adult")
    yield "go-adult-2-children", go("adult", 3, seat=45, bay="A12", flag="identity_not_checked")
    yield "go-adult-9-children", go("adult", 10, seat=200, bay="东广场 12", flag="departure_not_known")
    yield "go-child", go("child", seat=3)
    yield "go-concession", go("concession", flag="identity_not_checked")
    yield "go-free", go("free", 2, seat=None)
    yield "go-unknown-coach", go("adult", seat=None, bay=None, flag="time_unknown")
    yield "go-late", go("adult", flag="late")
    yield "go-by-badge", go("concession", 2, flag="overridden")
    yield "go-in-again", go("adult", flag="re_entry")
    yield "go-any-seat", go("adult", seat=45, bay="东广场 12", flag="seat_not_in_coach")
    yield "go-out", replace(go("child", 2, seat=None, bay=None), word=WAY_OUT)
    yield "badge-good", badge(BadgeShown(answer=BadgeAnswer.NOBODY_WAITS))
    yield from ((f"badge-{each.value}", _bad_badge(each)) for each in BadgeTrouble)
    yield "badge-no-ticket", badge(BadgeShown(answer=BadgeAnswer.NO_TICKET))
    yield "badge-may-not", badge(BadgeShown(answer=BadgeAnswer.MAY_NOT))
    yield "badge-nobody-may", badge(BadgeShown(answer=BadgeAnswer.NOBODY_MAY))
    yield "wait", WAIT
    yield "wait-other-side", OTHER_SIDE
    yield "closed", CLOSED
    yield "emergency", EMERGENCY
    yield "emergency-over", EMERGENCY_OVER
    for reason in Reason:
        yield f"stop-{reason}", refusal(reason)


def _bad_badge(trouble: BadgeTrouble) -> Announcement:
    return badge(BadgeShown(answer=BadgeAnswer.BAD, trouble=trouble))


def refusal(reason: Reason) -> Announcement:
    """A refusal about which all is known, so that its sentences are the longest."""
    known = Refuse(reason=reason, when=_SOME_TIME, where="12B", gate="12", day=_SOME_DAY)
    return stop(Refused(refusal=known, number=None, by="code"))


class Easel:
    """A window that is told what to show, with a clock that stands still until moved."""

    def __init__(self, panel: ScreenPanel) -> None:
        """Make the window."""
        application()
        self.now = 1_000_000
        self.window = ScreenWindow(panel, clock=lambda: self.now)

    def show(self, announcement: Announcement) -> None:
        """Say this, and wait as long as a wait needs to be shown."""
        self.now += 1
        said = self.now
        for later in (0, WAIT_MS):
            self.now = said + later
            self.window.view_model.hear([Message(announcement=announcement, said_ms=said, sent_ms=self.now)])
        self.settle()

    def settle(self) -> None:
        """Let Qt lay out what is to be shown."""
        for _ in range(2):
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    def close(self) -> None:
        """Take the window down."""
        self.window.close()


def write(panel: ScreenPanel, folder: Path, *, on_written: Callable[[Path], None] = lambda _: None) -> None:
    """Write each picture as a PNG file at the panel's own size."""
    folder.mkdir(parents=True, exist_ok=True)
    easel = Easel(panel)
    try:
        for name, announcement in pictures():
            easel.show(announcement)
            file = folder / f"{name}.png"
            easel.window.window.grabWindow().save(str(file))
            on_written(file)
    finally:
        easel.close()
