"""The kiosk's window: builds the screens over a view model, and runs them until the window is closed."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, QTranslator, QUrl, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow
from shiboken6 import delete

from kiosk import translations
from kiosk.inventory import Inventory
from kiosk.keypath import KeyFilter
from kiosk.panel import PanelSettings
from kiosk.speech.cues import CueTexts
from kiosk.speech.speaker import Speaker
from kiosk.speech.voice import Voice
from kiosk.steps import Speech
from kiosk.strikes import StrikeFilter, Strikes
from kiosk.till.values import Snapshot
from kiosk.viewmodel import Clock, KioskViewModel, TillPort
from tickets.errors import EnvironmentFault

MAIN = Path(__file__).parent / "screens" / "Main.qml"
STATION_ZONE = ZoneInfo("Asia/Shanghai")
TICK_MS = 250
NO_MORE: Mapping[str, QTranslator] = {}


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
        voice: Voice | None = None,
        unlisted: Mapping[str, QTranslator] = NO_MORE,
    ) -> None:
        """Raises EnvironmentFault when the screens cannot be loaded.

        Without a `voice` no speech is offered. `unlisted` are languages that no passenger is offered, by their codes.
        """
        super().__init__()
        translators = translations.load(self)
        self.view_model = KioskViewModel(
            submit=till.submit,
            clock=clock,
            zone=zone,
            parent=self,
            languages=translations.names(translators),
            speaks=voice is not None,
        )
        self._arrived.connect(self.view_model.receive, Qt.ConnectionType.QueuedConnection)
        self._translators = {**translators, **unlisted}
        self._translator: QTranslator | None = None
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
                "tooHigh": round(panel.too_high_mm * panel.px_per_mm),
                "tooLow": round(panel.too_low_mm * panel.px_per_mm),
            }
        )
        self._install("zh")
        self._engine.load(QUrl.fromLocalFile(str(MAIN)))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise EnvironmentFault(
                what="the kiosk's screens cannot be loaded",
                hint="the lines above say which; reinstall the package when files are missing",
            )
        self.window: QQuickWindow = roots[0]
        self.inventory = Inventory(self._engine, self.window.contentItem(), self.window)
        self._cues = CueTexts(self._engine, self.window)
        self._speaker = self._speaking(voice) if voice is not None else None
        self.keys = self._listening(panel, clock)
        self.view_model.languageChanged.connect(self._translate)
        self.view_model.comfortChanged.connect(self._dress)
        self.view_model.stepChanged.connect(self.keys.entered, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        till.subscribe(self._listen)

    def tick(self) -> None:
        """Let time pass. Headphones that are plugged in begin to speak: who cannot see finds them by their socket."""
        self.view_model.tick()
        if self._speaker is not None and self._speaker.headphones_came() and self.view_model.speech is Speech.OFF:
            self.view_model.touch("speech")

    def close(self) -> None:
        """Take the screens down: first whatever could still ask them something, then what was made by the engine,
        then the engine, and with it the window.
        """
        self._timer.stop()
        self._install("")
        if self._speaker is not None:
            self._speaker.set(Speech.OFF)
            delete(self._speaker)
        for each in (self._strikes, self.keys):
            self.window.removeEventFilter(each)
            delete(each)
        self.window.close()
        QCoreApplication.removePostedEvents(self.window)
        delete(self._engine)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _listen(self, snapshot: Snapshot) -> None:
        self._arrived.emit(snapshot)

    def _translate(self) -> None:
        self._install(self.view_model.language)
        self._engine.retranslate()

    def _install(self, code: str) -> None:
        """The language of this code from now on; the screens' own, English, for one that has no translator."""
        if self._translator is not None:
            QGuiApplication.removeTranslator(self._translator)
        self._translator = self._translators.get(code)
        if self._translator is not None:
            QGuiApplication.installTranslator(self._translator)

    def _speaking(self, voice: Voice) -> Speaker:
        speaker = Speaker(
            voice,
            self.inventory,
            cues=self._cues.cues,
            screen=lambda: self.view_model.screen,
            language=lambda: self.view_model.language,
            personal=self.view_model.secrets,
            parent=self,
        )
        speaker.watch(self.window.frameSwapped)
        return speaker

    def _listening(self, panel: PanelSettings, clock: Clock) -> KeyFilter:
        """Two filters on the window: fingers, then keys."""
        screen: Callable[[], str] = lambda: self.view_model.screen  # noqa: E731  typed
        shaking = Strikes(px_per_mm=panel.px_per_mm)
        keys = KeyFilter(
            self.inventory,
            back=self._back,
            repeat=self.repeat,
            hush=lambda: self._speaker.hush() if self._speaker is not None else None,
            focused=lambda item: self._speaker.focus(item) if self._speaker is not None else None,
            is_double=lambda: shaking.is_double(0, 0, clock(), screen()),
            parent=self,
        )
        self._strikes = StrikeFilter(Strikes(px_per_mm=panel.px_per_mm), clock=clock, screen=screen, parent=self)
        self.window.installEventFilter(keys)
        self.window.installEventFilter(self._strikes)
        return keys

    def _dress(self) -> None:
        if self._speaker is not None:
            self._speaker.set(self.view_model.speech)

    def _back(self) -> None:
        if self.inventory.control("band.back") is not None:
            self.view_model.touch("back")

    def repeat(self) -> None:
        """Say the screen again. Begins to speak where nothing was said yet: who cannot see finds no button for it."""
        if self._speaker is None:
            return
        if self.view_model.speech is Speech.OFF:
            self.view_model.touch("speech")
        self._speaker.repeat()


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
    voice: Voice | None = None,
) -> int:
    """Show the screens until the window is closed or the application told to quit; returns its exit code.

    `on_ready` is called once, on the GUI thread, as soon as the window exists.
    """
    app = application()
    window = KioskWindow(panel, till, zone=zone, fullscreen=fullscreen, voice=voice)
    if on_ready is not None:
        QTimer.singleShot(0, window, lambda: on_ready(window))
    try:
        return app.exec()
    finally:
        window.close()
