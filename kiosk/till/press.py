"""Printing tickets and slips, so that it is known of each whether it is out, and none comes out twice by itself.

That a copy is begun is written down as "unknown" before its first byte goes out, and replaced by what the printer
said. So a crash while printing leaves the truth: nobody knows.
"""

from collections.abc import Callable

from drivers.faults import DeviceFault
from drivers.health import Health
from drivers.printer import Printer, PrintOutcome
from kiosk.paper.raster import Raster
from kiosk.till.ledger import Ledger
from kiosk.till.records import Claim, Issued
from kiosk.till.values import Delivery
from sync.points import Point, Probe

LOOK_EVERY = 2.0
"""Seconds between two looks at a printer that is ready."""
LOOK_AGAIN = 5.0
"""Seconds between two looks at one that is not: asking a dead one takes its time."""

LEFT_BEHIND = "Tickets that nobody took were drawn back into the printer; take them out"

_DELIVERY = {
    PrintOutcome.DONE: Delivery.PRINTED,
    PrintOutcome.REFUSED: Delivery.REFUSED,
    PrintOutcome.UNKNOWN: Delivery.UNKNOWN,
}


class Press:
    """Works one printer. `clock` is monotonic seconds. Nothing here raises DeviceFault.

    `left_behind` says how many tickets the printer drew back since it was last asked, because nobody took them.
    """

    def __init__(
        self,
        printer: Printer,
        ledger: Ledger,
        *,
        clock: Callable[[], float],
        probe: Probe,
        left_behind: Callable[[], int] = lambda: 0,
    ) -> None:
        self._printer = printer
        self._ledger = ledger
        self._clock = clock
        self._probe = probe
        self._left_behind = left_behind
        self._look_at = float("-inf")
        self._told_fault = False
        self.health = Health(ok=False, what="The printer has not been asked yet", hint="Wait a moment.")

    @property
    def ready(self) -> bool:
        """Whether the printer said, when it was looked at last, that it can print."""
        return self.health.ok

    def look(self, *, now: bool = False) -> None:
        """Ask the printer how it is, when it is time to or `now`. A change is written down for staff, once."""
        if not now and self._clock() < self._look_at:
            return
        self.health = self._printer.health()
        if left := self._left_behind():
            self._ledger.device_fault("printer", f"{LEFT_BEHIND}: {left}")
        self._look_at = self._clock() + (LOOK_EVERY if self.health.ok else LOOK_AGAIN)
        if not self.health.ok and not self._told_fault:
            self._ledger.device_fault("printer", self.health.what)
        elif self.health.ok and self._told_fault:
            self._ledger.device_back("printer")
        self._told_fault = not self.health.ok

    def print_ticket(self, ticket: Issued, raster: Raster, copy: int) -> Delivery:
        """Print one copy (0 is the first print) and return what is known of it, which is written down."""
        return self.print_noted(raster, lambda delivery: self._ledger.delivery(ticket.number, delivery, copy))

    def print_noted(self, raster: Raster, note: Callable[[Delivery], None]) -> Delivery:
        """Print something and return what is known of it; `note` writes that down, unknown before its first byte.

        A printer that is not ready is told nothing: REFUSED, which is written down, so that whoever asks later knows
        that this print is over and was none.
        """
        self.look(now=True)
        if not self.ready:
            note(Delivery.REFUSED)
            return Delivery.REFUSED
        note(Delivery.UNKNOWN)
        delivery = _DELIVERY[self._send(raster)]
        if delivery is not Delivery.UNKNOWN:
            note(delivery)
        else:
            self._look_at = float("-inf")
        return delivery

    def print_slip(self, claim: Claim, raster: Raster) -> bool:
        """Print the slip of a claim; True when the printer confirmed it. Two slips of one claim do no harm."""
        self.look(now=True)
        if not self.ready or self._send(raster) is not PrintOutcome.DONE:
            return False
        self._ledger.slip_given(claim.number)
        return True

    def print_paper(self, raster: Raster) -> bool:
        """Print something that no passenger is owed (a shift's slip, a test); True when the printer confirmed it."""
        self.look(now=True)
        return self.ready and self._send(raster) is PrintOutcome.DONE

    def cannot_draw(self) -> None:
        """Something that is to be printed cannot be drawn: staff are told, once for each."""
        self._ledger.device_fault(
            "printer", "A ticket or slip could not be drawn: check that the typeface is installed"
        )

    def close(self) -> None:
        """Let go of the printer."""
        self._printer.close()

    def _send(self, raster: Raster) -> PrintOutcome:
        self._probe(Point.TILL_PRINT_BEFORE)
        try:
            outcome = self._printer.print_raster(raster.data, raster.width, raster.height)
        except DeviceFault:
            outcome = PrintOutcome.UNKNOWN
        self._probe(Point.TILL_PRINT_AFTER)
        return outcome
