"""Facts as they are written down: encoded once, chained, signed at the head, and carried as those same bytes.

An event says what happened at one device. Its bytes are what is hashed, stored, sent and kept as evidence, so they are
never made again from the parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from tickets import cbor
from tickets.errors import Malformed as Malformed

GENESIS = bytes(32)
"""What the first event of an epoch is chained to."""
MAX_EVENT_BYTES = 16_384
_HEAD = "waystation journal head v1"
_RECEIPT = "waystation receipt v1"


class Kind(StrEnum):
    """The facts that exist. A receiver keeps kinds that it does not know: an event's `kind` is text."""

    JOURNAL_OPENED = "journal.opened"
    ORDER_HELD = "order.held"
    ORDER_RELEASED = "order.released"
    MONEY_TAKEN = "money.taken"
    MONEY_RETURNED = "money.returned"
    ORDER_PAID = "order.paid"
    TICKET_ISSUED = "ticket.issued"
    TICKET_DELIVERED = "ticket.delivered"
    CLAIM_OPENED = "claim.opened"
    CLAIM_SETTLED = "claim.settled"
    PLACES_RETURNED = "places.returned"
    USE_CLAIMED = "use.claimed"
    USE_PASSED = "use.passed"
    USE_RELEASED = "use.released"
    USE_UNRESOLVED = "use.unresolved"
    SCAN_REFUSED = "scan.refused"
    LANE_EVENT = "lane.event"
    DEVICE_FAULT = "device.fault"
    DEVICE_BACK = "device.back"
    STAFF_ACTED = "staff.acted"
    STAFF_OVERRODE = "staff.overrode"
    GATE_STARTED = "gate.started"
    USE_DUPLICATE = "use.duplicate"
    PAYMENT_ASKED = "payment.asked"
    PAYMENT_ENDED = "payment.ended"
    PAYOUT_ASKED = "payout.asked"
    PAYOUT_ENDED = "payout.ended"
    REFUND_OPENED = "refund.opened"
    INVOICE_ASKED = "invoice.asked"
    SHIFT_OPENED = "shift.opened"
    SHIFT_MOVED = "shift.moved"
    SHIFT_CLOSED = "shift.closed"
    STAFF_CALLED = "staff.called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact. `seq` counts from 1 without a gap within `epoch`; `at_ms` is the device's time, trusted as far as
    `quality` (a TimeQuality's value) says; `body` holds only what CBOR here can (whole numbers, text, bytes, …).
    """

    event_id: UUID
    epoch: UUID
    seq: int
    kind: str
    version: int = 1
    at_ms: int
    quality: str
    body: Mapping[str, object]


def to_bytes(event: Event) -> bytes:
    """The event's one encoding. Raises TypeError for a body that CBOR here cannot hold, ValueError when too long."""
    data = cbor.encode(
        [
            event.event_id.bytes,
            event.epoch.bytes,
            event.seq,
            str(event.kind),
            event.version,
            event.at_ms,
            str(event.quality),
            event.body,
        ]
    )
    if len(data) > MAX_EVENT_BYTES:
        raise ValueError(f"an event has at most {MAX_EVENT_BYTES} bytes")
    return data


def from_bytes(data: bytes) -> Event:
    """The event in `data`. Raises Malformed; whether the body fits the kind is the reader's question."""
    match cbor.decode(data, max_bytes=MAX_EVENT_BYTES):
        case [bytes() as event_id, bytes() as epoch, int() as seq, str() as kind, int() as version, int() as at_ms,
              str() as quality, dict() as body] if _fits(event_id, epoch, seq, version, at_ms, body):  # fmt: skip
            return Event(
                event_id=UUID(bytes=event_id),
                epoch=UUID(bytes=epoch),
                seq=seq,
                kind=kind,
                version=version,
                at_ms=at_ms,
                quality=quality,
                body=body,
            )
        case _:
            raise Malformed("not an event")


def _fits(event_id: bytes, epoch: bytes, seq: int, version: int, at_ms: int, body: Mapping[object, object]) -> bool:
    return (
        len(event_id) == len(epoch) == 16
        and not any(isinstance(number, bool) for number in (seq, version, at_ms))
        and seq >= 1
        and version >= 1
        and at_ms >= 0
        and all(isinstance(name, str) for name in body)
    )


def chain(previous: bytes, data: bytes) -> bytes:
    """The hash after `data`: SHA-256(previous hash ‖ event bytes). Start with GENESIS."""
    if len(previous) != 32:
        raise ValueError("a chain hash has 32 bytes")
    return sha256(previous + data).digest()


def head_message(epoch: UUID, seq: int, head: bytes) -> bytes:
    """What a device signs to stand behind its journal up to `seq`."""
    return cbor.encode([_HEAD, epoch.bytes, seq, head])


def receipt_message(epoch: UUID, seq: int, head: bytes) -> bytes:
    """What the centre signs to say that it keeps a journal up to `seq`."""
    return cbor.encode([_RECEIPT, epoch.bytes, seq, head])


def uuid7(at_ms: int, random: Callable[[int], bytes]) -> UUID:
    """A version 7 UUID (RFC 9562 section 5.7): 48 bits of milliseconds, then 74 random bits from `random(10)`."""
    if not 0 <= at_ms < 1 << 48:
        raise ValueError("milliseconds since 1970 beyond 48 bits")
    tail = int.from_bytes(random(10))
    return UUID(int=at_ms << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | 0b10 << 62 | tail & (1 << 62) - 1)
