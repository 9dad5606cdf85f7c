"""A ticket printer that speaks ESC/POS, on a serial line, USB serial port or TCP."""

import random
import time
from collections.abc import Callable

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.health import Health
from drivers.link import Link, drain
from drivers.printer import PaperState, PrintOutcome, Status
from drivers.printer import codec as escpos

MARK_CHARACTERS = bytes(range(0x21, 0x7F))


class EscPosPrinter:
    """Drives one ESC/POS printer; see drivers.printer.Printer for what each call promises.

    `open_link` opens the port; it is called again after every fault. `status_timeout` bounds each of the four status
    questions, `handshake_timeout` the time from the last byte sent to the printer's word that all is printed and cut;
    both in seconds. `begin_with_cut` is for a process that knows that the one before it died while printing: the
    first piece is then preceded by a cut, so that a stranger's half ticket does not hang on it. A job that this
    object itself saw break is followed by such a cut anyway.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        handshake_timeout: float = 10.0,
        status_timeout: float = 1.0,
        begin_with_cut: bool = False,
        chance: random.Random | None = None,
    ) -> None:
        self._open_link = open_link
        self._handshake_timeout = handshake_timeout
        self._status_timeout = status_timeout
        self._chance = chance or random.SystemRandom()
        self._link: Link | None = None
        self._decoder = escpos.Decoder()
        self._in_step = False
        self._fragment_left = begin_with_cut

    def status(self) -> Status:
        """See Printer.status.

        It asks twice where the first answer says nothing about the printer: when a connection from earlier turns out to
        be gone (many printers close idle ones), and after nonsense, which can be a late answer to a job that broke off.
        """
        reused = self._link is not None
        try:
            return self._ask_all()
        except DeviceGone:
            if not reused:
                raise
        except DeviceNonsense:
            pass
        return self._ask_all()

    def print_raster(
        self, image: bytes, width: int, height: int, *, on_sent: Callable[[], None] | None = None
    ) -> PrintOutcome:
        """See Printer.print_raster."""
        escpos.check_picture(image, width, height)
        try:
            if not self.status().ready:
                return PrintOutcome.REFUSED
        except DeviceFault:
            return PrintOutcome.REFUSED
        confirmed = False
        try:
            confirmed = self._send_and_confirm(image, width, height, on_sent)
        except DeviceFault:
            return PrintOutcome.UNKNOWN
        finally:
            self._in_step, self._fragment_left = confirmed, not confirmed
            if not confirmed:
                self.close()
        return PrintOutcome.DONE if confirmed else PrintOutcome.UNKNOWN

    def health(self) -> Health:
        """See Printer.health."""
        try:
            return health_of(self.status())
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)

    def close(self) -> None:
        """See Printer.close."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _opened(self) -> Link:
        if self._link is None:
            self._link = self._open_link()
            self._decoder = escpos.Decoder()
            if not self._in_step:
                self._link.write(escpos.END_HEADER)
        return self._link

    def _ask_all(self) -> Status:
        try:
            link = self._opened()
            self._decoder.feed(drain(link))
            self._decoder.reset()
            return escpos.status_from_bytes(*(self._ask(link, number) for number in (1, 2, 3, 4)))
        except DeviceFault:
            self.close()
            raise

    def _ask(self, link: Link, number: int) -> int:
        before = self._decoder.discarded
        link.write(escpos.ask_status(number))
        until = time.monotonic() + self._status_timeout
        seen = b""
        while (left := until - time.monotonic()) > 0:
            data = link.read(left)
            seen += data
            answers = [event.value for event in self._decoder.feed(data) if isinstance(event, escpos.StatusByte)]
            if self._decoder.discarded != before or len(answers) > 1:
                raise DeviceNonsense(
                    "The printer answered with bytes that no ESC/POS printer sends",
                    "Check its baud rate, its cable, and that the configured port is the printer's.",
                    seen,
                )
            if answers:
                return answers[0]
        raise DeviceSilent(
            "The printer does not answer", "Check that it is switched on and its cable is firmly in; then restart it."
        )

    def _send_and_confirm(self, image: bytes, width: int, height: int, on_sent: Callable[[], None] | None) -> bool:
        """Send the piece. Returns False at the first sign of trouble: what follows it is no complete piece."""
        link = self._opened()
        mark = bytes(self._chance.choices(MARK_CHARACTERS, k=4))
        if not self._in_step:
            link.write(escpos.END_PICTURE)
        if self._fragment_left:
            link.write(escpos.CUT)
        link.write(escpos.BEGIN)
        for part in escpos.raster(image, width, height):
            link.write(part)
            if self._watch(link, 0, mark) is not None:
                return False
        link.write(escpos.CUT + escpos.handshake(mark))
        if on_sent is not None:
            on_sent()
        until = time.monotonic() + self._handshake_timeout
        while (left := until - time.monotonic()) > 0:
            if (good := self._watch(link, left, mark)) is not None:
                return good
        return False

    def _watch(self, link: Link, wait: float, mark: bytes) -> bool | None:
        """Read once: True when the mark came back, False when the printer reported trouble, None when neither."""
        for event in self._decoder.feed(link.read(wait)):
            match event:
                case escpos.StatusChanged(status) if not status.ready:
                    return False
                case escpos.Printed(came) if came == mark:
                    return True
                case _:
                    pass
        return None


def health_of(status: Status) -> Health:
    """Say in words what a status means and what to do about it."""
    if status.cover_open:
        return Health(ok=False, what="The printer's cover is open", hint="Close the cover until it clicks.")
    if status.paper is PaperState.END:
        return Health(ok=False, what="The printer has no paper", hint="Put in a new roll, printed side up.")
    match status.error:
        case "cutter":
            what, hint = "The printer's cutter is stuck", "Open the cover, remove the paper at the cutter, close it."
        case "overheated":
            what, hint = "The print head is too hot", "Wait a few minutes; it goes on by itself."
        case "mechanical":
            what, hint = (
                "The printer is jammed",
                "Open the cover, remove torn paper, close it, then switch it off and on.",
            )
        case None if status.online:
            near = status.paper is PaperState.NEAR_END
            return Health(ok=True, what="The paper is nearly used up" if near else "The printer is ready", hint="")
        case None:
            what, hint = "The printer is offline", "Press its feed button; if that does not help, switch it off and on."
        case other:
            what, hint = f"The printer reports a fault ({other})", "Switch it off and on; if it stays, replace it."
    return Health(ok=False, what=what, hint=hint)
