"""Ticket printers: what the kiosk may ask of one, and the only words in which it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from drivers.health import Health

MAX_WIDTH = 576
"""Dots across 80 mm paper at 203 dpi (72 mm can be printed)."""


class PaperState(Enum):
    """How much paper is left, as far as the printer's two sensors tell."""

    OK = "ok"
    NEAR_END = "near end"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the printer says of itself now.

    `error` is "cutter", "mechanical", "overheated", "unrecoverable" or "ribbon". `in_mouth`: a piece is held out and
    nobody has taken it yet; False where the printer has no presenter or peeler that could tell.
    """

    online: bool
    cover_open: bool
    paper: PaperState
    error: str | None
    in_mouth: bool = False

    @property
    def ready(self) -> bool:
        """True when a piece that is begun now can be expected to be finished. A roll near its end is ready."""
        return self.online and not self.cover_open and self.paper is not PaperState.END and self.error is None


class PrintOutcome(Enum):
    """What is known of a piece after it was asked for."""

    DONE = "done"
    """The printer said that everything is printed and cut, and reported no trouble meanwhile."""
    REFUSED = "refused"
    """Nothing of it was printed: the printer was not ready, or did not answer, before the first byte was sent."""
    UNKNOWN = "unknown"
    """Some or all of it was sent and no confirmation came. The machine never prints such a piece again by itself."""


class Printer(Protocol):
    """One ticket printer. Every call takes a bounded time; after a fault the next call starts afresh."""

    def status(self) -> Status:
        """Ask the printer now. Raises DeviceFault when it cannot say: silence is not ready."""

    def print_raster(
        self, image: bytes, width: int, height: int, *, on_sent: Callable[[], None] | None = None
    ) -> PrintOutcome:
        """Print, feed and cut one picture.

        1 bit a dot, 1 = black, the leftmost dot in the highest bit, rows padded to bytes; `width` is at most
        MAX_WIDTH. `on_sent` is called once, after the last byte was handed over and before the printer confirmed.
        A fault of the device is an outcome here and never an exception; a picture of another size than told raises
        ValueError.
        """

    def health(self) -> Health:
        """Say whether it can print and, if not, what to do. Never raises."""

    def close(self) -> None:
        """Let go of the port. The next call opens it again."""


class PresentingPrinter(Printer, Protocol):
    """A printer that holds a finished piece out of its mouth and can draw it back.

    `print_raster` is REFUSED while a piece waits there: a new one would push it out or hide behind it. The outcome of a
    piece that was drawn back stays DONE: it was printed, and nobody took it.
    """

    def retract(self) -> None:
        """Draw back what waits in the mouth. When this returns, nothing is there for the next person to take.

        Does nothing when the mouth is empty. Raises DeviceFault when the mouth is not known to be empty afterwards.
        """
