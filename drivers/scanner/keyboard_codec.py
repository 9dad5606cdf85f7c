"""Key events of a scanner that types like a keyboard, and the text that they spell on a US keyboard.

Events are the kernel's `struct input_event` (linux/input.h): time, type, code and value. Keys are named by place, not
by letter, so the layout is the scanner's setting; out of the box that is the US one, and no setting of this machine
changes what is read here. Caps lock counts as the scanner presses it: what lamp this machine shows does not matter.
"""

import struct
from collections.abc import Mapping

from evdev import ecodes

EVENT = struct.Struct("llHHi")
"""Seconds and microseconds as C longs, type, code, value."""

SYN_DROPPED = 3
"""The kernel's queue ran over: events were lost before this one."""

RELEASED, PRESSED = 0, 1  # 2 is a key that is held so long that it repeats
END, NOT_TEXT = b"\r", b"\0"

_ROWS = (
    (ecodes.KEY_1, "1234567890-=", "!@#$%^&*()_+"),
    (ecodes.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"),
    (ecodes.KEY_A, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (ecodes.KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (ecodes.KEY_SPACE, " ", " "),
    (ecodes.KEY_KP7, "789-456+1230.", "789-456+1230."),
    (ecodes.KEY_KPASTERISK, "*", "*"),
    (ecodes.KEY_KPSLASH, "/", "/"),
)
"""The keys of each row stand side by side in the kernel's numbering, too: first key, plain, and with shift."""

LAYOUT: Mapping[int, tuple[str, str]] = {
    first + place: pair
    for first, plain, shifted in _ROWS
    for place, pair in enumerate(zip(plain, shifted, strict=True))
}
"""What each key types: plain, and with shift."""

SHIFTS = frozenset({ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT})
ENDS = frozenset({ecodes.KEY_ENTER, ecodes.KEY_KPENTER, ecodes.KEY_TAB})
OTHER_MODIFIERS = frozenset(
    getattr(ecodes, f"KEY_{side}{name}") for side in ("LEFT", "RIGHT") for name in ("CTRL", "ALT", "META")
)


class KeyDecoder:
    """Turns events into the bytes of lines: printable ASCII, CR for Enter or Tab, NUL for a key that is no text.

    A line with a NUL in it is no code: whoever cuts the lines refuses it whole, so that a code is never read shorter.
    No clock: call `rest` when no key has come for a while.
    """

    def __init__(self) -> None:
        self._half = b""
        self._held: set[int] = set()
        self._caps = False
        self._lost = False  # until the report that follows lost events
        self._ignored = False  # a key was pressed in the meantime

    def feed(self, data: bytes) -> bytes:
        """Take events, whole or in pieces, and return what they type. Never raises."""
        data = self._half + data
        whole = len(data) - len(data) % EVENT.size
        self._half = data[whole:]
        return b"".join(self._type(*event[2:]) for event in EVENT.iter_unpack(data[:whole]))

    def rest(self) -> None:
        """The scanner is done: no key is held any more, whatever got lost, and caps lock is off."""
        self._half = b""
        self._held.clear()
        self._caps = self._lost = self._ignored = False

    def _type(self, kind: int, code: int, value: int) -> bytes:
        if kind == ecodes.EV_SYN:
            return self._report(code)
        if kind != ecodes.EV_KEY:
            return b""
        if self._lost:
            self._ignored = self._ignored or value == PRESSED
            return b""
        if code in SHIFTS or code in OTHER_MODIFIERS:
            (self._held.discard if value == RELEASED else self._held.add)(code)
            return b""
        if value != PRESSED:
            return b""
        if code == ecodes.KEY_CAPSLOCK:
            self._caps = not self._caps
            return b""
        if code == ecodes.KEY_NUMLOCK:
            return b""
        if code in ENDS:
            return END
        if code not in LAYOUT or self._held & OTHER_MODIFIERS:
            return NOT_TEXT
        shift = bool(self._held)
        plain, shifted = LAYOUT[code]
        if self._caps and plain.isalpha():
            shift = not shift
        return (shifted if shift else plain).encode("ascii")

    def _report(self, code: int) -> bytes:
        """Events were lost, or a report is whole. What is missing at either end of a loss spoils the code there."""
        if code == SYN_DROPPED:
            begins, self._lost = not self._lost, True
            self._held.clear()
            return NOT_TEXT if begins else b""
        spoilt, self._lost, self._ignored = self._ignored, False, False
        return NOT_TEXT if spoilt else b""
