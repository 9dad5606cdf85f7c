"""Tables for a terminal that stand straight although a Chinese character is two columns wide."""

import unicodedata
from collections.abc import Sequence

GAP = "  "


def columns(text: str) -> int:
    """How many columns of a terminal a text takes (UAX #11: wide and full-width characters take two)."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces up to `width` columns, behind it or (`right`) before it."""
    spaces = " " * max(0, width - columns(text))
    return spaces + text if right else text + spaces


def table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Rows below each other, each column as wide as its widest text; those in `right` stand at their right edge."""
    widths = [max(columns(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [padded(text, widths[place], right=place in right) for place, text in enumerate(row)]
        lines.append(GAP.join(cells).rstrip())
    return "\n".join(lines)


def wrapped(text: str, width: int, *, indent: str = "") -> str:
    """A text on lines of at most `width` columns, broken at spaces or between Chinese characters."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and columns(indent + lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return "\n".join(indent + line.rstrip() for line in lines)


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for each in text:
        wide = unicodedata.east_asian_width(each) in "WF"
        closes = each in "，。、；：！？）」』"
        begins = (wide and not closes) or pieces[-1].endswith(" ")
        after_wide = bool(pieces[-1]) and unicodedata.east_asian_width(pieces[-1][-1]) in "WF" and not closes
        if (begins or after_wide) and each != " ":
            pieces.append("")
        pieces[-1] += each
    return pieces
