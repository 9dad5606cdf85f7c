"""The order in which a screen is read and walked with keys: stage, journey rail, bands; each row by row. Pure."""

from collections.abc import Iterable

from kiosk.inventory import Box, Shown

_PARTS = ("stage", "", "rail", "top", "band")


def reading_order(shown: Iterable[Shown]) -> list[Shown]:
    """What is on show, part by part, each from top to bottom and from left to right."""
    parts: dict[str, list[Shown]] = {}
    for item in shown:
        parts.setdefault(item.part, []).append(item)
    ordered: list[Shown] = []
    for part in sorted(parts, key=_PARTS.index):
        for row in _rows(parts[part]):
            ordered += row
    return ordered


def _rows(items: list[Shown]) -> Iterable[list[Shown]]:
    """Items whose middles lie within the height of the row's first are one row."""
    row: list[Shown] = []
    for item in sorted(items, key=lambda item: (_middle(item.box), item.box[0])):
        if row and _middle(item.box) >= row[0].box[1] + row[0].box[3]:
            yield sorted(row, key=lambda item: item.box[0])
            row = []
        row.append(item)
    if row:
        yield sorted(row, key=lambda item: item.box[0])


def _middle(box: Box) -> float:
    return box[1] + box[3] / 2
