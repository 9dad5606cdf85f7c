"""What a QR code's modules mean (ISO/IEC 18004): which carry data, in what order, and under which mask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

import numpy as np
import segno
from numpy.typing import NDArray
from segno import consts

Bits = NDArray[np.uint8]


class _Part(Protocol):
    """Blocks of the same size: how many, and of how many codewords each, with data and in all."""

    num_blocks: int
    num_data: int
    num_total: int


_ECC = cast(Mapping[int, Mapping[int, Sequence[_Part]]], consts.ECC)  # table 9 of the standard, by version and level


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A version, a level and a mask: enough to know what is where.

    `order`: rows and columns of the modules with data, in the order of their bits. `flipped`: 1 where the mask turns
    such a module. `frame`: every other module, as it must be. `blocks`: for each block, the places of its codewords in
    that order, and how many of them are for checking.
    """

    frame: Bits
    order: tuple[NDArray[np.intp], NDArray[np.intp]]
    flipped: Bits
    blocks: tuple[tuple[NDArray[np.intp], int], ...]


@lru_cache(maxsize=32)
def symbol(version: int, level: str, mask: int) -> Symbol:
    """The symbol of a version (1 to 40), a level (L, M, Q, H) and a mask (0 to 7)."""
    made = segno.make("0", version=version, error=level, mask=mask, micro=False, boost_error=False)
    kinds = np.array([list(row) for row in made.matrix_iter(border=0, verbose=True)])
    carries = (kinds == consts.TYPE_DATA_DARK) | (kinds == consts.TYPE_DATA_LIGHT)
    carries[8, -9] = True  # segno takes it for one of the format's modules
    blocks = _blocks(version, level)
    order = _order(carries, 8 * sum(len(places) for places, _ in blocks))
    frame = np.array(made.matrix, np.uint8)
    return Symbol(frame=frame, order=order, flipped=_mask(mask, *order), blocks=blocks)


def _order(carries: NDArray[np.bool_], bits: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Two columns at a time, from the right, up and down in turns; column 6 is the timing pattern's (7.7.3)."""
    size = len(carries)
    rows, columns, up = [], [], True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if up else range(size):
            for column in (right, right - 1):
                if carries[row, column]:
                    rows.append(row)
                    columns.append(column)
        up = not up
    return np.array(rows[:bits], np.intp), np.array(columns[:bits], np.intp)


def _mask(mask: int, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Bits:
    """Table 10 of the standard."""
    both = rows * columns
    match mask:
        case 0:
            remains = (rows + columns) % 2
        case 1:
            remains = rows % 2
        case 2:
            remains = columns % 3
        case 3:
            remains = (rows + columns) % 3
        case 4:
            remains = (rows // 2 + columns // 3) % 2
        case 5:
            remains = both % 2 + both % 3
        case 6:
            remains = (both % 2 + both % 3) % 2
        case _:
            remains = ((rows + columns) % 2 + both % 3) % 2
    return np.asarray(remains == 0, np.uint8)


def _blocks(version: int, level: str) -> tuple[tuple[NDArray[np.intp], int], ...]:
    """Codewords of all blocks are interleaved: the first of each, the second of each, …; then those for checking."""
    parts = _ECC[version][consts.ERROR_MAPPING[level]]
    sizes = [(part.num_data, part.num_total) for part in parts for _ in range(part.num_blocks)]
    places: list[list[int]] = [[] for _ in sizes]
    at = 0
    for turn in range(max(data for data, _ in sizes)):
        for block, (data, _) in enumerate(sizes):
            if turn < data:
                places[block].append(at)
                at += 1
    for _ in range(sizes[0][1] - sizes[0][0]):
        for block in range(len(sizes)):
            places[block].append(at)
            at += 1
    return tuple((np.array(each, np.intp), total - data) for each, (data, total) in zip(places, sizes, strict=True))
