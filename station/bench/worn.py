"""What happens to phones and paper before they reach a gate: each takes a sheet and returns its plane, spoilt."""

import cv2
import numpy as np

from station.bench.sheet import Chance, Plane, Sheet


def whole(sheet: Sheet, _: Chance) -> Plane:
    """Nothing has happened."""
    return sheet.plane


def dim(sheet: Sheet, chance: Chance) -> Plane:
    """The screen is turned down, and the hall shines from its glass."""
    return sheet.plane * np.float32(chance.uniform(0.08, 0.3)) + np.float32(chance.uniform(6, 40))


def glare(sheet: Sheet, chance: Chance) -> Plane:
    """Lamps of the hall are mirrored in the glass, as blobs and as tubes, over a part of the code."""
    plane = sheet.plane.copy()
    for _ in range(int(chance.integers(1, 4))):
        middle = _point(sheet, chance, 0.6)
        thin, long = chance.uniform(0.02, 0.12) * sheet.side, chance.uniform(0.08, 0.5) * sheet.side
        along, across = _axes(plane, middle, chance.uniform(0, np.pi))
        far = (along / long) ** 2 + (across / thin) ** 2
        edge = chance.uniform(0.6, 3.0)  # a tube has an edge, a lamp behind a haze has none
        plane += np.float32(chance.uniform(120, 420)) * np.exp(-(far**edge))
    return plane


def mirrored(sheet: Sheet, chance: Chance) -> Plane:
    """The glass mirrors the hall: windows, people, all out of focus, over the whole screen."""
    height, width = sheet.plane.shape
    hall = chance.random((int(chance.integers(4, 12)), int(chance.integers(3, 9)))).astype(np.float32) ** 2
    soft = cv2.resize(hall, (width, height), interpolation=cv2.INTER_CUBIC)
    left = np.float32(chance.uniform(0.35, 1.0))
    return np.asarray(sheet.plane * left + np.float32(chance.uniform(50, 190)) * np.clip(soft, 0, 1), np.float32)


def cracked(sheet: Sheet, chance: Chance) -> Plane:
    """The glass is broken from one point outwards: lines bright or dark, and between them pieces a little shifted."""
    from_here = _point(sheet, chance, 0.5)
    rows, columns = _grid(sheet.plane)
    angles = np.arctan2(rows - from_here[1], columns - from_here[0])
    count = int(chance.integers(6, 14))
    cuts = np.sort(chance.uniform(-np.pi, np.pi, count))
    piece = np.searchsorted(cuts, angles)
    shift = chance.normal(0, 2.5, (2, count + 1)).astype(np.float32)
    plane = cv2.remap(sheet.plane, columns + shift[0][piece], rows + shift[1][piece], cv2.INTER_LINEAR,
                      borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    for cut in cuts:
        angle, here, points = cut, from_here.copy(), [from_here.copy()]
        for _ in range(9):
            angle += chance.normal(0, 0.12)
            here = here + np.array([np.cos(angle), np.sin(angle)]) * chance.uniform(0.06, 0.18) * sheet.side
            points.append(here.copy())
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        level, thick = float(chance.choice([15, 120, 235, 255])), int(chance.integers(1, 9))
        cv2.polylines(plane, [line], isClosed=False, color=level, thickness=thick, lineType=cv2.LINE_AA)
    return np.asarray(plane, np.float32)


def smeared(sheet: Sheet, chance: Chance) -> Plane:
    """Fingers have left grease on the glass: here and there it is milky and soft."""
    soft = cv2.GaussianBlur(sheet.plane, (0, 0), chance.uniform(0.006, 0.016) * sheet.side)
    milk = _patches(sheet, chance, 6) * np.float32(chance.uniform(0.5, 1.0))
    return np.asarray(sheet.plane * (1 - milk) + (0.7 * soft + 60) * milk, np.float32)


def fingers(sheet: Sheet, chance: Chance) -> Plane:
    """A thumb, or two, over the margin of the code and a little of the code."""
    plane = sheet.plane.copy()
    for _ in range(int(chance.integers(1, 3))):
        edge = chance.uniform(-0.5, 0.5)
        side = int(chance.integers(4))
        reach = chance.uniform(-0.01, 0.06)  # of the code's side, into the code
        wide, long = chance.uniform(0.12, 0.2) * sheet.side, chance.uniform(0.3, 0.5) * sheet.side
        out = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)][side], float)
        half = np.array([sheet.side, sheet.high]) / 2
        beside = np.array([abs(out[1]), abs(out[0])]) * edge * 2 * half
        middle = np.array([sheet.x, sheet.y]) + beside + out * (half + long - reach * sheet.side)
        along, across = _axes(plane, middle, float(np.arctan2(out[1], out[0])) + chance.normal(0, 0.25))
        inside = np.clip((1 - (along / long) ** 2 - (across / wide) ** 2) * 12, 0, 1)
        skin = np.float32(chance.uniform(70, 190)) * (0.75 + 0.25 * np.clip(1 - (across / wide) ** 2, 0, 1))
        plane = np.asarray(plane * (1 - inside) + skin * inside, np.float32)
    return plane


def faded(sheet: Sheet, chance: Chance) -> Plane:
    """Heat and light have greyed the paper and taken the black, here more than there."""
    uneven = _patches(sheet, chance, 5)
    left = np.float32(chance.uniform(0.1, 0.32)) * (0.55 + 0.9 * uneven)
    return np.asarray(205 - 22 * (1 - uneven) + (sheet.plane - 222) * left, np.float32)


def heated(sheet: Sheet, chance: Chance) -> Plane:
    """The paper lay beside something hot or was rubbed: parts of it have turned grey or nearly black."""
    black = np.clip(_patches(sheet, chance, 4) * 2.2 - 0.9, 0, 1) * np.float32(chance.uniform(0.4, 0.85))
    return np.asarray(sheet.plane * (1 - black) + 62 * black, np.float32)


def creased(sheet: Sheet, chance: Chance) -> Plane:
    """It was folded: the print is rubbed off along the folds, and each part catches the light and lies differently."""
    plane = sheet.plane.copy()
    for _ in range(int(chance.integers(1, 4))):
        angle = chance.choice([0.0, np.pi / 2]) + chance.normal(0, 0.15)
        along, off = _axes(plane, _point(sheet, chance, 0.42), angle)
        bend = np.float32(chance.uniform(-0.05, 0.05)) * np.maximum(off, 0)
        rows, columns = _grid(plane)
        plane = np.asarray(cv2.remap(plane, columns + bend * np.float32(np.sin(angle)),
                                     rows - bend * np.float32(np.cos(angle)), cv2.INTER_LINEAR,
                                     borderMode=cv2.BORDER_REPLICATE), np.float32)  # fmt: skip
        plane *= np.where(off > 0, np.float32(chance.uniform(0.65, 1.12)), np.float32(1))
        worn = np.exp(-((off / (chance.uniform(0.004, 0.018) * sheet.side)) ** 2))
        worn *= chance.uniform(0.4, 1.0, plane.shape).astype(np.float32) + 0 * along
        plane += worn * (225 - plane)
    return plane


def crumpled(sheet: Sheet, chance: Chance) -> Plane:
    """It was in a fist: facets that lie and shine differently, and worn ridges between them."""
    height, width = sheet.plane.shape
    cells = (int(chance.integers(5, 9)), int(chance.integers(5, 9)))
    rows, columns = _grid(sheet.plane)
    push = np.float32(chance.uniform(0.001, 0.011) * sheet.side)
    across, down = (
        cv2.resize(chance.normal(0, 1, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        for _ in range(2)
    )
    bent = cv2.remap(sheet.plane, columns + push * across, rows + push * down, cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    slope = cv2.Sobel(across + down, cv2.CV_32F, 1, 1, ksize=1) + (across - down) * np.float32(0.04)
    return np.asarray(bent * np.clip(1 + 3 * slope, 0.55, 1.25), np.float32)


def streaked(sheet: Sheet, chance: Chance) -> Plane:
    """A worn print head: dots of it that never print, some that always do, and bands where the paper ran unevenly."""
    plane = sheet.plane.copy()
    height, width = plane.shape
    for _ in range(int(chance.integers(1, 7))):
        column = int(np.clip(sheet.x + chance.uniform(-0.5, 0.5) * sheet.side, 0, width - 8))
        plane[:, column : column + int(chance.integers(2, 6))] = chance.choice([225.0, 225.0, 60.0])
    bands = cv2.resize(chance.random((int(chance.integers(12, 60)), 1)).astype(np.float32), (1, height))
    return np.asarray(225 + (plane - 225) * (1 - np.float32(chance.uniform(0.1, 0.55)) * bands), np.float32)


def curled(sheet: Sheet, chance: Chance) -> Plane:
    """Paper from a roll stays a part of a cylinder, about either axis: narrower and darker towards its ends."""
    lying = chance.random() < 0.5
    plane = np.ascontiguousarray(sheet.plane.T) if lying else sheet.plane
    height, width = plane.shape
    angle = np.radians(chance.uniform(60, 125))
    across = np.linspace(-1, 1, width, dtype=np.float32) * np.float32(np.sin(angle / 2))
    bent = np.arcsin(across) / np.float32(angle / 2)
    source = np.broadcast_to((bent + 1) / 2 * (width - 1), (height, width)).astype(np.float32)
    rows = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width))
    shade = np.sqrt(1 - across**2) * 0.6 + 0.4
    shown = np.asarray(cv2.remap(plane, source, rows.copy(), cv2.INTER_LINEAR) * shade, np.float32)
    return np.ascontiguousarray(shown.T) if lying else shown


def _point(sheet: Sheet, chance: Chance, within: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    off = chance.uniform(-within, within, 2) * (sheet.side, sheet.high)
    return np.asarray((sheet.x + off[0], sheet.y + off[1]))


def _axes(plane: Plane, middle: np.ndarray[tuple[int], np.dtype[np.float64]], angle: float) -> tuple[Plane, Plane]:
    """For each point of the plane: how far it is from `middle` along a direction, and across it."""
    rows, columns = _grid(plane)
    x, y = columns - np.float32(middle[0]), rows - np.float32(middle[1])
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cos + y * sin, y * cos - x * sin


def _grid(plane: Plane) -> tuple[Plane, Plane]:
    """Row and column of each point."""
    height, width = plane.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return rows, columns


def _patches(sheet: Sheet, chance: Chance, cells: int) -> Plane:
    """Smooth patches of 0 to 1, a few across the code."""
    height, width = sheet.plane.shape
    step = sheet.side / cells * 2
    coarse = chance.random((max(2, int(height / step)), max(2, int(width / step)))).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1), np.float32)
