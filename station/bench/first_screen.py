"""A kiosk that says when its first screen is to be seen: `python -m station.bench.first_screen --config FILE`.

The real kiosk process with one listener more, which prints {"ready": true} after the first frame in which the next
departures and the whole-screen target to begin are drawn.
"""

import json
import os
import sys
from pathlib import Path

from PySide6.QtQuick import QQuickItem, QQuickWindow

from station import kiosk_process
from station.config import load

START = "attract.start"


def visible(window: QQuickWindow, name: str) -> QQuickItem | None:
    """The item of this name that is on the screen now, or None."""
    waiting = [window.contentItem()]
    while waiting:
        item = waiting.pop()
        if not item.isVisible() or item.opacity() == 0:
            continue
        if item.objectName() == name and item.isEnabled() and item.width() > 0:
            return item
        waiting += item.childItems()
    return None


def main() -> int:
    """Run until SIGTERM."""
    said = False

    def look(window: QQuickWindow) -> None:
        nonlocal said
        if not said and visible(window, START):
            said = True
            print(json.dumps({"ready": True}), flush=True)

    def listen(window: QQuickWindow) -> None:
        window.frameSwapped.connect(lambda: look(window))

    os.umask(0o007)
    return kiosk_process.run(load(Path(sys.argv[2])), on_ready=listen)


if __name__ == "__main__":
    sys.exit(main())
