"""Swallows the second half of a double strike, which would touch whatever the next screen has at that place."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QMouseEvent, QTouchEvent

STRIKE_MS = 250
STRIKE_MM = 10.0
"""A press this soon and this near after the one before is a shaking hand (EN 301 549, clause 5.8), not an answer."""


class Strikes:
    """Remembers the last press. A strike counts only when the screen has changed since: keys can be hit fast.

    The attract screen is left out: who strikes it twice may as well have meant to.
    """

    def __init__(self, *, px_per_mm: float) -> None:
        """Nothing pressed yet."""
        self._near = STRIKE_MM * px_per_mm
        self._last: tuple[float, float, int, str] | None = None

    def is_double(self, x: float, y: float, at_ms: int, screen: str) -> bool:
        """Whether a press at `x`, `y` (pixels) on `screen` is the rest of the one before."""
        last, self._last = self._last, (x, y, at_ms, screen)
        if last is None:
            return False
        then_x, then_y, then_ms, then_screen = last
        near = abs(x - then_x) <= self._near and abs(y - then_y) <= self._near
        double = near and at_ms - then_ms <= STRIKE_MS and then_screen not in (screen, "attract", "")
        if double:  # and so is a third one that comes as soon after this
            self._last = (x, y, at_ms, then_screen)
        return double


class StrikeFilter(QObject):
    """An event filter for the window, for fingers as touch panels report them and for those that come as a mouse."""

    def __init__(
        self, strikes: Strikes, *, clock: Callable[[], int], screen: Callable[[], str], parent: QObject
    ) -> None:
        """`screen` names the screen on show."""
        super().__init__(parent)
        self._strikes = strikes
        self._clock = clock
        self._screen = screen
        self._swallowing = False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """True, which swallows the event, for a press that is the rest of a double strike; a finger until it lifts."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            pressed = kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
            return pressed and self._is_double(event.position())
        if not isinstance(event, QTouchEvent):
            return False
        if kind is QEvent.Type.TouchBegin:
            self._swallowing = self._is_double(event.points()[0].position())
        if self._swallowing:
            event.accept()  # or Qt would make a mouse of it
        return self._swallowing

    def _is_double(self, place: QPointF) -> bool:
        return self._strikes.is_double(place.x(), place.y(), self._clock(), self._screen())
