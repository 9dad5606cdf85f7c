"""`waystation display`: the passengers' display of one lane."""

import json
import os
import shutil
import signal
from pathlib import Path

from PySide6.QtCore import QTimer

from gate.announcement import Announcement
from gate.screen.ear import Ear
from gate.screen.message import Message
from gate.screen.panel import ScreenPanel
from gate.screen.sender import monotonic_ms
from gate.screen.sound import FRESH_MS, Loudspeaker, sound
from gate.screen.window import ScreenWindow, application
from station.config import Config
from station.heart import Heart
from station.sd_notify import SdNotify
from tickets.errors import Malformed

PLAYER = ("aplay", "-q")
BEAT_MS = 1000
"""How often the event loop shows that it goes round."""


def screen_panel(config: Config) -> ScreenPanel:
    """The configured panel."""
    display = config.display
    return ScreenPanel(
        width_mm=display.width_mm,
        height_mm=display.height_mm,
        width_px=display.width_px,
        height_px=display.height_px,
        reader=display.reader,
    )


def write_pictures(config: Config, folder: Path) -> int:
    """Write all that the display can show as PNG files; needs no screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from gate.screen.pictures import write

    write(screen_panel(config), folder, on_written=print)
    return 0


def run(config: Config, name: str = "display") -> int:
    """Run the display called `name` until SIGTERM.

    Prints JSON lines: {"ready": true}, then one for each picture that comes to stand there.
    """
    panel = screen_panel(config)
    player = PLAYER if config.display.sounds and shutil.which(PLAYER[0]) else None
    loudspeaker = Loudspeaker(player)
    unreadable: list[Malformed] = []

    def malformed(why: Malformed) -> None:
        if not unreadable:  # once: whoever sends such things may send many
            print(json.dumps({"ignored": str(why)}), flush=True)
            unreadable.append(why)

    def new(message: Message) -> None:
        name = sound(message.announcement)
        if name is not None and monotonic_ms() - message.said_ms < FRESH_MS:
            loudspeaker.play(name)

    app = application()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: app.quit())
    with Ear(config.directory, name, on_malformed=malformed) as ear:
        window = ScreenWindow(panel, fullscreen=config.display.fullscreen, on_new=new, on_shown=_print)
        window.listen(ear)
        heart, beats = Heart(SdNotify()), QTimer(window)
        beats.timeout.connect(heart.beat)
        beats.start(BEAT_MS)

        def ready() -> None:
            print(json.dumps({"ready": True}), flush=True)
            heart.ready()

        QTimer.singleShot(0, window, ready)
        try:
            return app.exec()
        finally:
            heart.stopping()
            window.close()
            loudspeaker.hush()


def _print(announcement: Announcement) -> None:
    shown = {"showing": announcement.showing.value, "reason": announcement.reason}
    print(json.dumps(shown), flush=True)
