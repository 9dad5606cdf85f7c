"""Modbus/TCP, as a link that takes and gives RTU frames: the rest of the house need not know which of both it is.

A message is transaction, protocol (0) and length, 2 bytes each, unit, and what an RTU frame has between unit and CRC
(Modbus Messaging on TCP/IP 1.0b §3.1.3). Answers to an earlier transaction are dropped.
"""

import time
from collections.abc import Callable

from drivers.barrier.modbus import crc16
from drivers.link import Link

HEADER = 6
LONGEST = 254
"""The most bytes that the length may announce: unit, function and 252 bytes."""


def to_message(transaction: int, frame: bytes) -> bytes:
    """Return the TCP message of an RTU frame."""
    return transaction.to_bytes(2) + b"\0\0" + (len(frame) - 2).to_bytes(2) + frame[:-2]


class MessageDecoder:
    """Takes bytes in any pieces and gives (transaction, RTU frame). `noise` collects what is in no message."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.noise = b""

    @property
    def waiting(self) -> int:
        """How many bytes wait for the rest of their message."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return what `data` completes. Never raises. `noise` is what this call threw away."""
        messages = []
        self._buffer += data
        start = 0
        lost = bytearray()
        while len(self._buffer) - start >= HEADER:
            transaction, protocol, length = (
                int.from_bytes(self._buffer[start + at : start + at + 2]) for at in range(0, HEADER, 2)
            )
            if protocol or not 2 <= length <= LONGEST:
                lost.append(self._buffer[start])
                start += 1
                continue
            end = start + HEADER + length
            if len(self._buffer) < end:
                break
            body = bytes(self._buffer[start + HEADER : end])
            messages.append((transaction, body + crc16(body)))
            start = end
        del self._buffer[:start]
        self.noise = bytes(lost)
        return messages


class MbapLink(Link):
    """A Modbus/TCP connection that takes RTU frames and gives RTU frames. Noise is handed on, to be seen as noise."""

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self._transaction = 0
        self._decoder = MessageDecoder()

    def write(self, data: bytes) -> None:
        """See Link.write. `data` is one whole frame."""
        self._transaction = (self._transaction + 1) % 0x10000
        self._link.write(to_message(self._transaction, data))

    def read(self, timeout: float) -> bytes:
        """See Link.read. Returns no half frames."""
        until = self._clock() + timeout
        while True:
            data = self._link.read(max(0.0, until - self._clock()))
            messages = self._decoder.feed(data)
            frames = b"".join(frame for transaction, frame in messages if transaction == self._transaction)
            if found := frames + self._decoder.noise:
                return found
            if self._clock() >= until:
                return b""

    def close(self) -> None:
        """See Link.close."""
        self._link.close()
