"""The panel a kiosk is shown on. Letters and targets are laid out in millimetres of it.

Sizes are configured, never asked of the panel: what a display reports of itself is often wrong.
"""

from dataclasses import dataclass

LOWEST_MM, HIGHEST_MM = 380.0, 1220.0
"""What can be reached forward, unobstructed, from a wheelchair: millimetres above the floor (EN 301 549)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSettings:
    """A panel's visible area in millimetres and in pixels, as it hangs (a turned panel is higher than wide).

    `bottom_mm` is how high above the floor its lower edge is.
    """

    width_mm: float
    height_mm: float
    width_px: int
    height_px: int
    bottom_mm: float = 850.0

    def __post_init__(self) -> None:
        """Refuse sizes that no panel has, and pixels that are not square."""
        if min(self.width_mm, self.height_mm, self.width_px, self.height_px) <= 0:
            raise ValueError("a panel's width and height are above zero, in millimetres and in pixels")
        across = self.width_px / self.width_mm
        down = self.height_px / self.height_mm
        if abs(across - down) > 0.05 * max(across, down):
            raise ValueError(
                f"the panel's pixels would not be square ({across:.2f} a millimetre across, {down:.2f} down): "
                "measure the visible area again, or swap width and height if the panel is turned"
            )

    @property
    def too_high_mm(self) -> float:
        """How much at the top is out of reach from a wheelchair; never so much that the screens would not fit below."""
        above = self.bottom_mm + self.height_mm - HIGHEST_MM
        return max(0.0, min(above, self.height_mm - self.too_low_mm - self._least_mm))

    @property
    def too_low_mm(self) -> float:
        """How much at the bottom is out of reach from a wheelchair."""
        return max(0.0, min(LOWEST_MM - self.bottom_mm, self.height_mm - self._least_mm))

    @property
    def _least_mm(self) -> float:
        """The least height that the screens can be laid out in: side by side on a wide panel, else stacked."""
        short, long = sorted((LANDSCAPE_15_6.width_mm, LANDSCAPE_15_6.height_mm))
        return short if self.width_mm >= long else long

    @property
    def portrait(self) -> bool:
        """True for a panel higher than wide."""
        return self.height_mm > self.width_mm

    @property
    def px_per_mm(self) -> float:
        """Pixels in one millimetre."""
        return self.width_px / self.width_mm

    def mm(self, length: float) -> int:
        """`length` millimetres in whole pixels, at least one."""
        return max(1, round(length * self.px_per_mm))


LANDSCAPE_15_6 = PanelSettings(width_mm=344, height_mm=194, width_px=1920, height_px=1080)
"""The common 15.6-inch panel."""

PORTRAIT_15_6 = PanelSettings(width_mm=194, height_mm=344, width_px=1080, height_px=1920)
"""The same panel turned: the narrowest that the screens are made for."""

PORTRAIT_21_5 = PanelSettings(width_mm=268, height_mm=476, width_px=1080, height_px=1920)
"""A turned 21.5-inch panel, as ticket machines often have: its top is out of reach from a wheelchair."""
