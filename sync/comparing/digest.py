"""One number for all that is known of a departure: equal on both sides exactly when they know the same.

SHA-256 over the canonical CBOR (RFC 8949 §4.2.1) of tickets, uses, money and allotments, each in the order of its key.
The order in which facts arrived, and how often, does not enter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from tickets import cbor

_NAME = "waystation departure digest v1"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TicketFact:
    """A ticket. `issuer` is a device or "centre"; `expires_s` in seconds since 1970, `fare` in fen."""

    number: str
    service_date: str
    trip: str
    boarding: int
    alighting: int
    seat: int | None
    kind: int
    children: int
    fare: int
    tag: bytes
    expires_s: int
    state: str
    issuer: str

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others."""
        return (self.number,)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class UseFact:
    """One attempt at one use of a ticket, and how it ended (None while it is open)."""

    number: str
    use_no: int
    attempt: str
    device: str
    lane: str
    at_ms: int
    end: str | None
    purpose: str

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others."""
        return (self.number, f"{self.use_no:06d}", self.attempt)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MoneyFact:
    """Money that went into or out of a device, named by its event: the epoch (32 hex digits) and sequence number."""

    epoch: str
    seq: int
    device: str
    order: str
    direction: str
    fen: int
    method: str
    counter: int | None
    at_ms: int

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others."""
        return (self.epoch, f"{self.seq:012d}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AllotmentFact:
    """All places ever granted to a device on a departure; `seats` is empty where they are only counted."""

    service_date: str
    trip: str
    device: str
    seats: tuple[int, ...]
    count: int

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others."""
        return (self.service_date, self.trip, self.device)


def departure_digest(
    tickets: Iterable[TicketFact],
    uses: Iterable[UseFact],
    money: Iterable[MoneyFact],
    allotments: Iterable[AllotmentFact] = (),
) -> str:
    """The digest of these facts as 64 hexadecimal digits; their order and repetitions do not matter."""
    parts = [_NAME, *(_in_order(facts) for facts in (tickets, uses, money, allotments))]
    return sha256(cbor.encode(parts)).hexdigest()


def _in_order(facts: Iterable[TicketFact | UseFact | MoneyFact | AllotmentFact]) -> list[list[object]]:
    ordered = sorted(set(facts), key=lambda fact: (fact.key, repr(fact)))
    return [[getattr(fact, name) for name in fact.__slots__] for fact in ordered]
