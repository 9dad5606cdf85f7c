"""ccTalk frames (generic specification, part 1, issue 4.7): destination, length, source, header, data, checksum.

The checksum makes the 8-bit sum of the whole frame 0. There is no start byte, so a receiver that lost its
place tries every offset; knowing which addresses are on the line makes it find the next frame soon.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

HOST = 1
COIN_ACCEPTOR = 2
HOPPER = 3
BILL_VALIDATOR = 40
"""The addresses that part 3 gives to each kind of device; several hoppers count on from theirs."""
LARGEST = 252  # data bytes; a frame is at most 257 bytes


class Header(IntEnum):
    """The commands used here, and the answers ACK and NAK (part 2, and part 3 appendix 1)."""

    ACK = 0
    RESET = 1
    NAK = 5
    BUSY = 6
    MODIFY_OPERATING_MODE = 153
    ROUTE_BILL = 154
    COUNTRY_SCALING = 156
    BILL_ID = 157
    BUFFERED_EVENTS = 159
    REQUEST_CIPHER_KEY = 160
    TEST_HOPPER = 163
    ENABLE_HOPPER = 164
    HOPPER_STATUS = 166
    DISPENSE_COINS = 167
    DISPENSE_COUNT = 168
    HOPPER_COIN = 171
    EMERGENCY_STOP = 172
    COIN_ID = 184
    SORTER_PATHS = 210
    LEVEL_STATUS = 217
    MASTER_INHIBIT_STATUS = 227
    MODIFY_MASTER_INHIBIT = 228
    BUFFERED_CREDIT = 229
    INHIBIT_STATUS = 230
    MODIFY_INHIBITS = 231
    SELF_CHECK = 232
    SERIAL_NUMBER = 242
    PRODUCT_CODE = 244
    CATEGORY = 245
    MANUFACTURER = 246
    SIMPLE_POLL = 254


class Route(IntEnum):
    """What header 154 can do with the note in escrow."""

    RETURN = 0
    STACK = 1
    EXTEND_TIMEOUT = 255


class RouteFailure(IntEnum):
    """Why header 154 did not: the one data byte of its answer, which has none when all is well."""

    ESCROW_EMPTY = 254
    FAILED = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message. `header` is a plain number: devices may send ones not listed here."""

    destination: int
    source: int
    header: int
    data: bytes = b""


def encode(frame: Frame) -> bytes:
    """Return the bytes of `frame`. Raises ValueError when it has more data than a frame holds."""
    if len(frame.data) > LARGEST:
        raise ValueError(f"A ccTalk frame holds {LARGEST} data bytes, not {len(frame.data)}")
    body = bytes((frame.destination, len(frame.data), frame.source, frame.header)) + frame.data
    return body + bytes((-sum(body) & 0xFF,))


class Decoder:
    """Takes bytes in any pieces and gives whole frames between the addresses of one line.

    `discarded` counts the bytes that belonged to no frame. A frame that never ends waits for ever: call
    `reset` when the line has been quiet for 50 ms (part 1, inter-byte timeout).
    """

    def __init__(self, addresses: frozenset[int]) -> None:
        self._addresses = addresses
        self._waiting = bytearray()
        self.discarded = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes. Never raises."""
        self._waiting += data
        frames = []
        while self._waiting:
            found = self._first()
            if found is None:
                break
            if isinstance(found, Frame):
                frames.append(found)
                del self._waiting[: 5 + len(found.data)]
            else:
                del self._waiting[0]
                self.discarded += 1
        return frames

    def reset(self) -> None:
        """Give up the unfinished frame."""
        self.discarded += len(self._waiting)
        self._waiting.clear()

    def _first(self) -> Frame | bool | None:
        """A frame at the front; False when none can start there; None when more bytes are needed to tell."""
        seen = self._waiting
        if seen[0] not in self._addresses:
            return False
        if len(seen) > 1 and seen[1] > LARGEST:
            return False
        if len(seen) > 2 and (seen[2] not in self._addresses or seen[2] == seen[0]):
            return False
        if len(seen) < 5 or len(seen) < 5 + seen[1]:
            return None
        whole = bytes(seen[: 5 + seen[1]])
        if sum(whole) & 0xFF:
            return False
        return Frame(destination=whole[0], source=whole[2], header=whole[3], data=whole[4:-1])


_BILL_ID = re.compile(rb"([A-Z]{2})(\d{4})[A-Z]\Z")


def bill_value(identity: bytes, country: str, scaling: bytes) -> int | None:
    """Return the value in fen (hundredths) of a bill by its answer to header 157 (b"CN0010A"), None if it has none.

    `scaling` is the answer to header 156: factor (2 bytes, low first) and decimal places. The value is the
    bill's number times the factor, in units of 10 to the minus places. Other countries' notes have no value here.
    """
    match = _BILL_ID.match(identity)
    if match is None or match[1] != country.encode() or len(scaling) != 3:
        return None
    scaled = int(match[2]) * int.from_bytes(scaling[:2], "little") * 100
    fen, rest = divmod(scaled, 10 ** scaling[2])
    return fen if fen and not rest else None


_COIN_ID = re.compile(rb"([A-Z]{2})([0-9]{3})[A-Z]\Z")


def coin_value(identity: bytes, country: str) -> int | None:
    """Return the value in fen (hundredths) of a coin by its answer to header 184 (b"CN100A"), None if it has none.

    The three digits count the currency's smallest unit, so 100 is a yuan (part 3, appendix 3). That appendix also has
    letters in their place, for very large and very small coins; no Chinese coin needs them, so they have no value here.
    """
    match = _COIN_ID.match(identity)
    if match is None or match[1] != country.encode():
        return None
    return int(match[2]) or None
