"""Simulated keyboards: the files that the kernel would show for each, and pipes for what they type.

There is no kernel behind them: an exclusive grab is refused by a pipe, so the driver is given a `take` that notes it.
"""

import os
import select
import time
from pathlib import Path

from evdev import ecodes

from drivers.scanner.keyboard_codec import EVENT, LAYOUT, PRESSED, RELEASED

KEYBOARD_KEYS = (*LAYOUT, ecodes.KEY_ENTER, ecodes.KEY_TAB, ecodes.KEY_LEFTSHIFT, ecodes.KEY_CAPSLOCK)
VOLUME_KEYS = (ecodes.KEY_VOLUMEUP, ecodes.KEY_VOLUMEDOWN, ecodes.KEY_MUTE)
_KEYS = {text: (key, shift) for key, pair in reversed(tuple(LAYOUT.items())) for shift, text in enumerate(pair)}
"""How each character is typed; the main keys win over the keypad's."""


def event(kind: int, code: int, value: int) -> bytes:
    """Return one event as the kernel gives it."""
    return EVENT.pack(0, 0, kind, code, value)


def stroke(key: int) -> bytes:
    """Return a key pressed and released, each with its report."""
    report = event(ecodes.EV_SYN, 0, 0)
    return event(ecodes.EV_KEY, key, PRESSED) + report + event(ecodes.EV_KEY, key, RELEASED) + report


def typed(text: str, *, end: int | None = ecodes.KEY_ENTER) -> bytes:
    """Return the events of a scanner that types `text` with shift where it is needed, and the key `end`."""
    shift = ecodes.KEY_LEFTSHIFT
    events = b""
    for character in text:
        key, shifted = _KEYS[character]
        if shifted:
            events += event(ecodes.EV_KEY, shift, PRESSED) + stroke(key) + event(ecodes.EV_KEY, shift, RELEASED)
        else:
            events += stroke(key)
    return events + (stroke(end) if end is not None else b"")


def typed_with_caps_lock(text: str) -> bytes:
    """Return the same as some scanners send it: letters between two presses of caps lock, and no shift for them."""
    caps = stroke(ecodes.KEY_CAPSLOCK)
    return caps + b"".join(stroke(_KEYS[each.lower()][0]) for each in text) + caps + stroke(ecodes.KEY_ENTER)


class SimulatedKeyboards:
    """Keyboards in a folder: `nodes` and `classes` are what /dev/input and /sys/class/input are to the driver."""

    def __init__(self, folder: Path) -> None:
        self.nodes, self.classes = folder / "dev", folder / "sys"
        self.nodes.mkdir()
        self.classes.mkdir()
        self._ends: dict[int, int] = {}

    def plug(self, number: int, vendor: str, product: str, name: str, keys: tuple[int, ...] = KEYBOARD_KEYS) -> None:
        """Plug in a keyboard as event`number`; ids in hexadecimal."""
        device = self.classes / f"event{number}" / "device"
        (device / "id").mkdir(parents=True)
        (device / "capabilities").mkdir()
        (device / "id" / "vendor").write_text(f"{vendor}\n", "ascii")
        (device / "id" / "product").write_text(f"{product}\n", "ascii")
        (device / "name").write_text(f"{name}\n", "utf-8")
        bits = sum(1 << key for key in keys)
        words = [f"{bits >> at & (1 << 64) - 1:x}" for at in range(0, bits.bit_length(), 64)]
        (device / "capabilities" / "key").write_text(" ".join(reversed(words)) + "\n", "ascii")
        os.mkfifo(self.nodes / f"event{number}")
        # both ways, so that the pipe neither waits for a reader nor ends with one
        self._ends[number] = os.open(self.nodes / f"event{number}", os.O_RDWR | os.O_NONBLOCK)

    def type(self, number: int, events: bytes) -> None:
        """Send events. Waits while the pipe is full; TimeoutError when nobody reads for 5 s."""
        until = time.monotonic() + 5
        view = memoryview(events)
        while view:
            if time.monotonic() > until:
                raise TimeoutError(f"nobody reads event{number}")
            _, ready, _ = select.select([], [self._ends[number]], [], 0.1)
            if ready:
                view = view[os.write(self._ends[number], view[: 512 * EVENT.size]) :]

    def unplug(self, number: int) -> None:
        """Pull it out."""
        os.close(self._ends.pop(number))
        (self.nodes / f"event{number}").unlink()
        device = self.classes / f"event{number}" / "device"
        for path in sorted(device.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        device.rmdir()
        device.parent.rmdir()

    def close(self) -> None:
        """Pull all out."""
        for number in tuple(self._ends):
            self.unplug(number)
