"""The inside of every simulated ticket printer: paper, cover, head, cutter and mouth, and the pictures that come out.

It knows what is true; which bytes say so is the affair of the simulator around it.
"""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from drivers.printer import MAX_WIDTH

ROWS_PER_MM = 8
ACROSS = MAX_WIDTH // 8
NEAR_END_MM = 3000
SHIFTED_ROWS = 8
"""Rows that the paper slips when the cover is opened on a piece that is being printed."""

ERRORS = ("mechanical", "cutter", "unrecoverable", "overheated", "ribbon")


class Mechanism:
    """Each piece that is cut off becomes `pictures`/0001.png and so on; torn ones torn-0001.png.

    `paper_mm` is what is on the roll. `mm_per_second` slows printing down; by default it takes no time. With
    `presenter` a piece stays inside after its cut until it is held out. `hands` are what a person can do to it.
    `changed` is called whenever something that a status tells may have changed.
    """

    def __init__(
        self, *, pictures: Path, paper_mm: float, mm_per_second: float, presenter: bool, changed: Callable[[], None]
    ) -> None:
        pictures.mkdir(parents=True, exist_ok=True)
        self._pictures = pictures
        self._printed = len(list(pictures.glob("[0-9][0-9][0-9][0-9].png")))
        self._torn = len(list(pictures.glob("torn-*.png")))
        self._strips = 0
        self._paper_rows = int(paper_mm * ROWS_PER_MM)
        self._rows_per_second = mm_per_second * ROWS_PER_MM
        self._presenter = presenter
        self._changed = changed
        self._planned: tuple[int, Callable[[], None]] | None = None
        self._piece: list[bytes] = []
        self._due_rows = 0.0
        self._now: float | None = None
        self._inside: list[str] = []
        self._mouth_stuck = False
        self.mouth: list[str] = []
        self._taken: list[str] = []
        self._retracted: list[str] = []
        self._pushed_out: list[str] = []
        self.cover_open = False
        self.error: str | None = None
        self.dead = False

    @property
    def hands(self) -> dict[str, Callable[..., None]]:
        """What a person can do, by name."""
        return {
            "paper_out": self._paper_out,
            "paper_near_end": self._paper_near_end,
            "load_paper": self._load_paper,
            "open_cover": self._open_cover,
            "close_cover": self._close_cover,
            "jam": self._jam,
            "die_in_print": self._die_in_print,
            "take": self._take,
            "block_mouth": self._block_mouth,
        }

    def state(self) -> dict[str, Any]:
        """What is true, JSON-ready. `rows` are on the piece that is not cut yet."""
        return {
            "printed": self._printed,
            "torn": self._torn,
            "strips": self._strips,
            "rows": len(self._piece),
            "paper": "end" if self.out_of_paper else "near end" if self.near_end else "ok",
            "paper_mm": self._paper_rows // ROWS_PER_MM,
            "cover_open": self.cover_open,
            "error": self.error,
            "online": self.online,
            "dead": self.dead,
            "mouth": list(self.mouth),
            "taken": list(self._taken),
            "retracted": list(self._retracted),
            "pushed_out": list(self._pushed_out),
        }

    @property
    def near_end(self) -> bool:
        """Little paper is left, or none."""
        return self._paper_rows < NEAR_END_MM * ROWS_PER_MM

    @property
    def out_of_paper(self) -> bool:
        """No paper is left."""
        return self._paper_rows <= 0

    @property
    def online(self) -> bool:
        """It can print."""
        return not self.out_of_paper and not self.cover_open and self.error is None and not self.dead

    @property
    def has_presenter(self) -> bool:
        """It holds pieces out."""
        return self._presenter

    @property
    def may_print(self) -> bool:
        """Time has passed for one more row."""
        return self._due_rows >= 1 or not math.isfinite(self._rows_per_second)

    def pass_time(self, now: float, *, busy: bool) -> None:
        """Let time pass; only a printer with something to print uses it. `now` is time.monotonic()."""
        passed = 0.0 if self._now is None else now - self._now
        self._now = now
        if math.isfinite(self._rows_per_second):
            self._due_rows = self._due_rows + passed * self._rows_per_second if busy else 0.0

    def print_row(self, row: bytes) -> None:
        """Burn one row of ACROSS bytes, or feed a white one."""
        self._due_rows -= 1
        self._paper_rows -= 1
        self._piece.append(row[:ACROSS].ljust(ACROSS, b"\0"))
        before = self.near_end
        if self.out_of_paper:
            self.tear()
        if self._planned is not None:
            rows, happening = self._planned
            self._planned = (rows - 1, happening) if rows > 1 else None
            if rows == 1:
                happening()
        if not self.online or before != self.near_end or self.near_end:
            self._changed()

    def cut(self) -> None:
        """Cut the piece off. Without a presenter it falls to the passenger."""
        if any(map(any, self._piece)):
            self._printed += 1
            name = f"{self._printed:04d}"
            self._write_picture(f"{name}.png")
            if self._presenter:
                self._inside.append(name)
        else:
            self._strips += 1
        self._piece.clear()

    def present(self) -> None:
        """Hold out what was cut. What waits in the mouth already is pushed out and falls."""
        if self._inside:
            self._pushed_out += self.mouth
            self.mouth, self._inside = self._inside, []

    def fall(self) -> None:
        """Let what was cut fall to the passenger."""
        self._taken += self._inside
        self._inside = []

    def retract(self) -> None:
        """Draw back what is in the mouth and what is still inside."""
        if not self._mouth_stuck:
            self._retracted += self.mouth + self._inside
            self.mouth, self._inside = [], []

    def tear(self) -> None:
        """Take out an unfinished piece."""
        if any(map(any, self._piece)):
            self._torn += 1
            self._write_picture(f"torn-{self._torn:04d}.png")
        self._piece.clear()

    def restart(self) -> None:
        """Take jammed paper out, switch off and on."""
        self.tear()
        self.dead, self.error, self._planned = False, None, None
        self._due_rows = 0.0

    def _write_picture(self, name: str) -> None:
        white_is_1 = bytes(byte ^ 0xFF for byte in b"".join(self._piece))
        picture = Image.frombytes("1", (MAX_WIDTH, len(self._piece)), white_is_1)
        unfinished = self._pictures / f".{name}.{os.getpid()}"
        picture.save(unfinished, "PNG", dpi=(203, 203))
        unfinished.replace(self._pictures / name)

    # what a hand does

    def _after(self, rows: int, happening: Callable[[], None]) -> None:
        if rows:
            self._planned = (rows, happening)
        else:
            happening()

    def _paper_out(self, rows: int = 0) -> None:
        def run_out() -> None:
            self._paper_rows = 0
            self.tear()

        self._after(rows, run_out)

    def _paper_near_end(self) -> None:
        self._paper_rows = min(self._paper_rows, NEAR_END_MM * ROWS_PER_MM - 1)

    def _load_paper(self, mm: float = 80_000) -> None:
        self.tear()
        self._paper_rows = int(mm * ROWS_PER_MM)

    def _open_cover(self, rows: int = 0) -> None:
        def lift() -> None:
            self.cover_open = True
            if self._piece:
                self._piece += [bytes(ACROSS)] * SHIFTED_ROWS

        self._after(rows, lift)

    def _close_cover(self) -> None:
        self.cover_open = False

    def _jam(self, error: str = "mechanical", rows: int = 0) -> None:
        if error not in ERRORS:
            raise ValueError(f"error must be one of {', '.join(ERRORS)}")

        def stick() -> None:
            self.error = error

        self._after(rows, stick)

    def _die_in_print(self, rows: int = 1) -> None:
        def die() -> None:
            self.dead = True

        self._after(max(1, rows), die)

    def _take(self) -> None:
        self._taken += self.mouth
        self.mouth = []
        self._mouth_stuck = False

    def _block_mouth(self) -> None:
        """Something holds the piece in the mouth: it cannot be drawn back."""
        self._mouth_stuck = True
