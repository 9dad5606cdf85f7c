"""What can be printed at all: the one check that every driver makes before it touches the line."""

from drivers.printer import MAX_WIDTH


def check_picture(image: bytes, width: int, height: int) -> None:
    """Raise ValueError unless `image` is a picture of this size that fits the paper."""
    if not (0 < width <= MAX_WIDTH and height > 0):
        raise ValueError(f"{width} × {height} dots cannot be printed: at most {MAX_WIDTH} across, at least one row")
    expected = (width + 7) // 8 * height
    if len(image) != expected:
        raise ValueError(f"a picture of {width} × {height} dots has {expected} bytes, not {len(image)}")
