"""Looking for a code under the scanner, and knowing whether the scanner works when nobody uses it."""

from collections.abc import Callable

from drivers.faults import DeviceFault
from drivers.scanner import Scan, Scanner
from kiosk.till.ledger import Ledger

AGAIN = 3.0
"""Seconds after which a scanner that failed is asked again."""
HEALTH_EVERY = 20.0


class Scanning:
    """Works one scanner, or none. `clock` is monotonic seconds. Nothing here raises DeviceFault."""

    def __init__(self, scanner: Scanner | None, ledger: Ledger, clock: Callable[[], float]) -> None:
        self._scanner = scanner
        self._ledger = ledger
        self._clock = clock
        self._next_at = float("-inf")
        self.works = scanner is not None
        self.fitted = scanner is not None

    def look(self) -> str | None:
        """The text of a code that was read since the last look; None when there was none. It is kept nowhere."""
        if self._scanner is None or (not self.works and self._clock() < self._next_at):
            return None
        try:
            found = self._scanner.read(0.0)
        except DeviceFault as fault:
            self._heard(ok=False, what=fault.what, again=AGAIN)
            return None
        self._heard(ok=True, what="", again=HEALTH_EVERY)
        return found.text if isinstance(found, Scan) else None

    def forget(self) -> None:
        """Drop what was read while nobody asked for it: codes that people hold up idly are nobody's business."""
        if self.works:
            for _ in range(8):
                if self.look() is None:
                    return

    def rest(self) -> None:
        """Ask the idle scanner now and then how it is.

        One that cannot be asked is known to work when something was scanned; until then it counts as there while its
        port can be read, or nobody would ever hold a code under it.
        """
        if self._scanner is None or self._clock() < self._next_at:
            return
        health = self._scanner.health()
        if health.ok:
            self._heard(ok=True, what="", again=HEALTH_EVERY)
            return
        try:
            self._scanner.read(0.0)  # a code that is held up idly is nobody's business
        except DeviceFault as fault:
            self._heard(ok=False, what=fault.what, again=HEALTH_EVERY)
        else:
            self._heard(ok=True, what="", again=HEALTH_EVERY)

    def close(self) -> None:
        """Release the port."""
        if self._scanner is not None:
            self._scanner.close()

    def _heard(self, *, ok: bool, what: str, again: float) -> None:
        """Staff are told once that it stopped working, and once that it works again."""
        if self.works and not ok:
            self._ledger.device_fault("scanner", what)
        elif ok and not self.works:
            self._ledger.device_back("scanner")
        self.works = ok
        self._next_at = self._clock() + again
