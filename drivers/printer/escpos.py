"""A ticket printer that speaks ESC/POS, on a serial line, USB serial port or TCP."""

import random
import time
from collections.abc import Callable
from dataclasses import replace

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.link import Link, drain
from drivers.printer import PaperState, PrintOutcome, Status
from drivers.printer import codec as escpos
from drivers.printer.confirm import Confirm
from drivers.printer.mouth import MouthNumbers
from drivers.printer.picture import check_picture
from drivers.printer.words import health_of

MARK_CHARACTERS = bytes(range(0x21, 0x7F))

QUIET_SECONDS = 0.3
"""Without a byte for so long, nothing is on its way any more."""
RETRACT_SECONDS = 5.0
"""How long a presenter may need to draw a piece back."""
RETRACT_LOOK_SECONDS = 0.05


class EscPosPrinter:
    """Drives one ESC/POS printer; see drivers.printer.Printer for what each call promises.

    `open_link` opens the port; it is called again after every fault. `status_timeout` bounds each of the four status
    questions, `handshake_timeout` the time from the last byte sent to the printer's word that all is printed and cut;
    both in seconds. `begin_with_cut` is for a process that knows that the one before it died while printing: the
    first piece is then preceded by a cut, so that a stranger's half ticket does not hang on it. A job that this
    object itself saw break is followed by such a cut anyway. With `mouth` the printer has a presenter: each piece is
    held out after its cut, and none is printed while one waits (see PresentingPrinter). `confirm` "status" is for
    clones without the handshake. It is weaker: it says that all was obeyed, and not that the paper left the cutter.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        handshake_timeout: float = 10.0,
        status_timeout: float = 1.0,
        begin_with_cut: bool = False,
        mouth: MouthNumbers | None = None,
        confirm: Confirm = "handshake",
        chance: random.Random | None = None,
    ) -> None:
        self._open_link = open_link
        self._handshake_timeout = handshake_timeout
        self._status_timeout = status_timeout
        self._mouth = mouth
        self._confirm = confirm
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
        check_picture(image, width, height)
        try:
            status = self.status()
            if not status.ready or status.in_mouth:
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

    def retract(self) -> None:
        """See PresentingPrinter.retract. A printer without a presenter has nothing to draw back."""
        if self._mouth is None or not self.status().in_mouth:
            return
        self._opened().write(self._mouth.retract)
        until = time.monotonic() + RETRACT_SECONDS
        while self.status().in_mouth:
            if time.monotonic() > until:
                raise DeviceRefused(
                    "The printer did not draw back the ticket in its mouth",
                    "Take the ticket out of the mouth; if there is none, clean the sensor there.",
                )
            time.sleep(RETRACT_LOOK_SECONDS)

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
            status = escpos.status_from_bytes(*(self._ask_byte(link, number) for number in (1, 2, 3, 4)))
            return replace(status, in_mouth=self._ask_mouth(link, self._mouth)) if self._mouth else status
        except DeviceFault:
            self.close()
            raise

    def _ask_byte(self, link: Link, number: int) -> int:
        answer = self._ask(link, escpos.ask_status(number))
        if not isinstance(answer, escpos.StatusByte):
            raise nonsense(answer.answer)
        return answer.value

    def _ask_mouth(self, link: Link, mouth: MouthNumbers) -> bool:
        self._decoder.expect_full_status(mouth.answer_bytes)
        answer = self._ask(link, escpos.ask_full_status(mouth.question))
        if not isinstance(answer, escpos.FullStatus):
            raise nonsense(bytes((answer.value,)))
        return bool(answer.answer[mouth.waits_byte] & mouth.waits_mask)

    def _ask(self, link: Link, question: bytes) -> escpos.StatusByte | escpos.FullStatus:
        before = self._decoder.discarded
        link.write(question)
        until = time.monotonic() + self._status_timeout
        seen = b""
        while (left := until - time.monotonic()) > 0:
            data = link.read(left)
            seen += data
            events = self._decoder.feed(data)
            answers = [event for event in events if isinstance(event, escpos.StatusByte | escpos.FullStatus)]
            if self._decoder.discarded != before or len(answers) > 1:
                raise nonsense(seen)
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
            if self._confirm == "status" and not self._settled(link):
                return False
        if self._fragment_left:
            link.write(escpos.CUT + (self._mouth.retract if self._mouth else b""))
        link.write(escpos.BEGIN)
        for part in escpos.raster(image, width, height):
            link.write(part)
            if self._watch(link, 0, mark) is not None:
                return False
        hold_out = self._mouth.present if self._mouth else b""
        if self._confirm == "status":
            self._decoder.expect_in_turn()
            link.write(escpos.CUT + hold_out + escpos.STATUS_IN_TURN)
        else:
            link.write(escpos.CUT + hold_out + escpos.handshake(mark))
        if on_sent is not None:
            on_sent()
        until = time.monotonic() + self._handshake_timeout
        while (left := until - time.monotonic()) > 0:
            if (good := self._watch(link, left, mark)) is not None:
                return good
        return False

    def _settled(self, link: Link) -> bool:
        """Take in what a broken job may still be answered: GS r has no mark, so its late answer would pass for ours.

        Answers come in the order of their questions. When one to a question of now has come and then nothing more, no
        older one is on its way.
        """
        self._decoder.expect_in_turn()
        link.write(escpos.STATUS_IN_TURN)
        until = time.monotonic() + self._handshake_timeout
        answered = False
        while time.monotonic() < until:
            data = link.read(QUIET_SECONDS)
            if not data and answered:
                self._decoder.reset()
                return True
            answered |= any(isinstance(event, escpos.InTurn) for event in self._decoder.feed(data))
        return False

    def _watch(self, link: Link, wait: float, mark: bytes) -> bool | None:
        """Read once: True when the mark came back, False when the printer reported trouble, None when neither."""
        for event in self._decoder.feed(link.read(wait)):
            match event:
                case escpos.StatusChanged(status) if not status.ready:
                    return False
                case escpos.Printed(came) if came == mark:
                    return True
                case escpos.InTurn(paper):
                    return paper is not PaperState.END
                case _:
                    pass
        return None


def nonsense(seen: bytes) -> DeviceNonsense:
    """What is raised when bytes came that no such printer sends."""
    return DeviceNonsense(
        "The printer answered with bytes that no ESC/POS printer sends",
        "Check its baud rate, its cable, and that the configured port is the printer's.",
        seen,
    )
