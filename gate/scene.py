"""Finds the part of a frame where a code may be, by its texture, and leaves out what is always there.

A code is a dense pattern of edges both across and down; walls, floors, faces and printed lines are not. What a camera
sees all day with such a texture (a poster, gravel) is learnt and no longer counts.
"""

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


class CodePlaces:
    """Says where in the frames of one camera a code may be."""

    def __init__(self) -> None:
        self._known: NDArray[np.float32] | None = None

    def find(self, grey: NDArray[np.uint8]) -> tuple[slice, slice] | None:
        """Return rows and columns of a rectangle with every new texture in this frame, or None; and learn from it."""
        height, width = grey.shape
        if min(height, width) < 4 * CELL:
            return slice(0, height), slice(0, width)
        texture = _texture(grey)
        if self._known is None or self._known.shape != texture.shape:
            self._known = np.zeros_like(texture)
        threshold = min(STRONGEST, max(FAINTEST, AGAINST_USUAL * float(np.median(texture))))
        rows, columns = np.nonzero((texture > threshold) & (texture > AGAINST_KNOWN * self._known + 1))
        more = texture - self._known
        self._known += more * np.where(more > 0, np.float32(LEARN_MORE), np.float32(LEARN_LESS))
        if len(rows) < LEAST_CELLS:
            return None
        return _pixels(rows, texture.shape[0], height), _pixels(columns, texture.shape[1], width)


def _texture(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return for each cell the mean step between neighbours, across or down, whichever is less."""
    height, width = grey.shape
    half = cv2.resize(grey, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    cells = (width // CELL, height // CELL)
    across = cv2.resize(cv2.absdiff(half[:, 1:], half[:, :-1]), cells, interpolation=cv2.INTER_AREA)
    down = cv2.resize(cv2.absdiff(half[1:], half[:-1]), cells, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.blur(np.minimum(across, down).astype(np.float32), (3, 3)), np.float32)


def _pixels(cells: NDArray[np.intp], count: int, length: int) -> slice:
    """Return the pixels of the cells from the first to the last, with a margin. `count` cells cover `length` pixels."""
    first, last = int(cells.min()) - MARGIN_CELLS, int(cells.max()) + 1 + MARGIN_CELLS
    return slice(max(0, first) * length // count, min(count, last) * length // count)
