"""A QR code on a terminal: two modules in each character, black on white whatever the terminal's own colours are."""

from kiosk.paper.sheet import QUIET_MODULES, encode

_BLOCKS = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
"""By whether the upper and the lower module are dark: what is drawn is the light of them."""
_WHITE_ON_BLACK, _AS_BEFORE = "\x1b[97;40m", "\x1b[0m"


def terminal_code(text: str, *, colours: bool = True) -> str:
    """The lines of the code of a text in the alphanumeric alphabet of QR codes, with its quiet zone."""
    code = encode(text)
    side = len(code) + 2 * QUIET_MODULES

    def dark(row: int, column: int) -> bool:
        inside = 0 <= row < len(code) and 0 <= column < len(code)
        return inside and bool(code[row][column])

    lines = []
    for row in range(-QUIET_MODULES, side - QUIET_MODULES, 2):
        columns = range(-QUIET_MODULES, side - QUIET_MODULES)
        line = "".join(_BLOCKS[dark(row, column), dark(row + 1, column)] for column in columns)
        lines.append(f"{_WHITE_ON_BLACK}{line}{_AS_BEFORE}" if colours else line)
    return "\n".join(lines)
