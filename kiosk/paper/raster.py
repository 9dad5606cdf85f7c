"""A picture as a ticket printer takes it."""

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

LIGHTEST_BLACK = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Raster:
    """One bit a dot: 1 = black, the leftmost dot in the highest bit, rows padded to bytes. Sizes in dots."""

    width: int
    height: int
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, picture: Image.Image) -> "Raster":
        """Turn a grey picture into dots; a half covered dot is black, so that thin strokes hold on thermal paper."""
        dark = picture.point([255] * LIGHTEST_BLACK + [0] * (256 - LIGHTEST_BLACK), "1")
        return cls(width=picture.width, height=picture.height, data=dark.tobytes())

    def to_image(self) -> Image.Image:
        """Return it as it will look: black on white, mode "1"."""
        white_is_1 = bytes(byte ^ 0xFF for byte in self.data)
        return Image.frombytes("1", (self.width, self.height), white_is_1)

    def to_png(self, path: Path) -> None:
        """Write it as a PNG at its printed size (203 dpi)."""
        self.to_image().save(path, "PNG", dpi=(203, 203))
