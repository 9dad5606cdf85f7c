"""Packets of the Simple Serial Interface, which Symbol, Motorola and Zebra scanners speak.

A packet is its length (without the checksum), operation, source (0 scanner, 4 host), status and data, and then the
two's complement of the sum of all that, 2 bytes, high first (Simple Serial Interface Programmer's Guide, 72E-40451).
"""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

HEADER = 4
LARGEST = 255 - HEADER
WAKE_UP = b"\0"
"""Wakes a scanner that sleeps, which loses the byte that woke it. No packet begins with 0."""


class Source(IntEnum):
    """Who sent a packet."""

    SCANNER = 0
    HOST = 4


class Operation(IntEnum):
    """What a packet is. Not all are used; all must be known to find a packet's beginning in noise."""

    REQUEST_REVISION = 0xA3
    REPLY_REVISION = 0xA4
    REPLY_ID = 0xA6
    AIM_OFF = 0xC4
    AIM_ON = 0xC5
    PARAM_SEND = 0xC6
    PARAM_REQUEST = 0xC7
    PARAM_DEFAULTS = 0xC8
    ACK = 0xD0
    NAK = 0xD1
    FLUSH_QUEUE = 0xD2
    CAPABILITIES_REQUEST = 0xD3
    CAPABILITIES_REPLY = 0xD4
    START_SESSION = 0xE4
    STOP_SESSION = 0xE5
    BEEP = 0xE6
    LED_ON = 0xE7
    LED_OFF = 0xE8
    SCAN_ENABLE = 0xE9
    SCAN_DISABLE = 0xEA
    SLEEP = 0xEB
    DECODE_DATA = 0xF3
    EVENT = 0xF6


class Status(IntFlag):
    """The status byte."""

    FIRST = 0
    AGAIN = 1  # was sent before and not acknowledged
    TO_BE_CONTINUED = 2  # the code goes on in the next packet
    PERMANENT = 8  # of PARAM_SEND: kept without power


class Cause(IntEnum):
    """Why a packet was not accepted: the data byte of NAK."""

    RESEND = 1  # the checksum was wrong
    BAD_CONTEXT = 2
    DENIED = 6
    CANCEL = 10


class Parameter(IntEnum):
    """The parameters used here."""

    DECODE_TIMEOUT = 0x88  # tenths of a second that a session lasts
    TRIGGER = 0x8A
    HANDSHAKE = 0x9F  # 1 = every packet is acknowledged
    PACKETS = 0xEE  # 1 = codes are sent in packets, 0 = as they are


HOST_TRIGGER = 8
NO_BEEP = 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet. Its data may be a code, so it is not shown."""

    operation: int
    source: int
    status: int = 0
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """Something looked like a packet to its end and had the wrong checksum."""


def _checksum(body: bytes) -> bytes:
    return (-sum(body) & 0xFFFF).to_bytes(2, "big")


def encode(packet: Packet) -> bytes:
    """Return the bytes of `packet`. Raises ValueError when it has more data than a packet holds."""
    if len(packet.data) > LARGEST:
        raise ValueError(f"A packet holds {LARGEST} bytes of data, not {len(packet.data)}")
    head = bytes((HEADER + len(packet.data), packet.operation, packet.source, packet.status))
    return head + packet.data + _checksum(head + packet.data)


class Decoder:
    """Takes bytes in any pieces and gives what `source` sent. `discarded` counts the bytes that were in no packet.

    Packets have no beginning mark: a length, a known operation and the source are looked for, and the checksum decides.
    A packet that never ends waits for ever: call `reset` when the line is quiet.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen = bytearray()
        self.discarded = 0

    @property
    def unfinished(self) -> bool:
        """Whether a packet has begun and not ended."""
        return bool(self._seen)

    def feed(self, data: bytes) -> list[Packet | Damaged]:
        """Return what `data` completes. Never raises."""
        events: list[Packet | Damaged] = []
        self._seen += data
        while self._seen:
            seen = bytes(self._seen)
            if not self._could_begin(seen):
                self._drop(1)
                continue
            length = seen[0]
            if len(seen) < length + 2:
                break
            if seen[length : length + 2] == _checksum(seen[:length]):
                events.append(
                    Packet(operation=seen[1], source=seen[2], status=seen[3], data=seen[HEADER:length]),
                )
                del self._seen[: length + 2]
            else:
                events.append(Damaged())
                self._drop(1)
        return events

    def reset(self) -> None:
        """Give up the unfinished packet."""
        self._drop(len(self._seen))

    def _could_begin(self, seen: bytes) -> bool:
        return (
            seen[0] >= HEADER
            and (len(seen) < 2 or seen[1] in _OPERATIONS)
            and (len(seen) < 3 or seen[2] == self._source)
        )

    def _drop(self, count: int) -> None:
        self.discarded += count
        del self._seen[:count]


_OPERATIONS = frozenset(Operation)
