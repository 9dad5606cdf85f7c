"""Keeps None, True and False alive under Qt.

PySide6 6.12 on CPython 3.11 gives back a reference too few from every call that returns nothing, and from every
`Signal.emit()`: a few hundred emits and the interpreter stops with "deallocating True or False". From 3.12 on these
three cannot be deallocated (PEP 683), which hides it. Here they get so many references that the lack is never felt.
"""

import ctypes
import sys

PLENTY = 1 << 40
"""More than would be lost in a thousand years of one emit a millisecond."""


def keep_constants_alive() -> None:
    """Make None, True and False as good as immortal. Does nothing where they are already, nor when done before."""
    if sys.version_info >= (3, 12):
        return
    for constant in (None, True, False):
        references = ctypes.c_ssize_t.from_address(id(constant))
        if references.value < PLENTY // 2:
            references.value += PLENTY
