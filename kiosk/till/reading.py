"""Looking for a card on the ID reader, and knowing whether the reader works when nobody uses it."""

from collections.abc import Callable

from drivers.faults import DeviceFault, DeviceRefused
from drivers.idreader import Document, IdReader
from kiosk.till.ledger import Ledger
from kiosk.till.wording import Trouble

AGAIN = 3.0
"""Seconds after which a reader that failed is asked again: a dead one takes its time to say nothing."""
HEALTH_EVERY = 20.0


class Reading:
    """Works one ID reader, or none. `clock` is monotonic seconds. Nothing here raises DeviceFault."""

    def __init__(self, reader: IdReader | None, ledger: Ledger, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._ledger = ledger
        self._clock = clock
        self._next_at = float("-inf")
        self.on = False
        self.works = reader is not None

    def look(self) -> Document | Trouble | None:
        """Look once for a card while reading is on; a document, a card that cannot be read, or nothing."""
        if not self.on or self._reader is None or (not self.works and self._clock() < self._next_at):
            return None
        try:
            document = self._reader.read()
        except DeviceRefused:
            return Trouble.CARD_UNREADABLE
        except DeviceFault as fault:
            self._heard(ok=False, what=fault.what, again=AGAIN)
            return None
        self._heard(ok=True, what="", again=HEALTH_EVERY)
        return document

    def rest(self) -> None:
        """Ask the idle reader now and then how it is."""
        if self.on or self._reader is None or self._clock() < self._next_at:
            return
        health = self._reader.health()
        self._heard(ok=health.ok, what=health.what, again=HEALTH_EVERY)

    def close(self) -> None:
        """Release the port."""
        if self._reader is not None:
            self._reader.close()

    def _heard(self, *, ok: bool, what: str, again: float) -> None:
        """Staff are told once that it stopped working, and once that it works again."""
        if self.works and not ok:
            self._ledger.device_fault("idreader", what)
        elif ok and not self.works:
            self._ledger.device_back("idreader")
        self.works = ok
        self._next_at = self._clock() + again
