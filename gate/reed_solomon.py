"""Reed–Solomon as QR codes have it (ISO/IEC 18004, 7.5 and annex A): GF(256) with polynomial 0x11D, roots α⁰, α¹, …

A codeword known to be doubtful is an erasure: it costs one check codeword, where an unknown error costs two.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x11D


def _tables() -> tuple[list[int], list[int]]:
    powers, logarithms, value = [0] * 510, [0] * 256, 1
    for at in range(255):
        powers[at] = powers[at + 255] = value
        logarithms[value] = at
        value = value << 1 ^ (_POLYNOMIAL if value & 0x80 else 0)
    return powers, logarithms


POWERS, LOGARITHMS = _tables()
_POWERS, _LOGARITHMS = np.array(POWERS, np.uint8), np.array(LOGARITHMS, np.int64)
Codewords = NDArray[np.uint8]


def corrected(word: Codewords, checks: int, erased: Collection[int], spare: int) -> Codewords | None:
    """Return the code word that differs from `word` at the `erased` places and at few others, or None.

    `checks` of its codewords are for checking. `spare` of them are kept for knowing that the answer is right:
    2 × errors + erasures ≤ checks − spare.
    """
    syndromes = _syndromes(word, checks)
    if not any(syndromes):
        return word
    if len(erased) > checks - spare:
        return None
    locator = [1]  # lowest power first
    for place in erased:
        locator = _product(locator, [1, POWERS[len(word) - 1 - place]])
    locator = _berlekamp_massey(syndromes, locator, len(erased))
    wrong = len(locator) - 1
    if 2 * wrong - len(erased) > checks - spare:
        return None
    powers = _roots(locator, len(word))
    if len(powers) != wrong:
        return None
    evaluator = _product(syndromes, locator)[:checks]
    right = word.copy()
    for power in powers:
        right[len(word) - 1 - power] ^= _magnitude(evaluator, locator, power)
    return None if any(_syndromes(right, checks)) else right


def _syndromes(word: Codewords, checks: int) -> list[int]:
    """The word as a polynomial, first codeword at the highest power, at each root."""
    powers = np.flatnonzero(word[::-1])
    logarithms = _LOGARITHMS[word[::-1][powers]]
    at_roots = _POWERS[(logarithms[None, :] + np.arange(checks)[:, None] * powers[None, :]) % 255]
    return [int(each) for each in np.bitwise_xor.reduce(at_roots, axis=1)]


def _berlekamp_massey(syndromes: Sequence[int], locator: list[int], erasures: int) -> list[int]:
    """Extend the locator of the erasures to one of all errors."""
    before = list(locator)
    degree = erasures
    for at in range(erasures, len(syndromes)):
        discrepancy = 0
        for power, factor in enumerate(locator[: at + 1]):
            discrepancy ^= _times(factor, syndromes[at - power])
        before = [0, *before]
        if not discrepancy:
            continue
        longer = _sum(locator, [_times(discrepancy, each) for each in before])
        if 2 * degree <= at + erasures:
            degree = at + erasures + 1 - degree
            before = [_over(each, discrepancy) for each in locator]
        locator = longer
    while len(locator) > 1 and not locator[-1]:
        locator.pop()
    return locator


def _roots(locator: Sequence[int], length: int) -> list[int]:
    """The powers p below `length` at which α⁻ᵖ is a root of the locator."""
    powers = np.arange(length)
    total = np.zeros(length, np.uint8)
    for degree, factor in enumerate(locator):
        if factor:
            total ^= _POWERS[(LOGARITHMS[factor] - powers * degree) % 255]
    return [int(power) for power in np.flatnonzero(total == 0)]


def _magnitude(evaluator: Sequence[int], locator: Sequence[int], power: int) -> int:
    """Forney's formula for the error at this power; the first root is α⁰."""
    above = below = 0
    for degree, factor in enumerate(evaluator):
        above ^= _times(factor, POWERS[-power * degree % 255])
    for degree in range(1, len(locator), 2):
        below ^= _times(locator[degree], POWERS[-power * (degree - 1) % 255])
    return _times(POWERS[power % 255], _over(above, below)) if below else 0


def _times(one: int, other: int) -> int:
    return POWERS[LOGARITHMS[one] + LOGARITHMS[other]] if one and other else 0


def _over(one: int, other: int) -> int:
    return POWERS[LOGARITHMS[one] - LOGARITHMS[other] + 255] if one else 0


def _sum(one: Sequence[int], other: Sequence[int]) -> list[int]:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    total = list(longer)
    for power, factor in enumerate(shorter):
        total[power] ^= factor
    return total


def _product(one: Sequence[int], other: Sequence[int]) -> list[int]:
    total = [0] * (len(one) + len(other) - 1)
    for power, factor in enumerate(one):
        if factor:
            for higher, another in enumerate(other):
                total[power + higher] ^= _times(factor, another)
    return total
