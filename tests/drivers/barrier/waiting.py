"""Waiting for what a device does in its own time."""

import time
from collections.abc import Callable


def eventually(true: Callable[[], object], seconds: float = 3.0) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.005)
    return False
