"""The ways to read codes in a picture, from the quickest to the most stubborn: what each looks at, and what it costs.

zxing-cpp reads most codes at once. What it misses is mostly light on dark, blurred, small, washed out or hidden in
part, and is read from a changed copy of the picture, module by module (gate.damaged), or by zbar. Each was chosen by
what it adds for its time; docs/benchmarks.md has the table.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from gate.damaged import MODEL_2, read_damaged
from gate.picture import with_margin

Grey = NDArray[np.uint8]
"""A grey picture, rows × columns, 0 black to 255 white."""

BRIGHT_PART = np.clip((np.arange(256) - 128) * 2, 0, 255).astype(np.uint8)
PLAIN = zxingcpp.TextMode.Plain
LINEAR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
FEWEST_BARS = 5
"""Characters. A Code 128 has one check character for all: shorter ones are found in fences and shutters."""

SUSPECT_SIDE = 24
"""Pixels. What was found smaller has modules of less than a pixel, or is none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suspect:
    """A code that was found in `grey` and not read."""

    grey: Grey
    code: zxingcpp.Barcode


@dataclass(slots=True, kw_only=True)
class View:
    """A part of a picture in which codes are looked for: `grey` for squares, `bars` for bars."""

    grey: Grey
    bars: Grey | None = None
    suspects: list[Suspect] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to read a view. `cost`: milliseconds for a million pixels, about; `once`: or in all, however large."""

    name: str
    read: Callable[[View], list[str]]
    cost: float
    once: bool = False


def read_quickly(view: View) -> list[str]:
    """Look once for dark QR codes on light; remember those that were found and could not be read."""
    return _zxing(view, view.grey, remember=True)


def _changed(change: Callable[[Grey], Grey], view: View, *, inverted: bool = False) -> list[str]:
    return _zxing(view, change(view.grey), inverted=inverted)


def _zxing(view: View, grey: Grey, *, inverted: bool = False, remember: bool = False) -> list[str]:
    """A suspect is only remembered where it was seen in its own place."""
    codes = zxingcpp.read_barcodes(grey, formats=MODEL_2, try_invert=inverted, return_errors=True, text_mode=PLAIN)
    read = [code for code in codes if code.valid]
    if remember or grey.shape == view.grey.shape:
        view.suspects += [
            Suspect(grey=view.grey, code=code) for code in codes if not code.valid and _worth_a_look(code, read)
        ]
    return texts(read)


def _worth_a_look(code: zxingcpp.Barcode, read: Iterable[zxingcpp.Barcode]) -> bool:
    """Large enough, and not a part of what was read."""
    if code.error is None or code.error.type != zxingcpp.ErrorType.Checksum:
        return False
    left, top, right, bottom = _box(code)
    x, y = (left + right) / 2, (top + bottom) / 2
    inside = any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in map(_box, read))
    return not inside and max(right - left, bottom - top) >= SUSPECT_SIDE


def _box(code: zxingcpp.Barcode) -> tuple[int, int, int, int]:
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    columns, rows = [each.x for each in corners], [each.y for each in corners]
    return min(columns), min(rows), max(columns), max(rows)


def read_suspect(view: View) -> list[str]:
    """The largest suspect, module by module; the next one when it is asked again."""
    if not view.suspects:
        return []
    largest = max(view.suspects, key=_size)
    view.suspects.remove(largest)
    text = read_damaged(largest.grey, largest.code)
    return [text] if text is not None and _is_text(text) else []


def _size(suspect: Suspect) -> int:
    left, top, right, bottom = _box(suspect.code)
    return right - left + bottom - top


def _all_suspects(view: View) -> list[str]:
    found: list[str] = []
    while view.suspects:
        found += read_suspect(view)
    return found


def _bars(view: View, *, on_its_side: bool = False, any_way: bool = False) -> list[str]:
    """Read Code 128 with its bars upright, or lying, give or take 10°: all directions at once cost three times that."""
    if view.bars is None:
        return []
    turned = np.ascontiguousarray(np.rot90(view.bars)) if on_its_side else view.bars
    codes = zxingcpp.read_barcodes(
        turned, formats=LINEAR, try_invert=any_way, try_rotate=any_way, try_downscale=any_way
    )
    return [text for text in texts(codes) if len(text) >= FEWEST_BARS]


def _slanted_bars(view: View) -> list[str]:
    """Code 128 at every 15°: nobody waits for it at a gate, but a picture may lie as it likes."""
    if view.bars is None:
        return []
    height, width = view.bars.shape
    side = int(np.hypot(height, width)) + 1
    for angle in range(15, 180, 15):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        turn[:, 2] += ((side - width) / 2, (side - height) / 2)
        turned = np.asarray(cv2.warpAffine(view.bars, turn, (side, side), borderValue=255), np.uint8)
        if found := _bars(View(grey=turned, bars=turned)):
            return found
    return []


def _zbar(view: View, *, change: Callable[[Grey], Grey] | None = None, bars: bool = False) -> list[str]:
    """zbar turns bytes that are not ASCII into wrong text: what has any is not taken from it."""
    kinds = [pyzbar.ZBarSymbol.QRCODE] + ([pyzbar.ZBarSymbol.CODE128] if bars else [])
    found = [
        code.data.decode("ascii", "replace")
        for code in pyzbar.decode(change(view.grey) if change else view.grey, symbols=kinds)
        if code.type == "QRCODE" or len(code.data) >= FEWEST_BARS
    ]
    return [text for text in dict.fromkeys(found) if _is_text(text) and "\N{REPLACEMENT CHARACTER}" not in text]


def texts(codes: Iterable[zxingcpp.Barcode]) -> list[str]:
    """The texts of codes, each once. A code with bytes that are no text has none."""
    return [text for text in dict.fromkeys(code.text for code in codes) if _is_text(text)]


def _is_text(text: str) -> bool:
    """Not empty, and without control characters other than those that part words and lines."""
    return bool(text) and not any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text)


def _negative(grey: Grey) -> Grey:
    return np.bitwise_not(grey)


def _scaled(grey: Grey, times: float) -> Grey:
    height, width = grey.shape
    size = (max(1, int(width * times)), max(1, int(height * times)))
    how = cv2.INTER_AREA if times < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def _sharp(grey: Grey, across: int = 5, much: float = 2.0) -> Grey:
    """Unsharp mask with a box: the picture, and `much` times what it differs from its mean."""
    return np.asarray(cv2.addWeighted(grey, 1 + much, cv2.blur(grey, (across, across)), -much, 0.0), np.uint8)


def _larger_and_sharp(grey: Grey, times: float, across: int) -> Grey:
    return _sharp(_scaled(grey, times), across)


def _bright_part(grey: Grey) -> Grey:
    """Only the upper half of the light, stretched: what glare has washed out."""
    return np.asarray(cv2.LUT(grey, BRIGHT_PART), np.uint8)


def _opened(grey: Grey) -> Grey:
    """Light specks in the dark taken away."""
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def _smooth(grey: Grey) -> Grey:
    return np.asarray(cv2.medianBlur(grey, 3), np.uint8)


def _thresholded(grey: Grey) -> Grey:
    return np.asarray(cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 25, 5), np.uint8)


LADDER = (
    Way(name="half size, inverted too", read=partial(_changed, partial(_scaled, times=0.5), inverted=True), cost=1.6),
    Way(name="bars upright", read=_bars, cost=3),
    Way(name="negative", read=partial(_changed, _negative), cost=3),
    Way(name="sharpened, inverted too", read=partial(_changed, _sharp, inverted=True), cost=7),
    Way(name="the bright part", read=partial(_changed, _bright_part), cost=3),
    Way(name="module by module", read=read_suspect, cost=20, once=True),
    Way(name="1.5 times as large, sharpened",
        read=partial(_changed, partial(_larger_and_sharp, times=1.5, across=5)), cost=13),
    Way(name="bars lying", read=partial(_bars, on_its_side=True), cost=3),
    Way(name="sharpened more widely", read=partial(_changed, partial(_sharp, across=9)), cost=7),
    Way(name="opened", read=partial(_changed, _opened), cost=3),
    Way(name="twice as large, sharpened",
        read=partial(_changed, partial(_larger_and_sharp, times=2.0, across=7)), cost=26),
    Way(name="zbar, bars too", read=partial(_zbar, bars=True), cost=50),
    Way(name="smoothed", read=partial(_changed, _smooth), cost=3),
)  # fmt: skip
"""In this order; a camera goes on from frame to frame where it stopped, a picture file has all of them."""

PATIENT = (
    Way(name="a light margin", read=partial(_changed, partial(with_margin, level=255)), cost=4),
    Way(name="a dark margin", read=partial(_changed, partial(with_margin, level=0), inverted=True), cost=6),
    Way(name="module by module, all", read=_all_suspects, cost=100, once=True),
    Way(name="slanted bars", read=_slanted_bars, cost=60),
    Way(name="zbar, sharpened", read=partial(_zbar, change=_sharp), cost=60),
    Way(name="zbar, thresholded", read=partial(_zbar, change=_thresholded), cost=60),
    Way(name="three times as large, sharpened",
        read=partial(_changed, partial(_larger_and_sharp, times=3.0, across=9)), cost=60),
)  # fmt: skip
"""Further ways for a picture file in which nothing else was read."""
