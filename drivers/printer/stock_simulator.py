"""What simulated printers for ticket stock have in common, whatever language they speak.

A ticket is printed row by row and drops into the tray, or waits in the mouth in peel mode. One that is disturbed is
thrown away, and begun again if the printer was not told otherwise.
"""

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from drivers.printer import MAX_WIDTH
from drivers.printer.mechanism import Mechanism
from drivers.simulation import Send


class StockPrinterSimulator(ABC):
    """One printer; Mechanism says what the arguments mean.

    Commands of `do`: those of Mechanism's hands, power_cycle, pause and resume. In peel mode a printed ticket waits
    in the mouth until `take`.
    """

    def __init__(self, *, pictures: Path, paper_mm: float = 80_000, mm_per_second: float = math.inf) -> None:
        self._inside = Mechanism(
            pictures=pictures, paper_mm=paper_mm, mm_per_second=mm_per_second, presenter=True, changed=lambda: None
        )
        self._send: Send = lambda _: None
        self._paused = False
        self._unknown = 0
        self._restart()

    def _restart(self) -> None:
        """Forget what is forgotten without power."""
        self._ticket: list[bytes] = []
        self._to_print: deque[bytes] = deque()
        self._reprints = True

    @abstractmethod
    def _receive(self, data: bytes) -> None:
        """Take what came; called with power only."""

    @abstractmethod
    def _go_on(self) -> bool:
        """Nothing is being printed: do the next thing that was asked for. False when there is none, or it must wait."""

    @property
    @abstractmethod
    def _peeling(self) -> bool:
        """Whether a ticket stays in the mouth until it is taken."""

    @abstractmethod
    def _printed(self) -> None:
        """A whole ticket is out."""

    @abstractmethod
    def _thrown_away(self) -> None:
        """A ticket was disturbed and is not begun again."""

    # ------------------------------------------------------------------ drivers.simulation.Simulator

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if not self._inside.dead:
            self._receive(data)
            self._work()

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._inside.pass_time(now, busy=bool(self._to_print))
        if not self._inside.dead:
            self._work()

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See Simulator.do."""
        known: dict[str, Callable[..., None]] = {
            **self._inside.hands,
            "power_cycle": self._power_cycle,
            "pause": lambda: self._pause(paused=True),
            "resume": lambda: self._pause(paused=False),
        }
        if command not in known:
            raise ValueError(f"a printer can {', '.join(known)}, not {command}")
        known[command](**arguments)
        self._look_at_trouble()
        self._work()
        return {}

    # ------------------------------------------------------------------ inside

    def _print(self, canvas: Image.Image) -> None:
        """Make a picture of the stock's whole width the ticket, and begin to print it."""
        bits, across = canvas.tobytes(), MAX_WIDTH // 8
        self._ticket = [bits[first : first + across] for first in range(0, len(bits), across)]
        self._again()

    def _again(self) -> None:
        self._to_print = deque(self._ticket)

    def _power_cycle(self) -> None:
        self._inside.restart()
        self._restart()

    def _pause(self, *, paused: bool) -> None:
        self._paused = paused

    @property
    def _able(self) -> bool:
        return self._inside.online and not self._paused

    def _work(self) -> None:
        while self._able and (not self._to_print or self._inside.may_print):
            if self._to_print:
                self._inside.print_row(self._to_print.popleft())
                self._look_at_trouble()
                if self._inside.online and not self._to_print:
                    self._finish()
            elif not self._go_on():
                return

    def _look_at_trouble(self) -> None:
        if self._to_print and not self._inside.online and not self._inside.dead:
            self._inside.tear()
            self._to_print.clear()
            if self._reprints:
                self._again()
            else:
                self._thrown_away()

    def _finish(self) -> None:
        self._inside.cut()
        if self._peeling:
            self._inside.present()
        else:
            self._inside.fall()
        self._printed()
