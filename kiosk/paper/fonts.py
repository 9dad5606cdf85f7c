"""The two weights of Noto Sans CJK SC that everything on paper is set in."""

import subprocess
from functools import cache
from pathlib import Path

from PIL import ImageFont

FAMILY = "Noto Sans CJK SC"
DEBIAN = Path("/usr/share/fonts/opentype/noto")
FACES_IN_A_COLLECTION = 10


class FontMissing(Exception):
    """The typeface is not on this machine. The text says which package has it."""


class Fonts:
    """Both weights, opened once for each size. `regular` and `bold` are font files or collections holding FAMILY."""

    def __init__(self, regular: Path, bold: Path) -> None:
        self._files = {False: (regular, _face_of(regular)), True: (bold, _face_of(bold))}
        self._opened: dict[tuple[bool, int], ImageFont.FreeTypeFont] = {}

    def of(self, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
        """Return the font whose em is `size` dots."""
        if (bold, size) not in self._opened:
            path, face = self._files[bold]
            self._opened[bold, size] = _open(path, size, face)
        return self._opened[bold, size]


def find_fonts(regular: Path | None = None, bold: Path | None = None) -> Fonts:
    """Return the fonts at the given paths, or else where fontconfig or Debian keeps them. Raises FontMissing."""
    return Fonts(
        regular or _look_for("Regular", DEBIAN / "NotoSansCJK-Regular.ttc"),
        bold or _look_for("Bold", DEBIAN / "NotoSansCJK-Bold.ttc"),
    )


def _look_for(style: str, usual: Path) -> Path:
    if usual.exists():
        return usual
    try:
        asked = subprocess.run(
            ["fc-match", "-f", "%{file}", f"{FAMILY}:style={style}"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _missing(f"fontconfig does not answer ({error})") from error
    return Path(asked.stdout.strip())


@cache
def _face_of(path: Path) -> int:
    """Return which face of the collection is FAMILY: the others draw some characters the Japanese or Korean way."""
    for face in range(FACES_IN_A_COLLECTION):
        try:
            family, _ = _open(path, 16, face).getname()
        except OSError:
            break
        if family == FAMILY:
            return face
    raise _missing(f"{path} does not hold it")


def _open(path: Path, size: int, face: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, index=face, layout_engine=ImageFont.Layout.BASIC)


def _missing(why: str) -> FontMissing:
    return FontMissing(f"The typeface {FAMILY} cannot be used: {why}. Install Debian's package fonts-noto-cjk.")
