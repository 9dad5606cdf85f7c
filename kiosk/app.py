"""The kiosk's window: builds the screens over a view model, and runs them until the window is closed."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt, QTimer, QTranslator, QUrl, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow
from shiboken6 import delete

from kiosk import translations
from kiosk.inventory import Inventory
from kiosk.panel import PanelSettings
from kiosk.strikes import StrikeFilter, Strikes
from kiosk.till.values import Snapshot
from kiosk.viewmodel import Clock, KioskViewModel, TillPort
from tickets.errors import EnvironmentFault

MAIN = Path(__file__).parent / "screens" / "Main.qml"
STATION_ZONE = ZoneInfo("Asia/Shanghai")
TICK_MS = 250


def monotonic_ms() -> int:
    """The clock of the screens."""
    return time.monotonic_ns() // 1_000_000


class KioskWindow(QObject):
    """One window on one till. Made on the GUI thread; snapshots may come from any."""

    _arrived = Signal(object)

    def __init__(
        self,
        panel: PanelSettings,
        till: TillPort,
        *,
        clock: Clock = monotonic_ms,
        zone: ZoneInfo = STATION_ZONE,
        fullscreen: bool = False,
    ) -> None:
        """Raises EnvironmentFault when the screens cannot be loaded."""
        super().__init__()
        self.view_model = KioskViewModel(submit=till.submit, clock=clock, zone=zone, parent=self)
        self._arrived.connect(self.view_model.receive, Qt.ConnectionType.QueuedConnection)
        self._chinese = QTranslator(self)
        translations.build()
        if not self._chinese.load(str(translations.CHINESE)):
            raise EnvironmentFault(
                what="the kiosk's Chinese texts cannot be read", hint="run: python -m kiosk.translations"
            )
        self._engine = QQmlApplicationEngine(self)
        context = self._engine.rootContext()
        context.setContextProperty("kiosk", self.view_model)
        for name, part in self.view_model.parts.items():
            context.setContextProperty(name, part)
        self._engine.setInitialProperties(
            {
                "pxPerMm": panel.px_per_mm,
                "width": panel.width_px,
                "height": panel.height_px,
                "fullscreen": fullscreen,
            }
        )
        QGuiApplication.installTranslator(self._chinese)
        self._engine.load(QUrl.fromLocalFile(str(MAIN)))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise EnvironmentFault(
                what="the kiosk's screens cannot be loaded",
                hint="the lines above say which; reinstall the package when files are missing",
            )
        self.window: QQuickWindow = roots[0]
        strikes = Strikes(px_per_mm=panel.px_per_mm)
        self._strikes = StrikeFilter(strikes, clock=clock, screen=lambda: self.view_model.screen, parent=self)
        self.window.installEventFilter(self._strikes)
        self.inventory = Inventory(self._engine, self.window.contentItem(), self)
        self.view_model.languageChanged.connect(self._speak)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.view_model.tick)
        self._timer.start()
        till.subscribe(self._listen)

    def close(self) -> None:
        """Take the screens down: the engine before what it shows."""
        self._timer.stop()
        QGuiApplication.removeTranslator(self._chinese)
        self.window.close()
        delete(self._engine)

    def _listen(self, snapshot: Snapshot) -> None:
        self._arrived.emit(snapshot)

    def _speak(self) -> None:
        if self.view_model.language == "zh":
            QGuiApplication.installTranslator(self._chinese)
        else:
            QGuiApplication.removeTranslator(self._chinese)
        self._engine.retranslate()


def application() -> QGuiApplication:
    """The one Qt application of this process, made when there is none."""
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        return existing
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    return QGuiApplication(sys.argv[:1])


def run_kiosk(
    panel: PanelSettings,
    till: TillPort,
    *,
    fullscreen: bool,
    on_ready: Callable[[KioskWindow], None] | None = None,
    zone: ZoneInfo = STATION_ZONE,
) -> int:
    """Show the screens until the window is closed or the application told to quit; returns its exit code.

    `on_ready` is called once, on the GUI thread, as soon as the window exists.
    """
    app = application()
    window = KioskWindow(panel, till, zone=zone, fullscreen=fullscreen)
    if on_ready is not None:
        QTimer.singleShot(0, window, lambda: on_ready(window))
    try:
        return app.exec()
    finally:
        window.close()
