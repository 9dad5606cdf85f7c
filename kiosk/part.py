"""What one task shows in QML: groups of values that each have a signal of their own, and lists.

A task's part is an object that QML knows by the task's name. It decides nothing.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from PySide6.QtCore import Property, QObject, Qt, Signal, SignalInstance, Slot

from kiosk.present.values import Group, texts
from kiosk.rows import RowsModel
from kiosk.steps import Session
from kiosk.till.values import Snapshot
from kiosk.touches import Touch

Touched = Callable[[Touch], None]
"""Tells the session that something was touched."""


def group(name: str, changed: Signal) -> Property:
    """A property that gives QML one group of values."""
    read: Callable[[Part], Group] = lambda part: part.group(name)  # noqa: E731  typed
    return Property("QVariantMap", read, notify=changed)  # type: ignore[arg-type]  # Qt's own types go by name


class Part(QObject):
    """Groups of values as QML reads them, and the touches that QML can report.

    A subclass names its groups in `GROUPS`, has a signal `<name>Changed` and a property `group(name, …)` for each, and
    the touches that carry nothing else in `PLAIN`. For each group `PERSONAL` names the values that nobody but the
    passenger may hear, which may be none; a list does the same (`RowsModel`).
    """

    GROUPS: ClassVar[tuple[str, ...]] = ()
    PLAIN: ClassVar[Mapping[str, Touch]] = {}
    PERSONAL: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, touched: Touched, parent: QObject) -> None:
        """All groups empty."""
        super().__init__(parent)
        self.touched = touched
        self._signals: dict[str, SignalInstance] = {name: getattr(self, f"{name}Changed") for name in self.GROUPS}
        self._groups: dict[str, Group] = {name: {} for name in self.GROUPS}

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment: a subclass works its groups out and tells them."""
        raise NotImplementedError

    def tell(self, now: Mapping[str, Group]) -> None:
        """These are the groups from now on: tell QML of those that changed, and of no other."""
        changed = [name for name, values in now.items() if values != self._groups[name]]
        self._groups.update(now)
        for name in changed:
            self._signals[name].emit()

    def group(self, name: str) -> Group:
        """One group of values as QML sees it."""
        return self._groups[name]

    def personal(self) -> frozenset[str]:
        """Every text on show here, or kept for it, that nobody but the passenger may hear."""
        found = {
            text
            for name, values in self.PERSONAL.items()
            for value in values
            for text in texts(self._groups[name].get(value))
        }
        for rows in self.findChildren(RowsModel, options=Qt.FindChildOption.FindDirectChildrenOnly):
            found |= rows.personal()
        return frozenset(found)

    @Slot(str)
    def touch(self, what: str) -> None:
        """A touch that carries nothing else, by its name here."""
        self.touched(self.PLAIN[what])
