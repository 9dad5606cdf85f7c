"""How a camera sees what is held up: where it is, the lens, the shutter, the sensor, and what the camera then does."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from station.bench.sheet import Chance, Plane, Sheet

Grey = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
FOCAL = 1.4 * WIDTH
"""Pixels: a lens 40° wide."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How the camera sees it: each a range, or the most to either side.

    `module` and `side`: pixels of a module, and the most that the code's side has in the frame. `lean`, `turn`:
    degrees out of the frame's plane and in it. `defocus`: radius of the disc of confusion; `movement`: length of the
    path while the shutter is open; both in pixels. `gain`: exposure, 1 is right. `noise`: grey levels. `moire`: how
    strong the screen's points are seen one by one. `flicker`: depth of the bands that a pulsing light leaves in a
    rolling shutter. `quality`: of the JPEG. `bulge`: of the lens, at the frame's corner. `sharpen`: the camera's own.
    """

    module: Range = (3.0, 7.0)
    side: Range = (60, 520)
    lean: float = 16.0
    turn: float = 14.0
    defocus: Range = (0.3, 1.3)
    movement: Range = (0, 1.5)
    gain: Range = (0.8, 1.12)
    noise: Range = (1.5, 5)
    moire: Range = (0, 0)
    flicker: Range = (0, 0.08)
    quality: tuple[int, int] = (55, 92)
    bulge: float = 0.04
    sharpen: Range = (0, 1.0)


def seen(sheet: Sheet, plane: Plane, view: View, background: Grey, chance: Chance) -> Grey:
    """The frame that the camera sends, in grey."""
    moved = chance.uniform(*view.movement)
    direction = chance.uniform(0, np.pi)
    side = float(np.clip(chance.uniform(*view.module) * sheet.modules, *view.side))
    columns, rows = _onto_sheet(sheet, side, view, moved * np.cos(direction), chance)
    shrunk = max(1.0, sheet.side / side)
    soft = cv2.GaussianBlur(plane, (0, 0), 0.4 * shrunk)  # a sensor's point sees an area
    frame = np.asarray(cv2.remap(soft, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
    height, width = plane.shape
    inside = np.minimum(np.minimum(columns, width - 1 - columns), np.minimum(rows, height - 1 - rows))
    mask = np.clip(inside / np.float32(shrunk) + np.float32(0.5), 0, 1)
    if view.moire[1]:
        frame = frame * _points_of_the_screen(columns, rows, chance.uniform(*view.moire))
    light = background.astype(np.float32) * (1 - mask) + frame * mask
    light = cv2.filter2D(light, -1, _disc(chance.uniform(*view.defocus)))
    if moved > 1:
        light = cv2.filter2D(light, -1, _trace(moved, direction))
    light = light * np.float32(chance.uniform(*view.gain)) * _shade(view, chance)
    return _sent(np.asarray(light, np.float32), view, chance)


def _onto_sheet(sheet: Sheet, side: float, view: View, rolling: float, chance: Chance) -> tuple[Plane, Plane]:
    """For each pixel, the point of the sheet that it looks at: columns and rows.

    `rolling`: pixels that the sheet moves while one frame's rows are read out, a few times what it moves while the
    shutter is open.
    """
    tilt, swing = np.radians(chance.uniform(-view.lean, view.lean, 2))
    turn = np.radians(chance.uniform(-view.turn, view.turn))
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_y = np.array([[np.cos(swing), 0, np.sin(swing)], [0, 1, 0], [-np.sin(swing), 0, np.cos(swing)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    turned = about_y @ about_x @ about_z
    scale = side / sheet.side
    half = np.abs(turned[:2, :2]) @ np.array([sheet.side, sheet.high]) * scale / 2 + 12
    room_x, room_y = max(0.0, WIDTH / 2 - half[0]), max(0.0, HEIGHT / 2 - half[1])
    x = WIDTH / 2 + chance.uniform(-1, 1) * room_x
    y = HEIGHT / 2 + chance.uniform(-1, 1) * room_y
    lens = np.array([[FOCAL, 0, x], [0, FOCAL, y], [0, 0, 1.0]])
    placed = np.column_stack((turned[:, 0] * scale, turned[:, 1] * scale, np.array([0, 0, FOCAL])))
    back = np.linalg.inv(lens @ placed).astype(np.float32)
    rows, columns = _grid()
    columns = columns + np.float32(chance.uniform(1, 3) * rolling / HEIGHT) * (rows - HEIGHT / 2)
    away_x, away_y = columns - WIDTH / 2, rows - HEIGHT / 2
    bulge = 1 + np.float32(chance.uniform(-view.bulge, view.bulge) / (WIDTH**2 + HEIGHT**2) * 4) * (
        away_x**2 + away_y**2
    )
    columns, rows = WIDTH / 2 + away_x * bulge, HEIGHT / 2 + away_y * bulge
    depth = back[2, 0] * columns + back[2, 1] * rows + back[2, 2]
    depth = np.where(depth > 1e-9, depth, np.float32(1e-9))
    over = (back[0, 0] * columns + back[0, 1] * rows + back[0, 2]) / depth + np.float32(sheet.x)
    down = (back[1, 0] * columns + back[1, 1] * rows + back[1, 2]) / depth + np.float32(sheet.y)
    return np.clip(over, -1e5, 1e5).astype(np.float32), np.clip(down, -1e5, 1e5).astype(np.float32)


def _points_of_the_screen(columns: Plane, rows: Plane, strength: float) -> Plane:
    """The grid of a screen's points, each of a red, a green and a blue stripe, taken point by point by a Bayer sensor.

    What is finer than the sensor's own grid comes out as broad waves: nothing is drawn, it is sampling that does it.
    """
    stripe = np.zeros((HEIGHT, WIDTH), np.float32)
    stripe[0::2, 1::2] = stripe[1::2, 0::2] = 1 / 3  # green between red and blue
    stripe[1::2, 1::2] = 2 / 3
    turn = np.float32(2 * np.pi)
    across = np.cos(turn * (columns - stripe)) + np.float32(0.4) * np.cos(2 * turn * (columns - stripe))
    down = np.cos(turn * rows) + np.float32(0.4) * np.cos(2 * turn * rows)
    seen_so = 1 + np.float32(0.5 * strength) * across + np.float32(0.5 * strength) * down
    return np.asarray(cv2.blur(np.maximum(seen_so, 0), (2, 2)), np.float32)  # the camera fills in colours


def _shade(view: View, chance: Chance) -> Plane:
    """Uneven light from one side, a darker rim, and bands of a light that pulses while the rows are read out."""
    rows, columns = _grid()
    slope = chance.uniform(-0.3, 0.3, 2)
    even = 1 + np.float32(slope[0]) * (columns / WIDTH - 0.5) + np.float32(slope[1]) * (rows / HEIGHT - 0.5)
    far = ((columns - WIDTH / 2) ** 2 + (rows - HEIGHT / 2) ** 2) / (WIDTH**2 + HEIGHT**2) * 4
    phase = rows[:, :1] * np.float32(2 * np.pi / chance.uniform(40, 500)) + np.float32(chance.uniform(0, 6.3))
    bands = 1 + np.float32(chance.uniform(*view.flicker)) * np.sin(phase)
    return np.asarray(even * (1 - np.float32(chance.uniform(0, 0.3)) * far) * bands, np.float32)


def _sent(light: Plane, view: View, chance: Chance) -> Grey:
    """Noise that grows with the light, the camera's own smoothing and sharpening, full wells, and JPEG."""
    noise = chance.uniform(*view.noise)
    grain = chance.standard_normal(light.shape, np.float32)
    light = light + grain * np.float32(noise) * np.sqrt(np.clip(light, 4, 255) / np.float32(128))
    light = np.clip(light, 0, 255)
    if chance.random() < 0.4:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), chance.uniform(0.4, 0.9)), np.float32)
    if (sharpen := chance.uniform(*view.sharpen)) > 0.1:
        light = light + np.float32(sharpen) * (light - cv2.GaussianBlur(light, (0, 0), 1.2))
    if chance.random() < 0.3:
        light = 255 * np.power(np.clip(light, 0, 255) / 255, np.float32(chance.uniform(0.7, 1.4)))
    quality = int(chance.integers(*view.quality))
    sent = cv2.imencode(".jpg", np.clip(light, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(sent, cv2.IMREAD_GRAYSCALE), np.uint8)


@cache
def _grid() -> tuple[Plane, Plane]:
    """Row and column of each pixel; not to be written to."""
    columns, rows = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    return rows, columns


def _disc(radius: float) -> Plane:
    """The disc that a point becomes out of focus, as a kernel; with the lens's own small blur."""
    size = 2 * int(np.ceil(radius + 2)) + 1
    rows, columns = np.mgrid[:size, :size].astype(np.float32) - np.float32(size // 2)
    kernel = np.clip(radius + 0.5 - np.hypot(rows, columns), 0, 1).astype(np.float32)
    kernel = cv2.GaussianBlur(kernel, (0, 0), 0.45, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _trace(length: float, angle: float) -> Plane:
    """The path of a point while the shutter is open, as a kernel."""
    size = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((size, size), np.float32)
    middle, step = size // 2, np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = [(round(8 * (middle + sign * step[0])), round(8 * (middle + sign * step[1]))) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 3)
    return np.asarray(kernel / kernel.sum(), np.float32)
