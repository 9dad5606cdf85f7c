"""Line scanners that take commands on the same line: Honeywell's are triggered, Newland's are set when opened.

Each is a LineScanner on a link that does a little more; the codes come as lines as ever.
"""

import contextlib
import time
from collections.abc import Callable

from drivers.faults import DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import Link, drain
from drivers.scanner.codec import LINE_ENDS
from drivers.scanner.line import LineScanner

TRIGGER = b"\x16T\r"
TRIGGER_OFF = b"\x16U\r"
"""SYN T CR and SYN U CR, of Honeywell's serial trigger mode; Datalogic's 7000 knows them too. Nothing answers them."""
TRIGGER_EVERY = 4.0
"""Seconds after which a trigger that found nothing is repeated: shorter than the scanner's own timeout has to be."""

ENTER, ENTERED = b"$$$$", b"@@@@"
LEAVE, LEFT = b"%%%%", b"^^^^"
"""Newland's way into its setup and out of it, and what it says to them. It leaves by itself after 5 s."""
SENSOR_MODE = "99900113"
"""Newland: read when something is held in front. 99900114 reads all the time; 99900030 would reset everything."""
ANSWER = 0.5  # seconds


class TriggeredLink(Link):
    """A link that triggers the scanner while it is read: at once, after each line, and after TRIGGER_EVERY seconds."""

    def __init__(self, link: Link, clock: Callable[[], float]) -> None:
        self._link = link
        self._clock = clock
        self._due = clock()

    def write(self, data: bytes) -> None:
        """See Link.write."""
        self._link.write(data)

    def read(self, timeout: float) -> bytes:
        """See Link.read. May return early with nothing."""
        now = self._clock()
        if now >= self._due:
            self._link.write(TRIGGER)
            self._due = now + TRIGGER_EVERY
        data = self._link.read(max(0.0, min(timeout, self._due - now)))
        if any(byte in LINE_ENDS for byte in data):
            self._due = self._clock()
        return data

    def close(self) -> None:
        """See Link.close. The scanner's light goes out, if the line still takes it."""
        with contextlib.suppress(DeviceGone):
            self._link.write(TRIGGER_OFF)
        self._link.close()


def honeywell_scanner(
    open_link: Callable[[], Link], *, clock: Callable[[], float] = time.monotonic, leaves_with_port: bool = False
) -> LineScanner:
    """Return a Honeywell scanner in serial trigger mode (TRGMOD0), triggered while somebody reads."""
    return LineScanner(lambda: TriggeredLink(open_link(), clock), clock=clock, leaves_with_port=leaves_with_port)


def set_up_newland(link: Link, commands: tuple[str, ...], clock: Callable[[], float] = time.monotonic) -> None:
    """Enter the setup, give each command (8 digits), and leave. Raises DeviceSilent, DeviceNonsense or DeviceGone.

    What is left half done ends by itself after 5 s, as the scanner leaves its setup then.
    """
    drain(link)
    _converse(link, ENTER, ENTERED, clock)
    for command in commands:
        _converse(link, f"#{command};".encode(), f"!{command};".encode(), clock)
    _converse(link, LEAVE, LEFT, clock)


def _converse(link: Link, said: bytes, wanted: bytes, clock: Callable[[], float]) -> None:
    """Say something and wait for its answer; a code that was read just before may precede it, and is lost."""
    hint = "Check the scanner's power, cable and baud rate, and that it is a Newland that takes commands."
    link.write(said)
    until, heard = clock() + ANSWER, b""
    while (left := until - clock()) > 0:
        heard = (heard + link.read(left))[-len(wanted) :]
        if heard.endswith(wanted):
            return
    if not heard:
        raise DeviceSilent("The scanner does not answer", hint)
    raise DeviceNonsense(f"The scanner did not take {said.decode()}", hint)  # what it said may be a code


def newland_scanner(
    open_link: Callable[[], Link],
    *,
    commands: tuple[str, ...] = (SENSOR_MODE,),
    clock: Callable[[], float] = time.monotonic,
    leaves_with_port: bool = False,
) -> LineScanner:
    """Return a Newland scanner that is set by `commands` (8 digits each) whenever its port is opened."""

    def opened() -> Link:
        link = open_link()
        try:
            set_up_newland(link, commands, clock)
        except BaseException:
            link.close()
            raise
        return link

    return LineScanner(opened, clock=clock, leaves_with_port=leaves_with_port)
