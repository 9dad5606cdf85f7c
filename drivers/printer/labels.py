"""A printer for ticket stock on a line: the same driver for each language that such printers understand.

They have no handshake behind a print as ESC/POS has. What a language offers instead is a status that tells how far the
printer got, and so a print is a row of steps: bytes to send, and what the printer has to say before the next step.
"""

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Protocol

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.health import Health
from drivers.link import Link, drain
from drivers.printer import PrintOutcome, Status
from drivers.printer.picture import check_picture
from drivers.printer.words import health_of

LOOK_SECONDS = 0.05
"""Between two looks at a printer that is at work."""
QUIET_SECONDS, MOST_QUIET_SECONDS = 0.05, 0.5
"""Without a byte for so long, no late answer to an earlier question is on its way; and how long that is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the printer says of itself. `busy`: something is printing or waits to be; `pictures` are in its memory."""

    status: Status
    busy: bool
    pictures: int = 0


class Decoder(Protocol):
    """Sorts the printer's bytes into answers. What belongs to none is counted in `discarded`. Never raises."""

    discarded: int

    def feed(self, data: bytes) -> list[Answer]:
        """Take bytes and return the answers that they complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Send this, then ask until `reached` holds `looks` times in a row. With `prints`, paper moves from here on."""

    sends: Iterable[bytes]
    reached: Callable[[Answer], bool]
    looks: int = 1
    prints: bool = False


class Language(Protocol):
    """How a kind of printer is spoken to."""

    question: bytes
    """Asks for one Answer, at any time."""
    cancel: bytes
    """Drops what an earlier, broken job left in the printer: it must not come out beside somebody else's ticket."""

    def decoder(self) -> Decoder:
        """A decoder for a fresh connection."""

    def job(self, image: bytes, width: int, height: int, *, in_step: bool) -> Generator[Step, Answer, None]:
        """The steps of one print; each `yield` gives the answer with which its step was reached.

        `in_step` is False when bytes of a broken job may be open at the printer. Raises ValueError, before the first
        step, for a picture that does not fit the stock.
        """


class LabelPrinter:
    """Drives one printer for ticket stock; see drivers.printer.Printer for what each call promises.

    `open_link` opens the port; it is called again after every fault. `status_timeout` bounds each question,
    `handshake_timeout` each step of a print, both in seconds. What fails before the step that prints is REFUSED: the
    printer was not told to print yet. A picture longer than the stock is REFUSED too.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        language: Language,
        *,
        handshake_timeout: float = 10.0,
        status_timeout: float = 1.0,
    ) -> None:
        self._open_link = open_link
        self._language = language
        self._handshake_timeout = handshake_timeout
        self._status_timeout = status_timeout
        self._link: Link | None = None
        self._decoder = language.decoder()
        self._in_step = False

    def status(self) -> Status:
        """See Printer.status. Asks twice when a connection from earlier turns out to be gone, and after nonsense."""
        return self._answer().status

    def print_raster(
        self, image: bytes, width: int, height: int, *, on_sent: Callable[[], None] | None = None
    ) -> PrintOutcome:
        """See Printer.print_raster."""
        check_picture(image, width, height)
        job = self._language.job(image, width, height, in_step=self._in_step)
        try:
            step = next(job)
            status = self.status()
        except (ValueError, DeviceFault):
            return PrintOutcome.REFUSED
        if not status.ready or status.in_mouth:
            return PrintOutcome.REFUSED
        confirmed = printing = False
        try:
            while not confirmed:
                printing = printing or step.prints
                self._send(step)
                if step.prints and on_sent is not None:
                    on_sent()
                answer = self._wait_for(step)
                if answer is None:
                    break
                try:
                    step = job.send(answer)
                except StopIteration:
                    confirmed = True
        except DeviceFault:
            pass
        finally:
            self._in_step = confirmed
            if not confirmed:
                self.close()
        if confirmed:
            return PrintOutcome.DONE
        return PrintOutcome.UNKNOWN if printing else PrintOutcome.REFUSED

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
            self._decoder = self._language.decoder()
            if not self._in_step:
                self._link.write(self._language.cancel)
                drain(self._link, QUIET_SECONDS, within=MOST_QUIET_SECONDS)
        return self._link

    def _send(self, step: Step) -> None:
        link = self._opened()
        for part in step.sends:
            link.write(part)

    def _wait_for(self, step: Step) -> Answer | None:
        """Ask until the step is reached. None when the printer reported trouble, or time is up."""
        until = time.monotonic() + self._handshake_timeout
        seen = 0
        while time.monotonic() < until:
            answer = self._ask()
            if not answer.status.ready:
                return None
            seen = seen + 1 if step.reached(answer) else 0
            if seen == step.looks:
                return answer
            time.sleep(LOOK_SECONDS)
        return None

    def _answer(self) -> Answer:
        reused = self._link is not None
        try:
            return self._ask()
        except DeviceGone:
            if not reused:
                raise
        except DeviceNonsense:
            pass
        return self._ask()

    def _ask(self) -> Answer:
        try:
            return self._ask_once()
        except DeviceFault:
            self.close()
            raise

    def _ask_once(self) -> Answer:
        link = self._opened()
        drain(link)
        self._decoder = self._language.decoder()
        link.write(self._language.question)
        until = time.monotonic() + self._status_timeout
        seen = b""
        while (left := until - time.monotonic()) > 0:
            data = link.read(left)
            seen += data
            answers = self._decoder.feed(data)
            if self._decoder.discarded or len(answers) > 1:
                raise DeviceNonsense(
                    "The printer answered with bytes that no such printer sends",
                    "Check its kind, its baud rate, its cable, and that the configured port is the printer's.",
                    seen,
                )
            if answers:
                return answers[0]
        raise DeviceSilent(
            "The printer does not answer",
            "Check its paper, its ribbon and that it is closed; then that it is switched on and its cable is in.",
        )
