"""What a simulated camera sees: a platform with noise, and now and then a picture that somebody holds up."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

WIDTH, HEIGHT = 1280, 720
NOISE_LEVELS = 9
NOISE_FIELDS = 8
FOCAL = 1.4 * WIDTH
"""Pixels: the lens of a usual webcam, 40° wide."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a picture is held up.

    `scale`: its width as a share of the frame's height. `tilt`: degrees away from the camera at the top, `swing`: at
    the right, `turn`: in its own plane. `blur`: σ in pixels. `bright`: 1 is as in the file, 0.1 a phone in the dark.
    `x`, `y`: where its middle is in the frame, as shares.
    """

    picture: Path
    scale: float = 0.75
    tilt: float = 0.0
    swing: float = 0.0
    turn: float = 0.0
    blur: float = 0.0
    bright: float = 1.0
    x: float = 0.5
    y: float = 0.5


class Scene:
    """Frames of 1280×720, one after the other, always a little different."""

    def __init__(self, seed: int = 1) -> None:
        self._random = np.random.default_rng(seed)
        shape = (HEIGHT + 64, WIDTH + 64)
        self._noise = [self._random.integers(0, NOISE_LEVELS, shape, np.uint8) for _ in range(NOISE_FIELDS)]
        self._empty = _platform(self._random)
        self._now = self._empty

    def show(self, held: Held) -> None:
        """Hold up a picture. Raises OSError when it cannot be read."""
        self._now = _compose(self._empty, held)

    def hide(self) -> None:
        """Take away what is held up."""
        self._now = self._empty

    def frame(self) -> Grey:
        """Return the next picture."""
        noise = self._noise[int(self._random.integers(NOISE_FIELDS))]
        top, left = (int(place) for place in self._random.integers(0, 64, 2))
        return np.asarray(self._now + noise[top : top + HEIGHT, left : left + WIDTH], np.uint8)

    def black(self) -> Grey:
        """Return a picture with the lens covered."""
        return np.asarray(self._noise[int(self._random.integers(NOISE_FIELDS))][:HEIGHT, :WIDTH] // 3, np.uint8)


def _platform(random: np.random.Generator) -> Grey:
    """Return an empty platform: light from above, a wall, a bench, the joints of the floor. At most 255 - noise."""
    image = np.linspace(170, 70, HEIGHT)[:, None] + np.linspace(-12, 12, WIDTH)[None, :]
    image[470:, :] -= 25
    for joint in range(520, HEIGHT, 60):
        image[joint : joint + 3, :] -= 18
    for _ in range(6):
        left, top = int(random.integers(0, WIDTH - 200)), int(random.integers(60, 420))
        image[top : top + int(random.integers(30, 160)), left : left + int(random.integers(40, 220))] += (
            random.integers(-40, 40)
        )
    soft = Image.fromarray(np.clip(image, 10, 230).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))
    return np.asarray(soft, np.uint8)


def _compose(scene: Grey, held: Held) -> Grey:
    with Image.open(held.picture) as file:
        sheet = _on_white(file)
    sheet = _part_with_code(sheet, held.scale)
    width = held.scale * HEIGHT
    height = width * sheet.height / sheet.width
    corners = _corners(width, height, held)
    inverse = _perspective(corners, sheet.width, sheet.height)
    size = (WIDTH, HEIGHT)
    # Reduced beforehand to about its size in the frame: the transformation itself only takes single points.
    step = sheet.width / width
    smooth = sheet.filter(ImageFilter.GaussianBlur(step / 2.5)) if step > 1.2 else sheet
    warped = smooth.transform(size, Image.Transform.PERSPECTIVE, inverse, Image.Resampling.BICUBIC)
    mask = Image.new("L", sheet.size, 255).transform(size, Image.Transform.PERSPECTIVE, inverse)
    dimmed = warped.point([min(255, round(level * held.bright)) for level in range(256)])
    picture = Image.composite(dimmed, Image.fromarray(scene), mask)
    if held.blur > 0:
        picture = picture.filter(ImageFilter.GaussianBlur(held.blur))
    return np.minimum(np.asarray(picture, np.uint8), np.uint8(255 - NOISE_LEVELS))


def _on_white(picture: Image.Image) -> Image.Image:
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("L")


def _part_with_code(sheet: Image.Image, scale: float) -> Image.Image:
    """Return what of a long sheet is held into view: the part around the most ink, which is where a code is."""
    rows = int(sheet.width / scale * 0.95)
    if sheet.height <= rows:
        return sheet
    grey = np.asarray(sheet, np.int16)
    ink = np.abs(grey - np.median(grey)).sum(axis=1, dtype=np.int64)
    sums = np.concatenate(([0], np.cumsum(ink)))
    code = min(sheet.width // 2, rows)  # about as high as a code is; lines of text have less ink over so many rows
    each = sums[code:] - sums[:-code]
    middle = int(np.flatnonzero(each == each.max()).mean()) + code // 2
    top = max(0, min(middle - rows // 2, sheet.height - rows))
    return sheet.crop((0, top, sheet.width, top + rows))


def _corners(width: float, height: float, held: Held) -> NDArray[np.float64]:
    """Return where the sheet's corners are in the frame, from the top left one on clockwise."""
    flat = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * np.array([width / 2, height / 2, 0])
    a, b, c = np.radians([held.tilt, held.swing, held.turn])
    turn = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.cos(a), np.sin(a)], [0, -np.sin(a), np.cos(a)]])
    swing = np.array([[np.cos(b), 0, -np.sin(b)], [0, 1, 0], [np.sin(b), 0, np.cos(b)]])
    space = flat @ (swing @ tilt @ turn).T
    seen = space[:, :2] * (FOCAL / (FOCAL + space[:, 2:]))
    return np.asarray(seen + np.array([held.x * WIDTH, held.y * HEIGHT]))


def _perspective(corners: NDArray[np.float64], width: int, height: int) -> list[float]:
    """Return Pillow's eight coefficients, which lead from a point of the frame to a point of the sheet."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows, float), np.array(wanted, float))]
