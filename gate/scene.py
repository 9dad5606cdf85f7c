"""Finds the part of a frame where a code may be, by its texture, and leaves out what is always there.

A code of squares is a dense pattern of edges both across and down, one of bars either across or down; walls, floors,
and faces are neither. What a camera sees all day with such a texture (a poster, gravel) is learnt, and counts no
more.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 16
"""Pixels. The texture is averaged over squares of this side, and over their neighbours."""

AGAINST_USUAL = 1.7
FAINTEST, STRONGEST = 2.0, 10.0
"""A cell has texture when its mean step between neighbouring points (grey levels, in the half-size frame) is above
AGAINST_USUAL × the frame's median, but at least FAINTEST; above STRONGEST it always has: a code may fill the frame."""

AGAINST_KNOWN = 1.5
LEARN_MORE, LEARN_LESS = 1 / 512, 1 / 16
"""Per frame. Texture is taken for a part of the lane slowly (half a minute at 15 frames per second) and forgotten fast:
a place where passengers hold up codes all day stays a place for codes."""

LEAST_CELLS = 9
MARGIN_CELLS = 3
BARS = 3.0
"""Times the FAINTEST: all of a bar code's steps are in one direction, so that fainter ones are no bars."""

Place = tuple[slice, slice]
"""Rows and columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The rectangle with every new texture in a frame that may be a code's squares, or bars. None: there is none."""

    squares: Place | None
    bars: Place | None


class CodePlaces:
    """Says where in the frames of one camera a code may be."""

    def __init__(self) -> None:
        self._squares = _Known(1.0)
        self._bars = _Known(BARS)

    def find(self, grey: NDArray[np.uint8]) -> Places:
        """Return where codes may be in this frame; and learn from it."""
        height, width = grey.shape
        if min(height, width) < 4 * CELL:
            whole = (slice(0, height), slice(0, width))
            return Places(squares=whole, bars=whole)
        across, down = _steps(grey)
        return Places(
            squares=self._squares.new(np.minimum(across, down), height, width),
            bars=self._bars.new(np.abs(across - down), height, width),
        )


class _Known:
    """One kind of texture, and how much of it each cell usually has. `strength`: of what is sought, 1 for squares."""

    def __init__(self, strength: float) -> None:
        self._strength = strength
        self._usual: NDArray[np.float32] | None = None

    def new(self, steps: NDArray[np.float32], height: int, width: int) -> Place | None:
        texture = np.asarray(cv2.blur(steps, (3, 3)), np.float32)
        if self._usual is None or self._usual.shape != texture.shape:
            self._usual = np.zeros_like(texture)
        threshold = min(STRONGEST, max(FAINTEST * self._strength, AGAINST_USUAL * float(np.median(texture))))
        rows, columns = np.nonzero((texture > threshold) & (texture > AGAINST_KNOWN * self._usual + 1))
        more = texture - self._usual
        self._usual += more * np.where(more > 0, np.float32(LEARN_MORE), np.float32(LEARN_LESS))
        if len(rows) < LEAST_CELLS:
            return None
        return _pixels(rows, texture.shape[0], height), _pixels(columns, texture.shape[1], width)


def _steps(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each cell the mean step between neighbours across, and down."""
    height, width = grey.shape
    half = cv2.resize(grey, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    cells = (width // CELL, height // CELL)
    across = cv2.resize(cv2.absdiff(half[:, 1:], half[:, :-1]), cells, interpolation=cv2.INTER_AREA)
    down = cv2.resize(cv2.absdiff(half[1:], half[:-1]), cells, interpolation=cv2.INTER_AREA)
    return across.astype(np.float32), down.astype(np.float32)


def _pixels(cells: NDArray[np.intp], count: int, length: int) -> slice:
    """Return the pixels of the cells from the first to the last, with a margin. `count` cells cover `length` pixels."""
    first, last = int(cells.min()) - MARGIN_CELLS, int(cells.max()) + 1 + MARGIN_CELLS
    return slice(max(0, first) * length // count, min(count, last) * length // count)
