"""The master's side of a Modbus RTU line: asks, waits, asks again, and says what kind of no it got."""

import time
from collections.abc import Callable

from drivers.barrier.modbus import EXCEPTIONS, ReadBits, ReadRegisters, Refused, Reply, Request, encode
from drivers.barrier.modbus_decoders import ReplyDecoder
from drivers.faults import DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.link import Link, drain

REPLY_TIMEOUT = 0.2
"""Seconds. At 9600 baud the longest of our exchanges takes 25 ms on the wire; boards answer within 20 ms."""

QUIET_AFTER_TIMEOUT = 0.02
DRAIN_WITHIN = 0.05
"""Seconds after which a line that never falls quiet is asked all the same."""

MOST_SEEN = 256
"""How many bytes of what came instead of an answer are kept."""


class RtuMaster:
    """One Modbus line with one request under way at a time. Opens its port when it is needed; faults say `name`."""

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        name: str = "relay board",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_link = open_link
        self._name = name
        self._clock = clock
        self._link: Link | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is open, so that asking does not open it."""
        return self._link is not None

    def ask(self, request: Request, *, attempts: int, until: float) -> Reply:
        """Send `request` up to `attempts` times until it is answered, never past the clock's `until`.

        Returns the answer (never a Refused: that raises DeviceRefused). Raises DeviceSilent when nothing came,
        DeviceNonsense when something else came, DeviceGone when the port broke (it is closed then).
        """
        try:
            return self._ask(request, attempts, until)
        except DeviceGone:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the port; the next `ask` opens it anew."""
        link, self._link = self._link, None
        if link:
            link.close()

    def _ask(self, request: Request, attempts: int, until: float) -> Reply:
        if self._link is None:
            self._link = self._open_link()
        link, frame = self._link, encode(request)
        seen = b""
        for attempt in range(attempts):
            # An answer that comes too late must not be taken for the answer to the next question.
            drain(link, QUIET_AFTER_TIMEOUT if attempt else 0.0, within=DRAIN_WITHIN)
            if attempt and self._clock() >= until:
                break
            link.write(frame)
            decoder, heard = ReplyDecoder(request), b""
            give_up = min(self._clock() + REPLY_TIMEOUT, until)
            while (left := give_up - self._clock()) > 0:
                data = link.read(left)
                heard += data[: MOST_SEEN - len(heard)]
                for reply in decoder.feed(data):
                    self._refuse_echo(request, frame, heard)
                    if isinstance(reply, Refused):
                        raise self._refused(reply.code)
                    return reply
            self._refuse_echo(request, frame, heard)
            seen += heard[: MOST_SEEN - len(seen)]
        if seen:
            raise DeviceNonsense(
                f"The {self._name}'s answer makes no sense",
                "Check the baud rate, the RS-485 wires A and B, and that nothing else talks on this line.",
                seen,
            )
        raise DeviceSilent(f"The {self._name} does not answer", "Check its power, its cable and its unit number.")

    @staticmethod
    def _refuse_echo(request: Request, frame: bytes, heard: bytes) -> None:
        """Refuse a line that repeats our own bytes: the echo of a coil write looks exactly like its confirmation."""
        if isinstance(request, ReadBits | ReadRegisters) and heard.startswith(frame):
            raise DeviceNonsense(
                "The RS-485 adapter repeats what it sends",
                "Switch off its local echo: it would confirm anything.",
                heard,
            )

    def _refused(self, code: int) -> DeviceRefused:
        return DeviceRefused(
            f"The {self._name} {EXCEPTIONS.get(code, 'refuses')} (exception {code})",
            "Check the configured output and inputs against its manual.",
        )
