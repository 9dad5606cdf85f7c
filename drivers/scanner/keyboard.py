"""Scanners that type like a keyboard (HID wedges): found by what they are, taken exclusively, read below any layout.

The kernel gives what an exclusively taken keyboard types to nobody else, so a code never ends up in a text field or on
a console. Any other keyboard at the machine is neither opened nor looked at beyond its name.
"""

import errno
import fcntl
import os
import re
import select
import time
from collections.abc import Callable
from pathlib import Path

from evdev import ecodes

from drivers.faults import DeviceGone, DeviceRefused
from drivers.link import Link
from drivers.scanner.keyboard_codec import EVENT, KeyDecoder
from drivers.scanner.line import IDLE_ENDS_LINE, LineScanner

EVIOCGRAB = 0x40044590
"""_IOW('E', 0x90, int) of linux/input.h: nobody but this file description gets the events."""

NODES, CLASSES = Path("/dev/input"), Path("/sys/class/input")
AT_ONCE = 64 * EVENT.size
WORD_BITS = 64
"""The kernel shows a device's keys as words of its own width, highest first."""

NEEDED_KEYS = (ecodes.KEY_1, ecodes.KEY_A, ecodes.KEY_ENTER)
"""What a keyboard has and the other parts of a scanner (volume keys, a pointer) have not."""


def find(address: str, *, nodes: Path = NODES, classes: Path = CLASSES) -> Path:
    """Return the event device that `address` means: a path, or usb:VENDOR:PRODUCT[:NAME] in hexadecimal.

    Raises DeviceGone when there is none, DeviceRefused when there are several.
    """
    if not address.startswith("usb:"):
        return Path(address)
    _, vendor, product, *rest = address.split(":", 3)
    found = sorted(
        (each for each in classes.glob("event*") if _is(each / "device", vendor.lower(), product.lower(), *rest)),
        key=lambda each: int(re.sub(r"\D", "", each.name)),
    )
    if not found:
        raise DeviceGone(f"No scanner {address.removeprefix('usb:')} is plugged in", "Check its cable; see lsusb.")
    if len(found) > 1:
        raise DeviceRefused(
            f"{len(found)} scanners are {address.removeprefix('usb:')}",
            "Name the right one by its path below /dev/input/by-id or /dev/input/by-path.",
        )
    return nodes / found[0].name


def _is(device: Path, vendor: str, product: str, name: str | None = None) -> bool:
    try:
        return (
            (device / "id" / "vendor").read_text("ascii").strip() == vendor
            and (device / "id" / "product").read_text("ascii").strip() == product
            and name in (None, (device / "name").read_text("utf-8", errors="replace").strip())
            and _types((device / "capabilities" / "key").read_text("ascii"))
        )
    except (OSError, ValueError):
        return False  # it is just leaving


def _types(words: str) -> bool:
    keys = 0
    for word in words.split():
        keys = keys << WORD_BITS | int(word, 16)
    return all(keys >> key & 1 for key in NEEDED_KEYS)


def grab(fd: int) -> None:
    """Take an event device for this process alone. Raises OSError: EBUSY when somebody else has."""
    fcntl.ioctl(fd, EVIOCGRAB, 1)


class KeyboardLink(Link):
    """A keyboard as a line: what it types comes out as bytes, with CR at each Enter or Tab. Raises DeviceFault."""

    def __init__(
        self, path: Path, *, take: Callable[[int], None] = grab, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._clock = clock
        self._decoder = KeyDecoder()
        self._last = clock()
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            hint = "Let the gate's user read it, with the udev rule that comes along." if _denied(error) else ""
            raise DeviceGone(
                f"The scanner {path} cannot be opened ({error.strerror})", hint or "Check its cable and its address."
            ) from error
        try:
            take(self._fd)
        except OSError as error:
            self.close()
            if error.errno == errno.EBUSY:
                raise DeviceRefused(
                    f"Another program has taken the scanner {path}", "End it: both would lose every other code."
                ) from error
            raise DeviceGone(f"{path} is no keyboard ({error.strerror})", "Check the scanner's address.") from error

    def write(self, data: bytes) -> None:
        """See Link.write. A keyboard takes nothing."""

    def read(self, timeout: float) -> bytes:
        """See Link.read. May return early with nothing, as keys are also released."""
        try:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, timeout))
            if not ready:
                if self._clock() - self._last >= IDLE_ENDS_LINE:
                    self._decoder.rest()
                return b""
            events = os.read(self._fd, AT_ONCE)
        except (OSError, ValueError) as error:
            raise self._gone() from error
        if not events:
            raise self._gone()
        if self._clock() - self._last >= IDLE_ENDS_LINE:
            self._decoder.rest()
        self._last = self._clock()
        return self._decoder.feed(events)

    def close(self) -> None:
        """See Link.close. The kernel ends the exclusive use."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _gone(self) -> DeviceGone:
        return DeviceGone(f"The scanner {self._path} left", "Check its cable; it is found again when it is plugged in.")


def _denied(error: OSError) -> bool:
    return error.errno in (errno.EACCES, errno.EPERM)


def keyboard_scanner(
    address: str,
    *,
    nodes: Path = NODES,
    classes: Path = CLASSES,
    take: Callable[[int], None] = grab,
    clock: Callable[[], float] = time.monotonic,
) -> LineScanner:
    """Return the scanner at `address` (see `find`); it is looked for anew whenever it has left.

    A code ends with Enter, Tab, or when no key has come for 0.2 s.
    """
    return LineScanner(
        lambda: KeyboardLink(find(address, nodes=nodes, classes=classes), take=take, clock=clock),
        clock=clock,
        leaves_with_port=True,
    )
