"""Reads the codes in pictures: every frame of the gate's camera within milliseconds, a picture file with patience.

zxing-cpp reads most codes at once. What it misses is mostly blurred, dark, small or behind glare, and is read from a
changed copy of the picture: sharpened, smoothed, halved. Other readers (zbar, and zxing-cpp for Code 128) cost more
than they find, so that they get a frame only now and then. Nothing but printable ASCII ever comes out: our codes
have nothing else, and zbar turns other bytes into wrong text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from gate.picture import enlarged, load_grey, no_larger_than, with_margin
from gate.scene import CodePlaces

Grey = NDArray[np.uint8]
"""A grey picture, rows × columns, 0 black to 255 white."""

QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
LINEAR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
LONGEST_TEXT = 512
FIRST_LOOK = 1280
"""Pixels. The long side to which a picture file is reduced at first: codes held up to a camera are not finer."""

SMALL_ENOUGH_FOR_BOTH = 4_000_000
"""Pixels up to which a picture file is read in full size as well, whatever the reduced copy gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One way to look for QR codes: change the picture, then read it. In a live frame of `at_most` pixels only."""

    prepare: Callable[[Grey], Grey]
    inverted: bool = False
    whole_histogram: bool = False
    at_most: int = 1 << 32


def _as_it_is(grey: Grey) -> Grey:
    return grey


def _negative(grey: Grey) -> Grey:
    return np.bitwise_not(grey)


def _half(grey: Grey) -> Grey:
    height, width = grey.shape
    size = (max(1, width // 2), max(1, height // 2))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _smooth(grey: Grey) -> Grey:
    return np.asarray(cv2.medianBlur(grey, 3), np.uint8)


def _sharp(grey: Grey) -> Grey:
    """Unsharp mask with a box: three times the picture less two times its 5×5 mean."""
    return np.asarray(cv2.addWeighted(grey, 3.0, cv2.blur(grey, (5, 5)), -2.0, 0.0), np.uint8)


def _larger(grey: Grey) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR), np.uint8)


def _larger_and_sharp(grey: Grey) -> Grey:
    return _sharp(_larger(grey))


FIRST_TRY = Try(prepare=_as_it_is)
SECOND_TRIES = (
    Try(prepare=_negative),
    Try(prepare=_half, inverted=True),
    Try(prepare=_sharp, inverted=True),
    Try(prepare=_smooth),
    Try(prepare=_sharp, whole_histogram=True),
    Try(prepare=_larger, at_most=400_000),
    Try(prepare=_larger_and_sharp, at_most=400_000),
)
"""In this order until one finds something; chosen by what each one adds per millisecond."""

PATIENT_TRIES = (
    FIRST_TRY,
    *SECOND_TRIES,
    Try(prepare=partial(with_margin, level=255)),
    Try(prepare=partial(with_margin, level=0), inverted=True),
)


class Seldom:
    """Says whether it is the turn of a reader that is too slow for every frame.

    One frame in `period`; one in `soon` for the `patience` frames after it found something, so that a code that only
    this reader can read does not seem to come and go.
    """

    def __init__(self, period: int, *, soon: int, patience: int = 30, waited: int = 0) -> None:
        self._period = period
        self._soon = soon
        self._patience = patience
        self._waited = waited
        self._left = 0

    def due(self) -> bool:
        """Count one frame; whether it is this reader's."""
        self._waited += 1
        self._left = max(0, self._left - 1)
        if self._waited < (self._soon if self._left else self._period):
            return False
        self._waited = 0
        return True

    def found(self) -> None:
        """Look more often for a while."""
        self._left = self._patience


class CodeReader:
    """Reads codes from the frames of one camera, and from files. It learns what that camera sees all day.

    Used from one thread. Every frame gets one quick look for dark codes on light; where a frame has the texture of a
    code and none was read, that part is looked at again and harder, light on dark included.
    """

    def __init__(self) -> None:
        self._places = CodePlaces()
        self._linear = Seldom(8, soon=1)
        self._linear_on_its_side = Seldom(8, soon=1, waited=4)
        self._zbar = Seldom(15, soon=4)

    def read(self, grey: Grey) -> list[str]:
        """Return the texts of the codes in one frame (rows × columns of uint8), each once; [] when there are none."""
        place = self._places.find(grey)
        if found := _read_qr(grey, FIRST_TRY):
            return found
        if place is not None:
            part = np.ascontiguousarray(grey[place])
            for way in SECOND_TRIES:
                if part.size <= way.at_most and (found := _read_qr(part, way)):
                    return found
            if self._zbar.due() and (found := _read_zbar(part)):
                self._zbar.found()
                return found
        for turn, turned in ((self._linear, False), (self._linear_on_its_side, True)):
            if turn.due() and (found := _read_linear(grey, on_its_side=turned)):
                turn.found()
                return found
        return []

    def read_picture(self, path: Path) -> list[str]:
        """Return the texts of all codes in a picture file, each once. Takes its time: every reader, every way.

        Raises OSError saying why when the file cannot be read or is no picture.
        """
        grey = load_grey(path)
        reduced = no_larger_than(grey, FIRST_LOOK)
        found = _read_patiently(reduced)
        if reduced is not grey and (not found or grey.size <= SMALL_ENOUGH_FOR_BOTH):
            found += _read_patiently(grey)
        return list(dict.fromkeys(found))


def _read_patiently(grey: Grey) -> list[str]:
    grey = enlarged(grey)
    found = [text for way in PATIENT_TRIES for text in _read_qr(grey, way)]
    found += _read_linear(grey) + _read_linear(grey, on_its_side=True) + _read_zbar(grey)
    return list(dict.fromkeys(found))


def _read_qr(grey: Grey, way: Try) -> list[str]:
    binarizer = zxingcpp.Binarizer.GlobalHistogram if way.whole_histogram else zxingcpp.Binarizer.LocalAverage
    codes = zxingcpp.read_barcodes(way.prepare(grey), formats=QR, try_invert=way.inverted, binarizer=binarizer)
    return _texts([code.bytes for code in codes])


def _read_linear(grey: Grey, *, on_its_side: bool = False) -> list[str]:
    """Read Code 128 with its bars upright, or lying, give or take 10°: all directions at once cost three times that."""
    turned = np.ascontiguousarray(np.rot90(grey)) if on_its_side else grey
    codes = zxingcpp.read_barcodes(turned, formats=LINEAR, try_invert=False, try_rotate=False, try_downscale=False)
    return _texts([code.bytes for code in codes])


def _read_zbar(grey: Grey) -> list[str]:
    return _texts([code.data for code in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])])


def _texts(payloads: list[bytes]) -> list[str]:
    """Keep what is printable ASCII of a sensible length, each once."""
    good = [data for data in payloads if 0 < len(data) <= LONGEST_TEXT and all(0x20 <= byte < 0x7F for byte in data)]
    return list(dict.fromkeys(data.decode("ascii") for data in good))
