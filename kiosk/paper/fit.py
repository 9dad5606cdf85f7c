"""Makes a text fit a width: smaller first, then on more lines, never cut."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.paper.fonts import Fonts

STEP = 2
PIECE = re.compile(r"[ -~À-ɏ’]+?(?=[ ]|[^ -~À-ɏ’]|$)[ ]*|.[，。、；：！？）」』·]*", re.DOTALL)
"""What a line may end after: a word and its spaces, or one Chinese character with its closing punctuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Lines of one size and weight. Heights are in dots; a line is as high as its em."""

    lines: tuple[str, ...]
    size: int
    bold: bool
    width: int

    @property
    def pitch(self) -> int:
        """From one line to the next."""
        return round(self.size * 1.22)

    @property
    def height(self) -> int:
        """From the top of the first line to the foot of the last."""
        return self.pitch * (len(self.lines) - 1) + self.size


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a line: its width with and without the spaces at its end."""

    text: str
    whole: float
    bare: float


def fit(fonts: Fonts, text: str, width: int, *, bold: bool, largest: int, smallest: int, rows: int = 2) -> Setting:
    """Set `text` on one line as large as it can be; else on at most `rows` lines; else on as many as it needs."""
    plain = " ".join(text.split())
    at_largest = fonts.of(largest, bold=bold).getlength(plain)
    for allowed in range(1, rows + 1):
        possible = int(1.05 * largest * allowed * width / at_largest) if at_largest else largest
        for size in range(largest, smallest - 1, -STEP):
            if size > max(possible, smallest):
                continue
            pieces = _pieces(fonts, plain, width, size, bold=bold)
            lines = _fill(pieces, width)
            if len(lines) <= allowed:
                return _balanced(fonts, pieces, lines, width, size, bold=bold)
    pieces = _pieces(fonts, plain, width, smallest, bold=bold)
    return _balanced(fonts, pieces, _fill(pieces, width), width, smallest, bold=bold)


def _pieces(fonts: Fonts, text: str, width: int, size: int, *, bold: bool) -> list[_Piece]:
    """Take a text apart; what alone is wider than a line is taken apart into characters."""
    length = fonts.of(size, bold=bold).getlength
    pieces: list[_Piece] = []
    for found in PIECE.findall(text):
        piece = _Piece(found, length(found), length(found.rstrip()))
        if piece.bare > width:
            pieces += [_Piece(character, length(character), length(character.strip())) for character in found]
        else:
            pieces.append(piece)
    return pieces


def _fill(pieces: Sequence[_Piece], width: float) -> list[str]:
    """Put as much on each line as it takes. This typeface has no kerning for us, so widths add up."""
    lines = [""]
    used = 0.0
    for piece in pieces:
        if lines[-1] and used + piece.bare > width:
            lines.append("")
            used = 0.0
        lines[-1] += piece.text
        used += piece.whole
    return [line.strip() for line in lines]


def _balanced(
    fonts: Fonts, pieces: Sequence[_Piece], lines: list[str], width: int, size: int, *, bold: bool
) -> Setting:
    """Make lines about equally long without needing one more."""
    low, high = max([width // len(lines), *(round(piece.bare + 0.5) for piece in pieces)]), width
    while len(lines) > 1 and high - low > 4:
        middle = (low + high) // 2
        tried = _fill(pieces, middle)
        if len(tried) == len(lines):
            lines, high = tried, middle
        else:
            low = middle
    length = fonts.of(size, bold=bold).getlength
    return Setting(lines=tuple(lines), size=size, bold=bold, width=round(max(map(length, lines)) + 0.5))
