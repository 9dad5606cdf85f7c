"""Reads a QR code that was found, and whose version, level and mask are known, but whose contents were not made out.

What the reader that found it does not do: follow paper that is not flat, piece by piece; and say of each module how
sure it is, so that what glare, cracks and fingers hide is left out (an erasure) instead of being taken for wrong.
"""

import heapq
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from gate.reed_solomon import corrected
from gate.symbol import Symbol, symbol

Grey = NDArray[np.uint8]
Plane = NDArray[np.float32]
Place = tuple[int, int]
"""Row and column among the places whose shift is sought."""
Found = tuple[float, float, float]
"""How clear a shift is, and how far it goes down and across, in points."""

UNIT = 6
"""Points of the rectified picture for a module."""
MARGIN = 3
"""Modules around it."""
TILE, REACH = 4, 3
"""Modules from one place whose shift is sought to the next, and how far around it modules are looked at."""
STEP = 3
"""Points up to which a place may be shifted against its neighbours'."""
SPREADS = (0.15, 0.5, 1.0)
"""Of a blurred module's light, shares that may have to be taken back from its neighbours'."""
SPARE = 3
"""Codewords for checking, in each block, that are never spent on correcting: they say that the answer is right."""

LARGEST = 15
"""Version. No ticket is larger, and a hall's poster of many blocks may take a second to be given up."""

MODEL_2 = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2])


def read_damaged(grey: Grey, found: zxingcpp.Barcode) -> str | None:
    """Return the text of a code that zxing-cpp found in `grey` without reading it, or None."""
    said: dict[str, object] = found.extra or {}  # type: ignore[assignment]  # it is a dictionary, and said to be an object
    version, level, mask = str(said.get("Version", "")), found.ec_level, said.get("DataMask")
    if not version.isdecimal() or level not in ("L", "M", "Q", "H") or mask is None:
        return None
    if int(version) > LARGEST:
        return None
    known = symbol(int(version), level, int(str(mask)))
    flat = _flattened(grey, found.position, len(known.frame))
    shifts = _shifts(flat, len(known.frame))
    for shifted, spreads in ((shifts, SPREADS), (np.zeros_like(shifts), SPREADS[:2])):
        for bits, sure in _judged(_levels(flat, shifted), spreads):
            if (matrix := _repaired(bits, sure, known)) is not None:
                return _text(matrix)
    return None


def _flattened(grey: Grey, place: zxingcpp.Position, size: int) -> Plane:
    """The code as a square of `size` modules and the margin."""
    corners = [(c.x, c.y) for c in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]
    first, last = MARGIN * UNIT - 0.5, (MARGIN + size) * UNIT - 0.5
    square = np.array([(first, first), (last, first), (last, last), (first, last)], np.float32)
    towards = cv2.getPerspectiveTransform(np.array(corners, np.float32), square)
    side = (size + 2 * MARGIN) * UNIT
    flat = cv2.warpPerspective(grey, towards, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.float32)


def _shifts(flat: Plane, size: int) -> Plane:
    """How far each module's middle is from where it would be on a plane: (2, size, size), down and across, in points.

    At the middles of modules a picture is darkest or lightest. Each place looks for them near where its neighbours
    found theirs, the clearest first, from the finder patterns on: so shifts may grow to several modules.
    """
    clearness = _clearness(flat)
    faintest = 0.4 * float(np.median(clearness))
    near = np.arange(TILE // 2, size, TILE)
    count = len(near)
    middles = (near + MARGIN) * UNIT + UNIT // 2
    shifts = np.zeros((2, count, count), np.float32)
    settled = np.zeros((count, count), bool)
    finders = ((0, 0), (0, count - 2), (count - 2, 0))
    waiting = [(-9.0, row + down, column + over) for row, column in finders for down in (0, 1) for over in (0, 1)]
    found: dict[Place, Found] = {(row, column): (9.0, 0, 0) for _, row, column in waiting}
    while waiting:
        _, row, column = heapq.heappop(waiting)
        if settled[row, column]:
            continue
        settled[row, column] = True
        shifts[:, row, column] = found[row, column][1:]
        for beside in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if min(beside) < 0 or max(beside) >= count or settled[beside]:
                continue
            expected = _expected(found, settled, *beside)
            found[beside] = _best(clearness, int(middles[beside[0]]), int(middles[beside[1]]), expected, faintest)
            heapq.heappush(waiting, (-found[beside][0], *beside))
    at = (np.arange(size, dtype=np.float32) - TILE // 2) / TILE
    columns_at, rows_at = np.meshgrid(np.clip(at, 0, count - 1), np.clip(at, 0, count - 1))
    smooth = [cv2.blur(each, (3, 3)) for each in shifts]
    return np.asarray([cv2.remap(each, columns_at, rows_at, cv2.INTER_LINEAR) for each in smooth], np.float32)


def _clearness(flat: Plane) -> Plane:
    """For each point: how much modules stand out when one, and all within REACH of it, has its middle there."""
    strength = np.abs(cv2.blur(flat, (3, 3)) - cv2.blur(flat, (5 * UNIT, 5 * UNIT)))
    total = np.zeros(strength.shape, np.float32)
    for row in range(UNIT):
        for column in range(UNIT):
            total[row::UNIT, column::UNIT] = cv2.blur(strength[row::UNIT, column::UNIT], (2 * REACH + 1,) * 2)
    return total


def _expected(found: dict[Place, Found], settled: NDArray[np.bool_], row: int, column: int) -> tuple[int, int]:
    """The mean of what the settled places around this one lead to: as they are, and on as the change was before."""
    down = across = weight = 0.0
    for beside in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
        if beside in found and settled[beside]:
            _, one_down, one_across = found[beside]
            behind = (2 * beside[0] - row, 2 * beside[1] - column)
            if behind in found and settled[behind]:
                _, two_down, two_across = found[behind]
                one_down, one_across = one_down + (one_down - two_down) / 2, one_across + (one_across - two_across) / 2
            down, across, weight = down + one_down, across + one_across, weight + 1
    return round(down / weight), round(across / weight)


_STEPS = np.arange(-STEP, STEP + 1)
_RELUCTANCE = (1 - 0.01 * (_STEPS[:, None] ** 2 + _STEPS[None, :] ** 2)).astype(np.float32)


def _best(clearness: Plane, row: int, column: int, expected: tuple[int, int], faintest: float) -> Found:
    """The best shift near the expected one, and how much clearer it is than the others.

    Where no module stands out by more than `faintest` there is nothing to go by, and the expected one is kept.
    """
    last = len(clearness) - 1 - STEP
    top = min(max(row + expected[0], STEP), last) - STEP
    left = min(max(column + expected[1], STEP), last) - STEP
    score = clearness[top : top + 2 * STEP + 1, left : left + 2 * STEP + 1] * _RELUCTANCE
    down, across = divmod(int(score.argmax()), 2 * STEP + 1)
    clear = float(score[down, across]) / max(1e-6, float(score.mean()))
    if score[down, across] < faintest:
        return 0.0, *expected
    return clear, expected[0] + down - STEP, expected[1] + across - STEP


def _levels(flat: Plane, shifts: Plane) -> Plane:
    """The grey level of each module, around its middle."""
    size = shifts.shape[1]
    middles = (np.arange(size, dtype=np.float32) + MARGIN) * UNIT + np.float32((UNIT - 1) / 2)
    across, down = middles[None, :] + shifts[1], middles[:, None] + shifts[0]
    return np.asarray(cv2.remap(cv2.blur(flat, (3, 3)), across, down, cv2.INTER_LINEAR), np.float32)


def _judged(levels: Plane, spreads: Iterable[float]) -> Iterator[tuple[NDArray[np.uint8], Plane]]:
    """Which modules are dark, and how sure that is, in a few ways of judging."""
    beside = cv2.filter2D(levels, -1, np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4)
    for spread in spreads:
        sharp = levels + np.float32(spread) * (levels - beside)
        threshold = cv2.blur(sharp, (9, 9))
        contrast, mixed = np.full_like(sharp, 1), np.ones_like(sharp)
        for _ in range(2):
            dark = (sharp < threshold).astype(np.float32)
            weight = cv2.blur(dark, (7, 7))
            low = cv2.blur(sharp * dark, (7, 7)) / np.maximum(weight, 0.01)
            high = cv2.blur(sharp * (1 - dark), (7, 7)) / np.maximum(1 - weight, 0.01)
            threshold, contrast = (low + high) / 2, np.maximum(high - low, 1)
            mixed = np.minimum(np.minimum(weight, 1 - weight) * 4, 1)  # a mask leaves no part all dark or all light
        off = np.abs(sharp - threshold)
        bits = (sharp < threshold).astype(np.uint8)
        least = np.float32(0.6 * np.median(contrast))
        yield bits, np.asarray(off / np.maximum(contrast, least) * mixed, np.float32)


def _repaired(bits: NDArray[np.uint8], sure: Plane, known: Symbol) -> NDArray[np.uint8] | None:
    """The whole code as it must have been, or None. The least sure codewords are left out, more and more of them."""
    codewords = np.packbits((bits[known.order] ^ known.flipped).reshape(-1, 8), axis=1).ravel()
    least = np.sort(sure[known.order].reshape(-1, 8), axis=1)
    doubt = least[:, 0] + least[:, 1] / 2
    for places, checks in known.blocks:
        order = np.argsort(doubt[places])
        for erased in sorted({*range(0, checks - SPARE, 3), checks - SPARE}):
            right = corrected(codewords[places], checks, [int(each) for each in order[:erased]], SPARE)
            if right is not None:
                codewords[places] = right
                break
        else:
            return None
    matrix = known.frame.copy()
    matrix[known.order] = np.unpackbits(codewords) ^ known.flipped
    return matrix


def _text(matrix: NDArray[np.uint8]) -> str | None:
    clean = np.kron(np.where(np.pad(matrix, 4), 0, 255).astype(np.uint8), np.ones((4, 4), np.uint8))
    read = zxingcpp.read_barcodes(clean, formats=MODEL_2, try_invert=False, text_mode=zxingcpp.TextMode.Plain)
    return read[0].text if read else None
