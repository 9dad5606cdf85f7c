"""The driver of Symbol, Motorola and Zebra scanners set to the Simple Serial Interface (SSI) with host trigger."""

import time
from collections.abc import Callable
from enum import Enum, auto

from drivers.faults import DeviceRefused
from drivers.link import Link
from drivers.scanner import LONGEST_SCAN, Scan, Unreadable
from drivers.scanner.asking import READ_TENTHS, ROUND, AskingScanner
from drivers.scanner.codec import LINE_ENDS, scan_of
from drivers.scanner.ssi_codec import (
    HOST_TRIGGER,
    NO_BEEP,
    WAKE_UP,
    Cause,
    Damaged,
    Decoder,
    Operation,
    Packet,
    Parameter,
    Source,
    Status,
    encode,
)

ANSWER = 0.5  # seconds; the scanner's own patience with us is 2 s as delivered
SAME_CODE = 8.0
"""Seconds within which a packet marked as sent again can be the one before: a scanner tries three times, 2 s apart."""

_SETTINGS = bytes(
    (
        NO_BEEP,
        *(Parameter.PACKETS, 1),
        *(Parameter.HANDSHAKE, 1),
        *(Parameter.TRIGGER, HOST_TRIGGER),
        *(Parameter.DECODE_TIMEOUT, READ_TENTHS),
    )
)


def _from_host(operation: Operation, data: bytes = b"", status: int = 0) -> bytes:
    return encode(Packet(operation=operation, source=Source.HOST, status=status, data=data))


class _Step(Enum):
    """What was asked last, or is to be asked next."""

    SETTINGS = auto()
    START = auto()


class SsiScanner(AskingScanner):
    """An SSI scanner kept in sessions while somebody reads; a session ends with a code, and the next is started.

    Settings are sent anew in every round and are not kept in the scanner, so one that lost its power is set again.
    Every code is acknowledged when it is whole, and asked for again when it is not; one that is sent again because
    our acknowledgement was lost counts once.
    """

    def __init__(self, open_link: Callable[[], Link], *, clock: Callable[[], float] = time.monotonic) -> None:
        hint = "Check the scanner's power, cable and baud rate, and that it is set to the SSI host."
        self._decoder = Decoder(Source.SCANNER)
        self._last: tuple[bytes, bool] | None = None  # outlives the line: our acknowledgement may be what was lost
        self._last_at = 0.0
        self._begin()
        super().__init__(open_link, answer=ANSWER, clock=clock, hint=hint)

    def _begin(self) -> None:
        self._decoder.reset()
        self._step = _Step.SETTINGS
        self._parts = bytearray()

    def _question(self, again: bool) -> bytes:
        status = Status.AGAIN if again else Status.FIRST
        match self._step:
            case _Step.SETTINGS:
                return WAKE_UP + _from_host(Operation.PARAM_SEND, _SETTINGS, status)
            case _Step.START:
                return _from_host(Operation.START_SESSION, status=status)

    def _farewell(self) -> bytes:
        return _from_host(Operation.STOP_SESSION)

    def _hear(self, data: bytes) -> None:
        damaged = False
        for event in self._decoder.feed(data):
            match event:
                case Damaged():
                    damaged = True
                case Packet(operation=Operation.DECODE_DATA):
                    self._write(_from_host(Operation.ACK))
                    self._take(event)
                case Packet(operation=Operation.ACK):
                    self._go_on()
                case Packet(operation=Operation.NAK):
                    self._refused(event.data[:1])
                case Packet():
                    pass  # events and reports that nobody asked for
        if damaged:
            self._want_again()

    def _fell_quiet(self) -> None:
        self._decoder.reset()
        self._want_again()

    def _unfinished(self) -> bool:
        return self._decoder.unfinished

    def _discarded(self) -> int:
        return self._decoder.discarded

    def _want_again(self) -> None:
        self._write(_from_host(Operation.NAK, bytes((Cause.RESEND,))))

    def _go_on(self) -> None:
        if self._asked is None:
            return
        if self._step is _Step.SETTINGS:
            self._step = _Step.START
            self._answered()
        else:
            self._step = _Step.SETTINGS
            self._answered(next_in=ROUND)

    def _refused(self, cause: bytes) -> None:
        if self._asked is None:
            return
        if cause == bytes((Cause.RESEND,)):
            self._ask_again()
            return
        raise DeviceRefused(
            f"The scanner refuses to be worked by this computer (cause {cause.hex() or 'none'})",
            "Set it to the SSI host with host trigger, by the setting codes in its manual.",
        )

    def _take(self, packet: Packet) -> None:
        """Put a code together. Its packets each begin with a byte that says what kind of code it is."""
        goes_on = bool(packet.status & Status.TO_BE_CONTINUED)
        now, this = self._clock(), (packet.data, goes_on)
        known = packet.status & Status.AGAIN and this == self._last and now - self._last_at <= SAME_CODE
        self._last, self._last_at = this, now
        if known:
            return
        if len(self._parts) <= LONGEST_SCAN + len(LINE_ENDS):
            self._parts += packet.data[1:]
        if not goes_on:
            code = bytes(self._parts).rstrip(LINE_ENDS)
            self._parts.clear()
            found: Scan | Unreadable = scan_of(code) if code else Unreadable(reason="empty")
            self._found(found)
