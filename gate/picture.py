"""Picture files as grey arrays that a code reader can use."""

import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

LARGEST_PICTURE = 120_000_000
"""Pixels. More is no photograph; it would only fill the memory."""

SMALL_PICTURE = 400
"""Pixels. A shorter long side means that the code's modules may be of one or two pixels, and is enlarged."""


def load_grey(path: Path) -> NDArray[np.uint8]:
    """Return the picture in grey, the right way up, what is transparent in white.

    Raises OSError saying why it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have our own limit
            picture = Image.open(path)
        with picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise OSError(f"{picture.width} × {picture.height} pixels are too many")
            return _grey(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, SyntaxError, ValueError, EOFError) as error:  # Pillow's words for a bad file
        raise OSError(f"cannot be read as a picture ({error})") from error


def _grey(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode.startswith(("I", "F")):
        deep = np.asarray(picture, np.float64)
        return np.asarray(np.clip(deep * (255.0 / max(1.0, float(deep.max()))), 0, 255), np.uint8)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return np.asarray(Image.alpha_composite(paper, clear).convert("L"), np.uint8)
    return np.asarray(picture.convert("L"), np.uint8)


def no_larger_than(grey: NDArray[np.uint8], long_side: int) -> NDArray[np.uint8]:
    """Return the picture reduced to `long_side`, or itself when it is not larger."""
    height, width = grey.shape
    scale = long_side / max(height, width)
    if scale >= 1:
        return grey
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def enlarged(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a small picture with every pixel made larger, or itself when it is not small."""
    times = SMALL_PICTURE // max(grey.shape)
    return grey if times < 2 else np.repeat(np.repeat(grey, times, axis=0), times, axis=1)


def with_margin(grey: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
    """Return the picture with a margin of this grey level: a code cut out at its edge has no quiet zone."""
    return np.pad(grey, max(16, max(grey.shape) // 16), constant_values=level)
