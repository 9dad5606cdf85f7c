"""Whether headphones are plugged in: as configured, or as the switch of an input device says it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

NEVER, ALWAYS = "never", "always"

_HEADPHONE_INSERT = 0x02
"""SW_HEADPHONE_INSERT of Linux's input-event-codes.h: set means inserted."""

_SWITCHES = (2 << 30) | (1 << 16) | (ord("E") << 8) | 0x1B
"""EVIOCGSW(1) of Linux's input.h: reads the first eight switches."""


def read_switches(device: Path) -> int:
    """The first eight switches of an input device as bits. Raises OSError."""
    opened = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        bits = bytearray(1)
        fcntl.ioctl(opened, _SWITCHES, bits)
        return bits[0]
    finally:
        os.close(opened)


def headphones(configured: str, read: Callable[[Path], int] = read_switches) -> Callable[[], bool]:
    """Tells whether headphones are in: `never`, `always` (a handset that cannot be pulled out), or an input device.

    A device that does not answer counts as not plugged in: then nothing personal is said.
    """
    if configured in (NEVER, ALWAYS):
        return lambda: configured == ALWAYS
    device = Path(configured)

    def plugged() -> bool:
        try:
            return bool(read(device) >> _HEADPHONE_INSERT & 1)
        except OSError:
            return False

    return plugged
