"""A kiosk that says when its first screen is to be seen: `python -m station.bench.first_screen --config FILE`.

The real kiosk process with one listener more, which prints {"ready": true} after the first frame in which the next
departures and the invitation to touch are drawn.
"""

import json
import os
import sys
from pathlib import Path

from kiosk.app import KioskWindow
from station import kiosk_process
from station.config import load

FIRST = "attract"


def main() -> int:
    """Run until SIGTERM."""
    said = False

    def look(kiosk: KioskWindow) -> None:
        nonlocal said
        if not said and kiosk.view_model.screen == FIRST:
            said = True
            print(json.dumps({"ready": True}), flush=True)

    def listen(kiosk: KioskWindow) -> None:
        kiosk.window.frameSwapped.connect(lambda: look(kiosk))

    os.umask(0o007)
    return kiosk_process.run(load(Path(sys.argv[2])), on_ready=listen)


if __name__ == "__main__":
    sys.exit(main())
