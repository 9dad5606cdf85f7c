"""Pictures as a gate's camera takes them: phones and printed tickets held up in fourteen kinds of trouble.

Everything comes from a seed: the same number gives the same pictures on every machine. The ranges were set once, by
what phones, paper and lenses do, and are not fitted to any reader. Real photographs are another matter; see
docs/benchmarks.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera.simulated_scene import HEIGHT, WIDTH, Scene
from station.bench import held, imagined
from station.bench.held import Chance, Plane, Sheet
from tickets.credential import Ticket
from tickets.numbers import TicketNumber

Grey = NDArray[np.uint8]

JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture, what kind of trouble it shows, and the text that is in it."""

    kind: str
    text: str = field(repr=False)
    grey: Grey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How the camera sees it: each a range, or the most to either side.

    Angles in degrees; the code's side in the frame, the blur's σ and the length of a movement in pixels; noise in grey
    levels.
    """

    side: tuple[float, float] = (190, 380)
    lean: float = 14.0
    turn: float = 12.0
    blur: tuple[float, float] = (0.5, 1.1)
    movement: tuple[float, float] = (0, 0)
    gain: tuple[float, float] = (0.85, 1.05)
    noise: tuple[float, float] = (2, 5)
    moire: tuple[float, float] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of trouble: what is held up, what has happened to it, and how it is seen."""

    hold: Callable[[Ticket, Chance], tuple[str, Sheet]]
    spoil: Callable[[Sheet, Chance], Plane] = lambda sheet, _: sheet.plane
    view: View = View()


def pictures(each: int, seed: int = 1) -> Iterator[Picture]:
    """Yield `each` pictures of every kind, one kind after the other, then all again."""
    backgrounds = Scene(seed)
    for turn in range(each):
        for at, (name, kind) in enumerate(KINDS.items()):
            chance = np.random.default_rng((seed, turn, at))
            ticket = Ticket(
                TicketNumber(imagined.TILL_PREFIX << 40 | int(chance.integers(1 << 40))),
                imagined.EXPIRES,
                imagined.journey(turn),
            )
            text, sheet = kind.hold(ticket, chance)
            spoilt = kind.spoil(sheet, chance)
            grey = _seen(sheet, spoilt, kind.view, backgrounds.frame(), chance)
            yield Picture(kind=name, text=text, grey=grey)


def printed_page(seed: int = 1) -> Iterator[Grey]:
    """Yield frames in which somebody holds a page full of print, without a code on it."""
    chance, backgrounds = np.random.default_rng(seed), Scene(seed)
    page = np.full((1400, 1000), 225, np.uint8)
    for row in range(40, 1360, 26):
        words = "".join(chr(int(letter)) for letter in chance.integers(97, 123, 70))
        cv2.putText(page, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 40, 1, cv2.LINE_AA)
    sheet = Sheet(plane=page.astype(np.float32), x=500, y=700, side=400)
    while True:
        yield _seen(sheet, sheet.plane, View(side=(240, 240)), backgrounds.frame(), chance)


def _seen(sheet: Sheet, plane: Plane, view: View, background: Grey, chance: Chance) -> Grey:
    to_frame = _projection(sheet, view, chance)
    shrunk = max(1.0, sheet.side / view.side[1])
    soft = cv2.GaussianBlur(plane, (0, 0), 0.45 * shrunk)  # a lens sees areas, not points
    frame = cv2.warpPerspective(soft, to_frame, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.ones(plane.shape, np.float32), to_frame, (WIDTH, HEIGHT))
    light = background.astype(np.float32) * (1 - mask) + frame * mask
    if view.moire[1]:
        light *= 1 + mask * _beat(view, chance)
    light = cv2.GaussianBlur(light, (0, 0), chance.uniform(*view.blur))
    if view.movement[1]:
        light = cv2.filter2D(light, -1, _trace(chance.uniform(*view.movement), chance.uniform(0, np.pi)))
    light = light * chance.uniform(*view.gain)
    light += chance.normal(0, chance.uniform(*view.noise), light.shape).astype(np.float32)
    sent = cv2.imencode(".jpg", np.clip(light, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return np.asarray(cv2.imdecode(sent, cv2.IMREAD_GRAYSCALE), np.uint8)


def _projection(sheet: Sheet, view: View, chance: Chance) -> NDArray[np.float64]:
    """The matrix that leads from a point of the sheet to a point of the frame, for a lens 40° wide."""
    tilt, swing = np.radians(chance.uniform(-view.lean, view.lean, 2))
    turn = np.radians(chance.uniform(-view.turn, view.turn))
    side = chance.uniform(*view.side)
    focal, scale = 1.4 * WIDTH, side / sheet.side
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_y = np.array([[np.cos(swing), 0, np.sin(swing)], [0, 1, 0], [-np.sin(swing), 0, np.cos(swing)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    turned = about_y @ about_x @ about_z
    x, y = WIDTH * chance.uniform(0.35, 0.65), HEIGHT * chance.uniform(0.4, 0.6)
    lens = np.array([[focal, 0, x], [0, focal, y], [0, 0, 1.0]])
    placed = np.column_stack((turned[:, 0] * scale, turned[:, 1] * scale, np.array([0, 0, focal])))
    to_middle = np.array([[1, 0, -sheet.x], [0, 1, -sheet.y], [0, 0, 1.0]])
    return np.asarray(lens @ placed @ to_middle, np.float64)


def _beat(view: View, chance: Chance) -> Plane:
    """The screen's points and the sensor's come in and out of step."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    total = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(2):
        angle, period = chance.uniform(0, np.pi), chance.uniform(2.2, 9)
        total += np.sin((columns * np.cos(angle) + rows * np.sin(angle)) * np.float32(2 * np.pi / period))
    return total * np.float32(chance.uniform(*view.moire) / 2)


def _trace(length: float, angle: float) -> Plane:
    """The path of a point while the shutter is open, as a kernel."""
    size = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((size, size), np.float32)
    middle, step = size // 2, np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = [(round(8 * (middle + sign * step[0])), round(8 * (middle + sign * step[1]))) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 3)
    return np.asarray(kernel / kernel.sum(), np.float32)


KINDS: Mapping[str, Kind] = {
    "phone, bright": Kind(hold=held.phone, view=View(gain=(1.05, 1.45))),
    "phone, dim": Kind(hold=held.phone, spoil=held.dim, view=View(noise=(3, 7))),
    "phone, dark mode": Kind(hold=held.phone_in_dark_mode),
    "phone, tilted": Kind(hold=held.phone, view=View(lean=48, turn=180)),
    "phone, moiré": Kind(hold=held.phone, view=View(moire=(0.25, 0.7))),
    "phone, glare": Kind(hold=held.phone, spoil=held.glare),
    "phone, cracked": Kind(hold=held.phone, spoil=held.cracked),
    "phone, moving": Kind(hold=held.phone, view=View(movement=(4, 11))),
    "print, fresh": Kind(hold=held.paper),
    "print, faded": Kind(hold=held.paper, spoil=held.faded),
    "print, creased": Kind(hold=held.paper, spoil=held.creased),
    "print, curled": Kind(hold=held.paper, spoil=held.curled, view=View(side=(230, 400))),
    "print, out of focus": Kind(hold=held.paper, view=View(side=(230, 400), blur=(1.6, 3.4))),
    "print, far away": Kind(hold=held.paper, view=View(side=(140, 230), turn=180)),
}
"""Fourteen kinds; each spoils one thing and leaves the others as they are on a usual day."""
