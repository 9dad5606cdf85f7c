"""What the display's window binds to: the face of the moment."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import Property, QObject, Signal

from gate.announcement import Announcement
from gate.screen.face import Band, Paint, face
from gate.screen.message import Message
from gate.screen.watch import Watch

_NO_BAND = Band(paint=Paint(ground="#000000", ink="#FFFFFF"), kind=("", ""), count=("", ""), figures=())


class ScreenViewModel(QObject):
    """Follows the gate. `on_new` is called when something is said anew, `on_shown` when the picture changes."""

    changed = Signal()

    def __init__(
        self,
        *,
        clock: Callable[[], int],
        on_new: Callable[[Message], None],
        on_shown: Callable[[Announcement], None],
        parent: QObject | None = None,
    ) -> None:
        """`clock` gives the monotonic milliseconds that the gate's messages carry."""
        super().__init__(parent)
        self._clock = clock
        self._on_new = on_new
        self._on_shown = on_shown
        self._watch = Watch()
        self._shown = self._watch.shown(clock())
        self._face = _values(self._shown)

    @Property("QVariantMap", notify=changed)  # type: ignore[arg-type]  # Qt's own types go by name
    def face(self) -> dict[str, Any]:
        """The face as plain values."""
        return self._face

    @property
    def shown(self) -> Announcement:
        """What stands there now."""
        return self._shown

    def hear(self, messages: list[Message]) -> None:
        """Take what the gate sent."""
        for message in messages:
            before, self._watch = self._watch.last, self._watch.hear(message, self._clock())
            if self._watch.last is message and (before is None or message.said_ms > before.said_ms):
                self._on_new(message)
        self.tick()

    def tick(self) -> None:
        """Look whether time has changed what stands there."""
        now = self._watch.shown(self._clock())
        if now == self._shown:
            return
        self._shown = now
        self._face = _values(now)
        self.changed.emit()
        self._on_shown(now)


def _values(announcement: Announcement) -> dict[str, Any]:
    drawn = face(announcement)
    band = asdict(drawn.band or _NO_BAND)  # never null: what is being taken down still reads it
    plain = {**asdict(drawn), "showing": drawn.showing.value, "band": band, "banded": drawn.band is not None}
    values: dict[str, Any] = json.loads(json.dumps(plain))  # QML knows lists, and no tuples
    return values
