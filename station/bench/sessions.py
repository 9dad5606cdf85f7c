"""A kiosk's screens through many passengers: what is kept of each? `python -m station.bench.sessions FIRST THEN`.

Over a till of cardboard. Prints one JSON line, {"ready": true, "after_first_mb": …, "after_all_mb": …, "seconds": …}:
the memory that it held after FIRST sessions, by when everything has been loaded that ever is, and after THEN more.
"""

import gc
import json
import os
import sys
import time
from pathlib import Path

from kiosk.app import KioskWindow, application
from kiosk.panel import LANDSCAPE_15_6
from kiosk.rehearsal import CardboardTill
from station.bench.touches import Finger


def resident_mb() -> float:
    """Megabytes (10⁶ bytes) of memory that this process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    """Serve so many passengers."""
    first, then = (int(each) for each in sys.argv[1:3])
    application()
    till = CardboardTill()
    kiosk = KioskWindow(LANDSCAPE_15_6, till)
    finger = Finger(till, kiosk, rest=0.0)
    for _ in range(first):
        finger.buys()
    before, began = resident_mb(), time.monotonic()
    for _ in range(then):
        finger.buys()
    took, after = time.monotonic() - began, resident_mb()
    kiosk.close()
    said = {"ready": True, "after_first_mb": before, "after_all_mb": after, "seconds": took}
    print(json.dumps(said), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
