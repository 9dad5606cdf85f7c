"""The mouth of a kiosk printer: how one model is asked about it, and who watches that nothing is left lying in it.

A presenter keeps a finished piece, holds it out, and can draw it back. Which numbers do that differs between models,
so they are values here. The defaults are those of Custom's VKP80, KPM and TG (full status, ejector commands).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.faults import DeviceFault
from drivers.health import Health
from drivers.printer import PresentingPrinter, PrintOutcome, Status
from drivers.printer.picture import check_picture
from drivers.printer.words import health_of

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class MouthNumbers:
    """How a model's mouth is asked and commanded.

    DLE EOT `question` is answered by `answer_bytes` bytes that begin with 10 0F; a piece waits when `waits_mask` is set
    in the byte at `waits_byte` (counted from 0). `present` is sent after the cut, `retract` draws back.
    """

    question: int = 20
    answer_bytes: int = 6
    waits_byte: int = 2
    waits_mask: int = 0x20
    present: bytes = bytes.fromhex("1D65030C")
    """GS e 3: hold out with 12 steps of the presenter's motor."""
    retract: bytes = bytes.fromhex("1D6502")
    """GS e 2."""


class AttendedMouth:
    """A printer whose mouth is watched: what nobody takes within `take_seconds` is drawn back.

    So the next passenger cannot take it. The mouth is looked at whenever the printer is asked how it is; somebody has
    to ask every few seconds, as whoever shows its health does. A new piece waits until the mouth is empty, or is made
    empty, so that printing may take `take_seconds` longer. `clock` is monotonic seconds.
    """

    def __init__(
        self,
        printer: PresentingPrinter,
        *,
        take_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._printer = printer
        self._take_seconds = take_seconds
        self._clock = clock
        self._pause = pause
        self._waits_since: float | None = None
        self._left_behind = 0

    def left_behind(self) -> int:
        """How many pieces were drawn back since this was last asked; staff find them in the printer's bin."""
        left, self._left_behind = self._left_behind, 0
        return left

    def status(self) -> Status:
        """See Printer.status. Draws back what has waited for too long; a fault of that is a fault of the printer."""
        status = self._printer.status()
        if not status.in_mouth:
            self._waits_since = None
            return status
        now = self._clock()
        if self._waits_since is None:
            self._waits_since = now
        if now - self._waits_since < self._take_seconds:
            return status
        self.retract()
        return self._printer.status()

    def retract(self) -> None:
        """See PresentingPrinter.retract."""
        waited = self._waits_since is not None
        self._printer.retract()
        self._waits_since = None
        self._left_behind += waited

    def print_raster(
        self, image: bytes, width: int, height: int, *, on_sent: Callable[[], None] | None = None
    ) -> PrintOutcome:
        """See Printer.print_raster. A piece that waits in the mouth is taken or drawn back before."""
        check_picture(image, width, height)
        try:
            while self.status().in_mouth:
                self._pause(LOOK_SECONDS)
        except DeviceFault:
            return PrintOutcome.REFUSED
        return self._printer.print_raster(image, width, height, on_sent=on_sent)

    def health(self) -> Health:
        """See Printer.health."""
        try:
            return health_of(self.status())
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)

    def close(self) -> None:
        """See Printer.close."""
        self._printer.close()
