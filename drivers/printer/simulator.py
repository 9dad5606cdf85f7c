"""A simulated ESC/POS ticket printer: paper, cover, cutter and head inside, bytes outside, a picture for each piece.

It knows what is true (which rows are on which piece of paper) and says only what the protocol lets it say.
"""

import math
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.printer import stream as escpos
from drivers.printer.mechanism import ACROSS, Mechanism
from drivers.simulation import Send

NAMES = {65: "1.00", 66: "Waystation", 67: "Ticket printer", 68: "SIM0001"}
NUMBERS = {1: 0x20, 2: 0x02, 3: 0x01, 49: 0x20, 50: 0x02, 51: 0x01}
ERRORS = {"mechanical": 0x04, "cutter": 0x08, "unrecoverable": 0x20, "overheated": 0x40}
NO_REASON = 0x04
"""The bit for a fault that ESC/POS has no bit of its own for."""


class PrinterSimulator:
    """One printer; Mechanism says what `pictures`, `paper_mm`, `mm_per_second` and `presenter` mean.

    `clone`: it does not know GS ( H.

    Commands of `do`: paper_out, paper_near_end, load_paper(mm), open_cover, close_cover, jam(error), clear_jam,
    die_in_print(rows), power_cycle, and with a presenter take, block_mouth. paper_out, open_cover and jam take `rows`:
    it happens when the next `rows` rows have been printed, instead of now. A strip without a dot on it leaves no
    picture and is counted in `strips`.
    """

    def __init__(
        self,
        *,
        pictures: Path,
        paper_mm: float = 80_000,
        mm_per_second: float = math.inf,
        presenter: bool = False,
        clone: bool = False,
    ) -> None:
        self._inside = Mechanism(
            pictures=pictures,
            paper_mm=paper_mm,
            mm_per_second=mm_per_second,
            presenter=presenter,
            changed=self._tell_change,
        )
        self._clone = clone
        self._send: Send = lambda _: None
        self._drawer_pulses = 0
        self._unknown = 0
        self._restart()

    def _restart(self) -> None:
        self._scan = escpos.RealTimeScan()
        self._parser = escpos.Parser()
        self._to_print: deque[bytes] = deque()
        self._cut_after = False
        self._pulses_enabled = True
        self._auto = False
        self._told = b""

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if self._inside.dead:
            return
        if not all(self._obey_at_once(command) for command in self._scan.feed(data)):
            return
        self._parser.feed(data)
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
            "clear_jam": self._power_cycle,
            "power_cycle": self._power_cycle,
        }
        if command not in known:
            raise ValueError(f"a printer can {', '.join(known)}, not {command}")
        known[command](**arguments)
        self._tell_change()
        self._work()
        return {}

    def state(self) -> dict[str, Any]:
        """See Simulator.state. `waiting` bytes are not obeyed yet."""
        return {
            **self._inside.state(),
            "waiting": len(self._parser) + sum(map(len, self._to_print)),
            "drawer_pulses": self._drawer_pulses,
            "unknown": self._unknown,
        }

    def _power_cycle(self) -> None:
        """Take jammed paper out, switch off and on: the buffers are empty and nothing is sent unasked."""
        self._inside.restart()
        self._restart()

    def _work(self) -> None:
        while self._inside.online and (not self._to_print or self._inside.may_print):
            if self._to_print:
                self._inside.print_row(self._to_print.popleft())
            elif self._cut_after:
                self._cut_after = False
                self._inside.cut()
            else:
                there, command = self._parser.take()
                if not there:
                    return
                self._obey(command)

    def _obey(self, command: escpos.Command) -> None:
        match command:
            case escpos.Initialise():
                self._pulses_enabled, self._auto = True, False
            case escpos.Rows(across, height, image):
                rows = (image[first : first + across] for first in range(0, across * height, across or 1))
                self._to_print += [row[:ACROSS].ljust(ACROSS, b"\0") for row in rows]
            case escpos.Feed(dots):
                self._to_print += [bytes(ACROSS)] * dots
            case escpos.Cut(dots):
                self._to_print += [bytes(ACROSS)] * dots
                self._cut_after = True
            case escpos.AutoStatus(mask):
                self._auto, self._told = mask != 0, b""
                self._tell_change()
            case escpos.SendStatus(number):
                paper = (0x03 if self._inside.near_end else 0) | (0x0C if self._inside.out_of_paper else 0)
                self._send(bytes((paper if number in {1, 49} else 0,)))
            case escpos.Identify(number):
                if number in NAMES:
                    self._send(b"\x5f" + NAMES[number].encode() + b"\0")
                elif number in NUMBERS:
                    self._send(bytes((NUMBERS[number],)))
            case escpos.Handshake() if self._clone:
                self._unknown += 1
            case escpos.Handshake(mark):
                self._send(b"\x37\x22" + mark + b"\0")
            case escpos.RealTimePulses(enabled):
                self._pulses_enabled = enabled
            case escpos.Eject(2):
                self._inside.retract()
            case escpos.Eject(3 | 5):
                self._inside.present()
            case escpos.Eject():
                pass
            case escpos.Unknown():
                self._unknown += 1
            case None:
                pass

    def _obey_at_once(self, command: escpos.RealTime) -> bool:
        """Returns False when it switched the printer off."""
        match command:
            case escpos.RealTime(0x04, 20):
                self._send(self._full_status() if self._inside.has_presenter else b"")
            case escpos.RealTime(0x04, number):
                self._send(bytes((self._status_byte(number),)))
            case escpos.RealTime(0x05, 2) if self._inside.error != "unrecoverable":
                self._parser.clear()
                self._to_print.clear()
            case escpos.RealTime(0x14, 1) if self._pulses_enabled:
                self._drawer_pulses += 1
            case escpos.RealTime(0x14, 2) if self._pulses_enabled:
                self._inside.dead = True
                return False
            case _:
                pass
        return True

    # what it says

    @property
    def _error_bit(self) -> int:
        return ERRORS.get(self._inside.error, NO_REASON) if self._inside.error else 0

    def _status_byte(self, number: int) -> int:
        inside, error = self._inside, self._error_bit
        return 0x12 | {
            1: 0 if inside.online else 0x08,
            2: (0x04 if inside.cover_open else 0) | (0x20 if inside.out_of_paper else 0) | (0x40 if error else 0),
            3: error,
            4: (0x0C if inside.near_end else 0) | (0x60 if inside.out_of_paper else 0),
        }.get(number, 0)

    def _full_status(self) -> bytes:
        inside = self._inside
        paper = (0x01 if inside.out_of_paper else 0) | (0x04 if inside.near_end else 0) | (0x20 if inside.mouth else 0)
        by_hand = (0x02 if inside.cover_open else 0) | (0x08 if self._to_print else 0)
        return bytes((0x10, 0x0F, paper, by_hand, 0x01 if inside.error == "overheated" else 0, self._error_bit & 0x28))

    def _tell_change(self) -> None:
        if self._inside.dead or not self._auto:
            return
        inside = self._inside
        now = bytes(
            (
                0x10 | (0 if inside.online else 0x08) | (0x20 if inside.cover_open else 0),
                self._error_bit,
                (0x03 if inside.near_end else 0) | (0x0C if inside.out_of_paper else 0),
                0,
            )
        )
        if now != self._told:
            self._told = now
            self._send(now)
