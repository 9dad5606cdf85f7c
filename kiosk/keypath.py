"""Working the kiosk with keys alone: where each key leads (pure), and the filter that listens for them.

Made for a keypad of five tactile keys (four arrows and OK) with one more that repeats what was said; a keyboard's Tab
and Escape do the same. Nothing can be typed with a keyboard: characters are keys on the screen.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from kiosk.inventory import Control, Shown
from kiosk.reading import reading_order


class Way(StrEnum):
    """Where a key moves the focus."""

    NEXT = "next"
    BEFORE = "before"
    UP = "up"
    DOWN = "down"


WAYS = {
    Qt.Key.Key_Right: Way.NEXT,
    Qt.Key.Key_Tab: Way.NEXT,
    Qt.Key.Key_Left: Way.BEFORE,
    Qt.Key.Key_Backtab: Way.BEFORE,
    Qt.Key.Key_Up: Way.UP,
    Qt.Key.Key_Down: Way.DOWN,
}
PRESS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select, Qt.Key.Key_Space})
BACK = frozenset({Qt.Key.Key_Escape, Qt.Key.Key_Back, Qt.Key.Key_Backspace})
REPEAT = frozenset({Qt.Key.Key_F1, Qt.Key.Key_Help})


def path(shown: Sequence[Shown]) -> list[Control]:
    """What keys lead through, in the order in which the screen is read."""
    return [item for item in reading_order(shown) if isinstance(item, Control) and item.enabled]


def moved(controls: Sequence[Control], at: str, index: int, way: Way) -> int:
    """Where a key leads from the control named `at`, which stood at `index` when the focus came to it.

    Left and right follow the order of reading, round and round. Up and down go to the nearest row that has something,
    and to its control that is nearest to be above or below. With nothing in focus any key leads to the first one.
    """
    names = [control.name for control in controls]
    if at not in names:  # it is gone: what stands in its place now comes first
        return min(max(index, 0), len(names) - 1)
    here = names.index(at)
    if way is Way.NEXT:
        return (here + 1) % len(names)
    if way is Way.BEFORE:
        return (here - 1) % len(names)
    return _beside(controls, here, -1 if way is Way.UP else 1)


def _beside(controls: Sequence[Control], here: int, sign: int) -> int:
    x, y = controls[here].middle
    beyond = [
        (abs(other.middle[1] - y), abs(other.middle[0] - x), at)
        for at, other in enumerate(controls)
        if sign * (other.middle[1] - y) > controls[here].box[3] / 2
    ]
    if not beyond:
        return here
    nearest = min(beyond)[0]
    row = [(across, at) for down, across, at in beyond if down <= nearest + controls[here].box[3] / 2]
    return min(row)[1]


class Screen(Protocol):
    """The screen as keys know it."""

    def shown(self) -> Sequence[Shown]:
        """Everything on show."""

    def move_focus(self, name: str) -> None:
        """Let keys go to the control of that name, or to none."""


class KeyFilter(QObject):
    """An event filter for the window: keys move the focus, touching takes it away.

    After a change of screen by keys the first control of the new one has the focus. A press that comes as fast after a
    change of screen as a shaking hand's second one is swallowed (`is_double`).
    """

    def __init__(
        self,
        screen: Screen,
        *,
        back: Callable[[], None],
        repeat: Callable[[], None],
        hush: Callable[[], None],
        focused: Callable[[Control], None],
        is_double: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """`back` goes one step back, `repeat` says the screen again, `hush` ends speech, `focused` names a control."""
        super().__init__(parent)
        self._screen = screen
        self._back = back
        self._repeat = repeat
        self._hush = hush
        self._focused = focused
        self._is_double = is_double
        self._at = ""
        self._index = 0
        self.used = False
        """Whether keys, not fingers, work this screen."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """True, which swallows the event, for every key that does not press something."""
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin):
            self._hush()
            if self.used:
                self.forget()
            return False
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) or not isinstance(event, QKeyEvent):
            return False
        return kind is QEvent.Type.KeyRelease or self._pressed(event)

    def forget(self) -> None:
        """Fingers work this screen: nothing has the focus."""
        self.used, self._at, self._index = False, "", 0
        self._screen.move_focus("")

    def entered(self) -> None:
        """Another screen is on show: with keys in use, begin at its first control."""
        self._at, self._index = "", 0
        if self.used:
            controls = path(self._screen.shown())
            if controls:
                self._go(controls, 0)

    def _pressed(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        self._hush()
        if key in REPEAT:
            self._repeat()
        elif event.isAutoRepeat() and key not in WAYS:
            pass
        elif key in BACK:
            self._back()
        elif key in WAYS or key in PRESS:
            return self._walk(WAYS.get(key))
        return True

    def _walk(self, way: Way | None) -> bool:
        controls = path(self._screen.shown())
        if not controls:
            return True
        here = any(control.name == self._at for control in controls)
        if way is None and here and self.used:
            return self._is_double()  # else QML hears it, and presses what has the focus
        self.used = True
        self._go(controls, moved(controls, self._at, self._index, way or Way.NEXT))
        self._focused(controls[self._index])
        return True

    def _go(self, controls: Sequence[Control], index: int) -> None:
        self._at, self._index = controls[index].name, index
        self._screen.move_focus(self._at)
