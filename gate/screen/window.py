"""The display's window over a view model, fed by the socket."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow
from shiboken6 import delete

from gate.announcement import Announcement
from gate.screen.ear import Ear
from gate.screen.message import Message
from gate.screen.panel import ScreenPanel
from gate.screen.sender import monotonic_ms
from gate.screen.viewmodel import ScreenViewModel
from tickets.errors import EnvironmentFault

MAIN = Path(__file__).parent / "qml" / "Screen.qml"
TICK_MS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text on show. Places are x, y, width and height in pixels: `ink` where its letters are, `box` what it has.

    `capital` is the height of its capitals in millimetres.
    """

    text: str
    ink: tuple[float, float, float, float]
    box: tuple[float, float, float, float]
    cut: bool
    capital: float
    colour: str


class ScreenWindow(QObject):
    """One window. Made on the GUI thread."""

    def __init__(
        self,
        panel: ScreenPanel,
        *,
        clock: Callable[[], int] = monotonic_ms,
        fullscreen: bool = False,
        on_new: Callable[[Message], None] = lambda _: None,
        on_shown: Callable[[Announcement], None] = lambda _: None,
    ) -> None:
        """Raises EnvironmentFault when the screen cannot be loaded."""
        super().__init__()
        self.view_model = ScreenViewModel(clock=clock, on_new=on_new, on_shown=on_shown, parent=self)
        self._engine = QQmlApplicationEngine(self)
        self._engine.rootContext().setContextProperty("display", self.view_model)
        self._engine.setInitialProperties(
            {
                "pxPerMm": panel.px_per_mm,
                "width": panel.width_px,
                "height": panel.height_px,
                "fullscreen": fullscreen,
                "reader": panel.reader,
            }
        )
        self._engine.load(QUrl.fromLocalFile(str(MAIN)))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise EnvironmentFault(
                what="The display's screen cannot be loaded",
                hint="The lines above say why; reinstall the package when files are missing.",
            )
        self.window: QQuickWindow = roots[0]
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.view_model.tick)
        self._timer.start(TICK_MS)

    def listen(self, ear: Ear) -> None:
        """Show what is heard from now on."""
        notifier = QSocketNotifier(ear.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(lambda *_: self.view_model.hear(ear.heard()))

    def texts(self) -> list[Text]:
        """What can be read on the window now."""
        self.window.setProperty("asked", self.window.property("asked") + 1)
        listed = json.loads(self.window.property("found"))
        return [Text(**{**each, "ink": tuple(each["ink"]), "box": tuple(each["box"])}) for each in listed]

    def close(self) -> None:
        """Take the screen down: the engine before what it shows."""
        self._timer.stop()
        self.window.close()
        delete(self._engine)


def application() -> QGuiApplication:
    """The one Qt application of this process, made when there is none."""
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        return existing
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    return QGuiApplication(sys.argv[:1])
