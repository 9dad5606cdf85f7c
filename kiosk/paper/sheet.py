"""A strip of paper that is drawn from top to bottom. It remembers where every text stands, so that a test can look."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import segno
from PIL import Image, ImageDraw

from kiosk.paper.fit import Setting, fit
from kiosk.paper.fonts import Fonts
from kiosk.paper.raster import Raster

WIDTH = 576
"""Dots across 80 mm paper at 8 dots a millimetre."""
LONGEST = 1600
"""Dots; 200 mm."""
MARGIN = 8
INNER = WIDTH - 2 * MARGIN
ASCENT = 0.88
"""Of the em, above the base line, in this typeface."""
BLACK, WHITE = 0, 255
QUIET_MODULES = 4


Modules = Sequence[Sequence[int]]
"""A QR code: rows of modules, not zero where dark, without a quiet zone."""


def encode(text: str) -> Modules:
    """Return the QR code of a text in alphanumeric mode, level M: the level that creased paper needs, and no higher."""
    return tuple(segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False).matrix)


class Side(Enum):
    """Which point of a line its x is."""

    LEFT = "l"
    CENTRE = "m"
    RIGHT = "r"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of dots, right and bottom not included."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: "Box") -> bool:
        """True when the two have a dot in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Sheet:
    """Paper of WIDTH dots, `y` dots of which are drawn. `spacing` scales the white between the parts."""

    def __init__(self, fonts: Fonts, *, spacing: float = 1.0) -> None:
        self.fonts = fonts
        self.y = 0
        self.texts: list[tuple[str, Box]] = []
        self.code: Box | None = None
        self._spacing = spacing
        self._picture = Image.new("L", (WIDTH, 3 * LONGEST), WHITE)
        self._pen = ImageDraw.Draw(self._picture)

    def raster(self) -> Raster:
        """Return what is drawn so far."""
        return Raster.of(self._picture.crop((0, 0, WIDTH, self.y)))

    def skip(self, dots: int) -> None:
        """Leave white."""
        self.y += round(dots * self._spacing)

    def fit(self, text: str, width: int, *, bold: bool, largest: int, smallest: int, rows: int = 2) -> Setting:
        """See kiosk.paper.fit.fit."""
        return fit(self.fonts, text, width, bold=bold, largest=largest, smallest=smallest, rows=rows)

    def put(self, setting: Setting, x: int, y: int, side: Side = Side.LEFT, *, ink: int = BLACK) -> None:
        """Draw lines with their top at `y`. Does not move on."""
        font = self.fonts.of(setting.size, bold=setting.bold)
        for number, line in enumerate(setting.lines):
            base = y + setting.pitch * number + round(setting.size * ASCENT)
            self._pen.text((x, base), line, fill=ink, font=font, anchor=f"{side.value}s")
            left, top, right, bottom = self._pen.textbbox((x, base), line, font=font, anchor=f"{side.value}s")
            self.texts.append((line, Box(round(left), round(top), round(right + 0.5), round(bottom + 0.5))))

    def line(self, text: str, *, size: int, bold: bool = False, smallest: int = 16, side: Side = Side.LEFT) -> None:
        """Set one text across the paper and move on below it."""
        setting = self.fit(text, INNER, bold=bold, largest=size, smallest=min(size, smallest), rows=3)
        x = {Side.LEFT: MARGIN, Side.CENTRE: WIDTH // 2, Side.RIGHT: WIDTH - MARGIN}[side]
        self.put(setting, x, self.y, side)
        self.y += setting.height

    def rule(self, *, thick: int = 2) -> None:
        """Draw a line across the paper and move on."""
        self.block(Box(MARGIN, self.y, WIDTH - MARGIN, self.y + thick))
        self.y += thick

    def block(self, box: Box) -> None:
        """Fill a rectangle with black."""
        self._pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=BLACK)

    def frame(self, box: Box, *, thick: int = 3) -> None:
        """Draw the outline of a rectangle."""
        self._pen.rounded_rectangle(
            (box.left, box.top, box.right - 1, box.bottom - 1), radius=10, outline=BLACK, width=thick
        )

    def arrow(self, left: int, middle: int, length: int, *, thick: int = 8) -> None:
        """Draw an arrow to the right whose shaft runs along `middle`."""
        head = thick * 2
        end = left + length
        self._pen.rectangle((left, middle - thick // 2, end - head, middle + thick // 2 - 1), fill=BLACK)
        self._pen.polygon(
            [(end - head - 2, middle - head), (end, middle), (end - head - 2, middle + head - 1)], fill=BLACK
        )

    def qr(self, modules: Modules, *, dots: int, least: int, smallest_side: int) -> None:
        """Draw a QR code centred with its quiet zone, and move on below that.

        `dots` a module; one more as long as its side is under `smallest_side`; fewer, down to `least`, where the paper
        is too narrow. Raises ValueError when even that does not fit: a gate would not read it.
        """
        across = len(modules)
        while across * dots < smallest_side:
            dots += 1
        while (across + 2 * QUIET_MODULES) * dots > WIDTH and dots > least:
            dots -= 1
        side, quiet = across * dots, QUIET_MODULES * dots
        if side + 2 * quiet > WIDTH:
            raise ValueError(f"a code of {across} modules does not fit the paper")
        small = Image.frombytes(
            "L", (across, across), bytes(BLACK if dark else WHITE for row in modules for dark in row)
        )
        left = (WIDTH - side) // 2
        self._picture.paste(small.resize((side, side), Image.Resampling.NEAREST), (left, self.y + quiet))
        self.code = Box(left - quiet, self.y, left + side + quiet, self.y + side + 2 * quiet)
        self.y = self.code.bottom
