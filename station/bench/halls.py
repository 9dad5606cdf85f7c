"""What is before a gate's camera when no code is: halls, people, signs, and what looks like codes.

A pool of halls is drawn once from a seed; each frame is a part of one, turned, lit and grained in another way.
"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from kiosk.paper.fonts import find_fonts
from station.bench.sheet import Chance

Grey = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
LARGE = (HEIGHT * 5 // 4, WIDTH * 5 // 4)
GRAINS = 12


def halls(seed: int, count: int) -> list[Grey]:
    """Return `count` halls, each larger than a frame; any nine in a row have all kinds of things in them."""
    return [_hall(np.random.default_rng((seed, at)), at) for at in range(count)]


def frames(seed: int, count: int, pool: int = 96) -> Iterator[Grey]:
    """Yield `count` frames of 1280×720 without any code."""
    chance = np.random.default_rng((seed, 1))
    drawn = halls(seed, min(pool, count))
    grains = [chance.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32) for _ in range(GRAINS)]
    for at in range(count):
        yield seen(drawn[at % len(drawn)], grains[int(chance.integers(GRAINS))], chance)


def seen(hall: Grey, grain: NDArray[np.float32], chance: Chance) -> Grey:
    """A part of a hall as one frame. `grain`: noise of standard deviation 1, for each pixel."""
    turn, scale = chance.normal(0, 6), chance.uniform(0.85, 1.6)
    if chance.random() < 0.2:
        turn += chance.choice([90, 180, 270])
    rows, columns = hall.shape
    place = cv2.getRotationMatrix2D((columns / 2, rows / 2), turn, scale)
    place[:, 2] += (WIDTH / 2 - columns / 2, HEIGHT / 2 - rows / 2) + chance.uniform(-1, 1, 2) * (220, 160)
    frame = cv2.warpAffine(hall, place, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if chance.random() < 0.5:
        frame = cv2.GaussianBlur(frame, (0, 0), chance.uniform(0.5, 2.5))
    lit = cv2.addWeighted(frame, chance.uniform(0.4, 1.25), frame, 0, chance.uniform(0, 25), dtype=cv2.CV_32F)
    lit = cv2.scaleAdd(grain, chance.uniform(0.5, 5), lit)
    return np.asarray(cv2.convertScaleAbs(np.maximum(lit, 0)), np.uint8)


def _hall(chance: Chance, at: int) -> Grey:
    rows, columns = LARGE
    top, bottom = chance.uniform(60, 210, 2)
    image = np.repeat(np.linspace(top, bottom, rows, dtype=np.float32)[:, None], columns, axis=1)
    image += cv2.resize(chance.normal(0, 14, (6, 9)).astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(chance.integers(4, 11))):
        _box(image, chance)
    for turn in range(int(chance.integers(2, 6))):
        thing = THINGS[(at + turn * 5) % len(THINGS)] if turn < 2 else THINGS[int(chance.integers(len(THINGS)))]
        high, wide = int(chance.integers(140, 520)), int(chance.integers(160, 620))
        down, over = int(chance.integers(0, rows - high)), int(chance.integers(0, columns - wide))
        image[down : down + high, over : over + wide] = thing((high, wide), chance)
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def _box(image: NDArray[np.float32], chance: Chance) -> None:
    rows, columns = image.shape
    high, wide = int(chance.integers(40, rows)), int(chance.integers(20, 500))
    down, over = int(chance.integers(0, rows)), int(chance.integers(0, columns))
    image[down : down + high, over : over + wide] += chance.uniform(-60, 60)


Size = tuple[int, int]


def _levels(chance: Chance) -> tuple[float, float]:
    dark = chance.uniform(5, 110)
    return dark, dark + chance.uniform(40, 140)


def _print(size: Size, chance: Chance) -> NDArray[np.float32]:
    """A page, a poster, a timetable: lines of Chinese and of digits."""
    dark, light = _levels(chance)
    page = Image.new("L", (size[1], size[0]), int(light))
    draw, row = ImageDraw.Draw(page), 6
    em = int(chance.integers(9, 44))
    font = find_fonts().of(em, bold=chance.random() < 0.4)
    while row < size[0]:
        signs = chance.integers(0x4E00, 0x5E00, 60) if chance.random() < 0.6 else chance.integers(48, 91, 90)
        draw.text((6, row), "".join(chr(sign) for sign in signs), int(dark), font)
        row += int(em * 1.4)
    return np.asarray(page, np.float32)


def _stripes(size: Size, chance: Chance) -> NDArray[np.float32]:
    """A shutter, a radiator, a striped shirt: even bars."""
    dark, light = _levels(chance)
    angle = chance.choice([0, np.pi / 2, chance.uniform(0, np.pi)])
    rows, columns = np.mgrid[: size[0], : size[1]]
    wave = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / chance.uniform(4, 40))
    return np.asarray(np.where(wave > chance.uniform(-0.5, 0.5), light, dark), np.float32)


def _bars(size: Size, chance: Chance) -> NDArray[np.float32]:
    """Bars of one to four widths, as in a linear code, that spell nothing: a fence, books on a shelf, a pattern."""
    dark, light = _levels(chance)
    unit = float(chance.choice([1.0, 2.0, 3.0, 4.0, 5.0, 2.6]))
    widths = chance.integers(1, 5, size[1]) * unit
    edges = np.cumsum(widths)
    row = np.searchsorted(edges, np.arange(size[1])) % 2
    shown = np.repeat(np.where(row, light, dark)[None, :], size[0], axis=0).astype(np.float32)
    if chance.random() < 0.6:  # a quiet zone around it
        shown[:, : int(12 * unit)] = shown[:, -int(12 * unit) :] = light
        shown[: size[0] // 5] = shown[-size[0] // 5 :] = light
    return shown


def _windows(size: Size, chance: Chance) -> NDArray[np.float32]:
    """The face of a building: rows of windows, some lit."""
    shown = np.full(size, chance.uniform(40, 190), np.float32)
    step_y, step_x = int(chance.integers(10, 60)), int(chance.integers(8, 60))
    for row in range(2, size[0] - step_y, step_y):
        for column in range(2, size[1] - step_x, step_x):
            level = chance.choice([20, 60, 235, 180])
            shown[row : row + int(step_y * 0.65), column : column + int(step_x * 0.65)] = level
    return shown


def _modules(size: Size, chance: Chance) -> NDArray[np.float32]:
    """Black and white squares by chance, sometimes with the corners of a code: what it says is nothing."""
    dark, light = _levels(chance)
    count, unit = int(chance.integers(21, 70)), int(chance.integers(2, 9))
    dots = chance.integers(0, 2, (count, count))
    if chance.random() < 0.6:
        _corners(dots)
    large = np.kron(dots, np.ones((unit, unit)))
    shown = np.full(size, light, np.float32)
    rows, columns = min(size[0] - 20, len(large)), min(size[1] - 20, len(large))
    shown[10 : 10 + rows, 10 : 10 + columns] = np.where(large[:rows, :columns], dark, light)
    return shown


def _corners(dots: NDArray[np.int64]) -> None:
    finder = np.ones((7, 7), int)
    finder[1:6, 1:6], finder[2:5, 2:5] = 0, 1
    last = len(dots) - 8
    for row, column in ((0, 0), (0, last), (last, 0)):
        dots[row : row + 8, column : column + 8] = 0
        top, left = row + (row > 0), column + (column > 0)
        dots[top : top + 7, left : left + 7] = finder


def _checks(size: Size, chance: Chance) -> NDArray[np.float32]:
    """Tiles, a checked shirt, mesh."""
    dark, light = _levels(chance)
    rows, columns = np.mgrid[: size[0], : size[1]] // int(chance.integers(2, 40))
    return np.asarray(np.where((rows + columns) % 2, light, dark), np.float32)


def _rings(size: Size, chance: Chance) -> NDArray[np.float32]:
    """Squares in squares and rings in rings, in many sizes: what finds codes looks for these."""
    dark, light = _levels(chance)
    shown = np.full(size, light, np.float32)
    for _ in range(int(chance.integers(3, 14))):
        unit = int(chance.integers(2, 12))
        x, y = int(chance.integers(0, size[1])), int(chance.integers(0, size[0]))
        for reach, level in ((7, dark), (5, light), (3, dark)):
            half = reach * unit // 2
            if chance.random() < 0.7:
                cv2.rectangle(shown, (x - half, y - half), (x + half, y + half), level, -1)
            else:
                cv2.circle(shown, (x, y), half, level, -1)
    return shown


def _leaves(size: Size, chance: Chance) -> NDArray[np.float32]:
    """Leaves, gravel, hair, a coat of wool: noise of several sizes."""
    dark, light = _levels(chance)
    total = np.zeros(size, np.float32)
    for step in (2, 4, 8, 16):
        coarse = chance.normal(0, 1, (size[0] // step + 2, size[1] // step + 2)).astype(np.float32)
        total += cv2.resize(coarse, (size[1], size[0])) * np.float32(chance.uniform(0.3, 1))
    hard = chance.uniform(0.5, 6)
    return np.asarray(dark + (light - dark) / (1 + np.exp(-hard * total)), np.float32)


def _person(size: Size, chance: Chance) -> NDArray[np.float32]:
    """Somebody: a head, shoulders, a patterned coat."""
    shown = np.full(size, chance.uniform(60, 200), np.float32)
    cloth = (_stripes, _checks, _leaves)[int(chance.integers(3))](size, chance)
    mask = np.zeros(size, np.float32)
    middle, head = size[1] // 2, size[0] // 5
    cv2.ellipse(mask, (middle, size[0]), (int(size[1] * 0.42), int(size[0] * 0.62)), 0, 0, 360, 1, -1)
    shown = shown * (1 - mask) + cloth * mask
    cv2.ellipse(shown, (middle, head + 10), (int(head * 0.75), head), 0, 0, 360, chance.uniform(110, 200), -1)
    cv2.ellipse(shown, (middle, head // 2 + 8), (int(head * 0.75), head // 2), 0, 180, 360, 30, -1)
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), 1.5), np.float32)


THINGS: tuple[Callable[[Size, Chance], NDArray[np.float32]], ...] = (
    _print, _stripes, _bars, _windows, _modules, _checks, _rings, _leaves, _person,
)  # fmt: skip
