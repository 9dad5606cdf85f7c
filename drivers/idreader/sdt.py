"""An identity card reader with an SDT serial interface (SAM module): find, select and read, then hands off the card."""

import hashlib
import secrets
import time
from collections.abc import Callable

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.idreader import Document
from drivers.idreader.codec import Command, Decoder, Message, Status, card_text, request, wipe
from drivers.idreader.document import Unreadable, read_text
from drivers.link import Link, drain

CYCLE = 2.0  # seconds for one read()
SHORT_ANSWER = 0.35  # seconds for everything but a card's content
STILL_THERE = 1.0  # seconds between two finds within which a card cannot have been changed for another
TRIES = 2
TRIES_FOR_A_CARD = 3

_CHECK_LINE = "Check the ID reader's power and its cable."
_LAY_ANEW = "Take the card off, lay it down again and hold it still. If that fails, let staff check the document."


class SdtReader:
    """Implements drivers.idreader.IdReader. `open_link` opens the line anew after it broke.

    Most readers do not find a card again that they have read; for those that do, the last card is remembered as a
    digest under a key of this process (`salt`), never as itself, and forgotten when it is taken off.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        clock: Callable[[], float] = time.monotonic,
        salt: bytes | None = None,
    ) -> None:
        self._open_link = open_link
        self._clock = clock
        self._salt = salt or secrets.token_bytes(16)
        self._link: Link | None = None
        self._decoder = Decoder()
        self._last: bytes | None = None  # digest of the card that was read and may still lie there
        self._last_found = 0.0
        self._failures = 0

    def read(self) -> Document | None:
        """See IdReader.read."""
        until = self._clock() + CYCLE
        if not self._find():
            self._last, self._failures = None, 0
            return None
        now = self._clock()
        still_there = self._last is not None and now - self._last_found <= STILL_THERE
        self._last_found = now
        if still_there:
            return None
        found = self._content(until)
        self._last_found = self._clock()
        if isinstance(found, str):
            # A card moved too early is no matter; one that fails again and again is said to be unreadable.
            self._failures += 1
            if self._failures >= TRIES_FOR_A_CARD:
                raise DeviceRefused(found, _LAY_ANEW)
            return None
        self._failures = 0
        digest = hashlib.blake2b(f"{found.kind}/{found.number}".encode(), key=self._salt).digest()
        if digest == self._last:
            return None
        self._last = digest
        return found

    def health(self) -> Health:
        """See IdReader.health."""
        try:
            status = self._ask(Command.STATUS, SHORT_ANSWER).status
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        if status == Status.DONE:
            return Health(ok=True, what="The ID reader answers and its security module is ready", hint="")
        return Health(
            ok=False,
            what=f"The ID reader's security module says {status & 0xFF:02X}",
            hint="Switch the reader off and on; exchange it if this stays.",
        )

    def close(self) -> None:
        """See IdReader.close."""
        self._last = None
        self._drop_link()

    def _find(self) -> bool:
        match self._ask(Command.FIND, SHORT_ANSWER).status:
            case Status.FOUND:
                return True
            case Status.NO_CARD:
                return False
            case status:
                raise DeviceNonsense(f"The ID reader answered {status & 0xFF:02X} when asked for a card", _CHECK_LINE)

    def _content(self, until: float) -> Document | str:
        """Select the card and read it; a string says why it could not be read."""
        if self._ask(Command.SELECT, SHORT_ANSWER).status != Status.DONE:
            return "The card was found and could not be selected"
        reply = self._ask(Command.READ, (until - self._clock()) / TRIES)
        if reply.status != Status.DONE:
            return f"The card could not be read (status {reply.status & 0xFF:02X})"
        text = card_text(reply)
        try:
            document = Unreadable(field="length") if text is None else read_text(text)
        finally:
            reply.wipe()
            wipe(text or bytearray())
        if isinstance(document, Unreadable):
            return f"The card's {document.field} could not be understood"
        return document

    def _ask(self, command: Command, timeout: float) -> Message:
        """Return the reply, waiting `timeout` seconds in each of two tries: all of this may be asked twice."""
        for left in range(TRIES - 1, -1, -1):
            try:
                return self._ask_once(command, timeout)
            except DeviceGone:
                self._drop_link()
                raise
            except (DeviceSilent, DeviceNonsense):
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _ask_once(self, command: Command, timeout: float) -> Message:
        link = self._link
        if link is None:
            link = self._link = self._open_link()
        drain(link)
        self._decoder.reset()
        before = self._decoder.discarded
        link.write(request(command))
        until = self._clock() + timeout
        while (left := until - self._clock()) > 0:
            for reply in self._decoder.feed(link.read(left)):
                if reply.status in (Status.WRONG_CHECKSUM, Status.WRONG_COMMAND):
                    what = "The ID reader did not understand what it was asked"
                    raise DeviceNonsense(what, "Check its cable and that it is an SDT reader at 115200 baud.")
                return reply
        noise = self._decoder.discarded > before
        self._decoder.reset()  # half a card is a card too
        if noise:
            raise DeviceNonsense("What came from the ID reader is no SDT reply", _CHECK_LINE)
        raise DeviceSilent("The ID reader does not answer", _CHECK_LINE)

    def _drop_link(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
