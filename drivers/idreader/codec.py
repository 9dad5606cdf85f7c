"""Frames of the SDT serial protocol (115200 8N1) between a host and an identity card reader.

Both ways begin AA AA AA 96 69, then the length (2 bytes, high first) of all that follows it, and end in the XOR of
everything from the length on. A request is command, parameter and data; a reply is three status bytes and data.

A card's photo follows its text in the same reply. It goes through the checksum and is not kept. What is kept of a
reply lies in buffers that are overwritten: by the decoder when it is done, by whoever got a message when he is.
"""

from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

PREAMBLE = bytes.fromhex("AA AA AA 96 69")
LARGEST = 4096  # the longest reply in use, with two fingerprints, has 2316
KEPT = 4 + 256  # data bytes kept of a reply: two lengths and the text of a card


class Command(Enum):
    """The requests used here: command and parameter."""

    STATUS = (0x11, 0xFF)
    FIND = (0x20, 0x01)
    SELECT = (0x20, 0x02)
    READ = (0x30, 0x01)


class Status(IntEnum):
    """The third status byte; the first two are 0."""

    WRONG_CHECKSUM = 0x10
    WRONG_COMMAND = 0x21
    NOT_AUTHENTIC = 0x31
    NOT_AUTHENTICATED = 0x32
    READ_FAILED = 0x41
    UNAUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    DONE = 0x90
    FOUND = 0x9F


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a frame carries after its length: `head` (2 bytes of a request, 3 of a reply) and data, at most KEPT bytes.

    `data` may be a person's, so it is not shown, and `wipe` overwrites it.
    """

    head: bytes
    data: bytearray = field(default_factory=bytearray, repr=False)

    def wipe(self) -> None:
        """Overwrite the data with zeros: whoever read it has done so."""
        wipe(self.data)

    @property
    def status(self) -> int:
        """The status of a reply: its third byte, or -1 when the first two are not 0."""
        return self.head[2] if self.head[:2] == b"\0\0" else -1


def wipe(buffer: bytearray) -> None:
    """Overwrite a buffer with zeros, in its place."""
    buffer[:] = bytes(len(buffer))


def encode(head: bytes, data: bytes | bytearray = b"") -> bytes:
    """Return the frame of `head` and `data`."""
    body = (len(head) + len(data) + 1).to_bytes(2, "big") + head + data
    check = 0
    for byte in body:
        check ^= byte
    return PREAMBLE + body + bytes((check,))


def request(command: Command) -> bytes:
    """Return the frame of a request without data."""
    return encode(bytes(command.value))


def card_text(reply: Message) -> bytearray | None:
    """Return the text part of a reply to READ: two lengths (text, photo), then the text. None when it is not one.

    It is a copy, to be wiped like the message.
    """
    length = int.from_bytes(reply.data[:2], "big")
    text = reply.data[4 : 4 + length]
    return text if length and len(text) == length else None


class _Part(Enum):
    PREAMBLE = auto()
    LENGTH = auto()
    BODY = auto()


class Decoder:
    """Takes bytes in any pieces and gives whole messages; `discarded` counts the bytes that were in none.

    `head` is 3 for replies (what a host decodes) and 2 for requests. A frame that never ends waits for ever:
    call `reset` before each request.
    """

    def __init__(self, head: int = 3) -> None:
        self._head = head
        self.discarded = 0
        self._body = bytearray(head + KEPT)  # of full size at once: what grows leaves copies of itself behind
        self._start()

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that `data` completes. Never raises."""
        messages = []
        for byte in data:
            self._taken += 1
            match self._part:
                case _Part.PREAMBLE:
                    self._find(byte)
                case _Part.LENGTH:
                    self._measure(byte)
                case _Part.BODY:
                    self._left -= 1
                    self._check ^= byte
                    if self._left and self._kept < len(self._body):
                        self._body[self._kept] = byte
                        self._kept += 1
                    if not self._left:
                        messages += self._finish()
        return messages

    def reset(self) -> None:
        """Give up the unfinished frame."""
        self.discarded += self._taken
        self._start()

    def _start(self) -> None:
        self._part = _Part.PREAMBLE
        self._taken = self._matched = self._left = self._check = 0
        self._length = bytearray()
        wipe(self._body)
        self._kept = 0

    def _find(self, byte: int) -> None:
        if byte == PREAMBLE[self._matched]:
            self._matched += 1
        else:
            # A run of AA longer than three still ends in a preamble; any other byte starts over.
            keep = 0 if byte != PREAMBLE[0] else 3 if self._matched == 3 else 1
            self.discarded += self._taken - keep
            self._taken = self._matched = keep
        if self._matched == len(PREAMBLE):
            self._part = _Part.LENGTH

    def _measure(self, byte: int) -> None:
        self._length.append(byte)
        self._check ^= byte
        if len(self._length) == 2:
            self._left = int.from_bytes(self._length, "big")
            self._part = _Part.BODY
            if not self._head + 1 <= self._left <= LARGEST:
                self.reset()

    def _finish(self) -> list[Message]:
        if self._check:
            self.reset()
            return []
        message = Message(head=bytes(self._body[: self._head]), data=self._body[self._head : self._kept])
        self._start()
        return [message]
