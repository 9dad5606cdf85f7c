"""Bytes cut at any places."""

from itertools import pairwise


def cut_at(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return `data` in pieces; a cut beyond its end wraps around."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]
