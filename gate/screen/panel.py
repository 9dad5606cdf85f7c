"""The panel that a gate's display is shown on. Everything is laid out in millimetres of it.

Sizes are configured, never asked of the panel: what a display reports of itself is often wrong.
"""

from dataclasses import dataclass

READERS = ("below", "above", "left", "right")
"""Where the camera or scanner is, seen from the display."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPanel:
    """The visible area in millimetres and in pixels, as it hangs (a turned panel is higher than wide)."""

    width_mm: float = 155.0
    height_mm: float = 87.0
    width_px: int = 1024
    height_px: int = 600
    reader: str = "below"

    def __post_init__(self) -> None:
        """Raise ValueError for what no panel has; the text says what would be right."""
        if self.reader not in READERS:
            raise ValueError(f"the reader is {', '.join(READERS[:-1])} or {READERS[-1]}, not {self.reader!r}")
        if min(self.width_px, self.height_px) <= 0 or min(self.width_mm, self.height_mm) < 80:
            raise ValueError("a gate's display is at least 80 mm wide and high: less cannot be read from 1.5 m")
        across, down = self.width_px / self.width_mm, self.height_px / self.height_mm
        if abs(across - down) > 0.05 * max(across, down):
            raise ValueError(
                f"the pixels would not be square ({across:.2f} a millimetre across, {down:.2f} down): "
                "measure the visible area again, or swap width and height if the panel is turned"
            )

    @property
    def px_per_mm(self) -> float:
        """Pixels in one millimetre; the smaller of the two, so that what fits in millimetres fits in pixels."""
        return min(self.width_px / self.width_mm, self.height_px / self.height_mm)


LANDSCAPE_7 = ScreenPanel()
"""The common 7-inch panel."""

PORTRAIT_7 = ScreenPanel(width_mm=87.0, height_mm=155.0, width_px=600, height_px=1024)
"""The same panel turned."""
