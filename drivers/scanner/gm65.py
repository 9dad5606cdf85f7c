"""The driver of GM65, GM812 and kindred modules, which read when they are told to and answer that they were told."""

import time
from collections.abc import Callable
from enum import Enum, auto

from drivers.link import Link
from drivers.scanner.asking import READ_TENTHS, ROUND, AskingScanner
from drivers.scanner.gm65_codec import MODE_BITS, Decoder, Kind, Mode, Register, Reply, Request, encode

ANSWER = 0.3  # seconds; question and answer take 20 ms of line at 9600 baud


class _Step(Enum):
    """What was asked last, or is to be asked next."""

    READ_MODE = auto()
    WRITE_MODE = auto()
    WRITE_TIME = auto()
    TRIGGER = auto()


class Gm65Scanner(AskingScanner):
    """A GM65 kept in command mode.

    While somebody reads, the module is triggered, and again after each code; `close` ends that. What is set is not
    saved in the module, whose flash wears out, but looked after in every round: one that lost its power is set anew.
    """

    def __init__(self, open_link: Callable[[], Link], *, clock: Callable[[], float] = time.monotonic) -> None:
        hint = "Check the scanner's power, cable and baud rate, and that it is a GM65 or its kin."
        self._decoder = Decoder()
        self._begin()
        super().__init__(open_link, answer=ANSWER, clock=clock, hint=hint)

    def _begin(self) -> None:
        self._decoder.reset()
        self._step = _Step.READ_MODE
        self._reading = 0  # what Register.READING holds

    def _question(self, again: bool) -> bytes:  # noqa: ARG002 - a request that is repeated is the same
        match self._step:
            case _Step.READ_MODE:
                return encode(Request(kind=Kind.READ, address=Register.READING, data=b"\x01"))
            case _Step.WRITE_MODE:
                wanted = self._reading & ~MODE_BITS | Mode.COMMAND
                return encode(Request(kind=Kind.WRITE, address=Register.READING, data=bytes((wanted,))))
            case _Step.WRITE_TIME:
                return encode(Request(kind=Kind.WRITE, address=Register.READ_TIME, data=bytes((READ_TENTHS,))))
            case _Step.TRIGGER:
                return encode(Request(kind=Kind.WRITE, address=Register.TRIGGER, data=b"\x01"))

    def _farewell(self) -> bytes:
        return encode(Request(kind=Kind.WRITE, address=Register.TRIGGER, data=b"\0"))

    def _hear(self, data: bytes) -> None:
        for event in self._decoder.feed(data):
            if isinstance(event, Reply):
                self._take(event)
            else:
                self._found(event)

    def _fell_quiet(self) -> None:
        for event in self._decoder.end_line():
            self._found(event)

    def _unfinished(self) -> bool:
        return self._decoder.unfinished

    def _discarded(self) -> int:
        return self._decoder.discarded

    def _take(self, reply: Reply) -> None:
        if self._asked is None or reply.kind != 0:
            return
        match self._step:
            case _Step.READ_MODE:
                self._reading = reply.data[0]
                right = self._reading & MODE_BITS == Mode.COMMAND
                self._step = _Step.WRITE_TIME if right else _Step.WRITE_MODE
            case _Step.WRITE_MODE:
                self._step = _Step.WRITE_TIME
            case _Step.WRITE_TIME:
                self._step = _Step.TRIGGER
            case _Step.TRIGGER:
                self._step = _Step.READ_MODE
                self._answered(next_in=ROUND)
                return
        self._answered()
