"""Touches the kiosk's screens as a finger would and times each: `python -m station.bench.touches ROUNDS`.

Over a till of cardboard, which answers at once, so that what is measured is the screens alone. Prints one JSON line,
{"ready": true, "touches": {name: [milliseconds, …]}}: from the finger's press until the frame that shows what the
touch leads to has been drawn.
"""

import json
import sys
import time

from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.app import KioskWindow, application
from kiosk.panel import LANDSCAPE_15_6
from kiosk.rehearsal import CardboardTill
from kiosk.till.values import Delivery
from station.bench.measure import MS

PATIENCE_SECONDS = 5.0
REST_SECONDS = 0.3
"""Pause before each touch: a passenger reads first, and screens load in the meantime."""


class NotShown(Exception):
    """What a touch leads to was not drawn in time."""


class Finger:
    """One finger in front of one kiosk."""

    def __init__(self, till: CardboardTill, kiosk: KioskWindow, rest: float = REST_SECONDS) -> None:
        """`rest` is the pause before each touch, in seconds."""
        self._rest_seconds = rest
        self._till = till
        self._kiosk = kiosk
        self._frames = self._frames_at_step = 0
        self._drawn_at = 0.0
        self.took: dict[str, list[float]] = {}
        kiosk.window.frameSwapped.connect(self._drawn)
        kiosk.view_model.stepChanged.connect(self._stepped)

    def buys(self) -> None:
        """Go from the attract screen to the bill slot, pay, and end the session."""
        self._until("attract")
        offer = next(offer for offer in self._till.snapshot.offers if offer.destination == 1001)
        self.touches("attract.start", "whereTo")
        self.touches("whereTo.stop.1001", "which")
        self.touches(f"which.trip.{offer.trip}", "who")
        self._till.card()
        self.touches("who.confirm", "pay")
        self.touches("pay.cash", "puttingIn")
        self._till.bill(100)
        self._till.print_all(Delivery.PRINTED)
        self._until("done")
        self.touches("done.finish", "attract")

    def touches(self, name: str, step: str) -> None:
        """Touch the control `name` and time it until the screen of `step` is drawn."""
        self._rest()
        control = self._kiosk.inventory.control(name)
        if control is None:
            raise NotShown(f"{name} is not on the screen: it cannot be touched")
        before = self._kiosk.view_model.screen
        middle = QPointF(*control.middle).toPoint()
        began = time.perf_counter()
        QTest.mouseClick(self._kiosk.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        self._until(step)
        self.took.setdefault(f"{before} → {step}", []).append((self._drawn_at - began) * MS)

    def _rest(self) -> None:
        until = time.monotonic() + self._rest_seconds
        while time.monotonic() < until:
            QCoreApplication.processEvents()
            time.sleep(0.005)

    def _until(self, step: str) -> None:
        """Wait until a frame has been drawn since `step` was entered."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._kiosk.view_model.screen != step or self._frames == self._frames_at_step:
            QCoreApplication.processEvents()
            if time.monotonic() > until:
                raise NotShown(f"the screen of {step} was not drawn within {PATIENCE_SECONDS:.0f} s")

    def _stepped(self) -> None:
        self._frames_at_step = self._frames

    def _drawn(self) -> None:
        self._frames += 1
        if self._frames == self._frames_at_step + 1:
            self._drawn_at = time.perf_counter()


def main() -> int:
    """Buy so many tickets."""
    application()
    till = CardboardTill()
    kiosk = KioskWindow(LANDSCAPE_15_6, till)
    finger = Finger(till, kiosk)
    for _ in range(int(sys.argv[1])):
        finger.buys()
    kiosk.close()
    print(json.dumps({"ready": True, "touches": finger.took}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
