"""The contract between a station's machines and the centre, protocol 1: every body that crosses the line.

JSON over HTTP. Bytes are base64url without padding, instants are integer milliseconds since 1970, money is
integer fen, dates are ISO text. A reader ignores fields that it does not know, so that the other side may be newer;
`tests/sync` holds both sides to these models. Client and centre share this module and nothing else.

| call | signed by the device | body | answer |
|---|---|---|---|
| `POST /v1/enrol` | no, by proofs of a one-time code | `EnrolRequest` | `EnrolAnswer` |
| `POST /v1/device/renew` | yes | `RenewRequest` | `RenewAnswer` |
| `POST /v1/sync/push` | yes | `PushBatch` | `PushAnswer` |
| `GET /v1/sync/pull?cursor=&limit=&wait=` | yes | – | `PullAnswer` |
| `GET /v1/sync/snapshot` | yes | – | `sync.wire_snapshot` |
| `GET`, `POST /v1/sync/digest` | yes | – | `sync.wire_digest` |
| `POST /v1/sync/forward` | yes, by a relay | `sync.wire_relay_up` | `ForwardAnswer` |
| `POST /v1/time` | no, by the nonce | `TimeRequest` | `TimeAnswer` |
| `GET /v1/health` | no | – | `HealthAnswer` |
| `POST /v1/office/sales` | no, office token | `OfficeSale` | `OfficeSold` |
| `POST /v1/office/refunds` | no, office token | `OfficeRefund` | `OfficeRefunded` |

What tills ask about payments, uses and money is in `sync.wire_money`, about places in `sync.wire_places`; what a
browser and the payment sandbox are served is in `docs/payments.md`. Whatever goes wrong is answered with `ErrorAnswer`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from sync.encoding import from_text, to_text
from tickets.events import MAX_EVENT_BYTES as MAX_EVENT_BYTES

PROTOCOL = 1
"""The protocol that this module describes."""

OLDEST_PROTOCOL = max(1, PROTOCOL - 1)
"""The oldest that is still spoken: the one before it, once there is one."""

MAX_BATCH_EVENTS = 500
"""Most events in one push."""

MAX_BATCH_BYTES = 512 * 1024
"""Most bytes of events (before base64) that a client puts in one push, unless a single event is larger."""

MAX_PAGE_RECORDS = 2000
"""Most records in one page of a pull."""


def _read_bytes(value: object) -> object:
    return from_text(value) if isinstance(value, str) else value


_ANY_END = "([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?"
"""How base64url without padding may end, where the bits that are left over are zero (RFC 4648 §3.5)."""
_ENDS = {1: "[A-Za-z0-9_-][AQgw]", 2: "[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048]", 0: ""}


def _bytes_pattern(length: int | None) -> str:
    if length is None:
        return f"^([A-Za-z0-9_-]{{4}})*{_ANY_END}$"
    return f"^[A-Za-z0-9_-]{{{length // 3 * 4}}}{_ENDS[length % 3]}$"


def _bytes_field(length: int | None = None) -> tuple[object, ...]:
    schema: dict[str, object] = {"type": "string", "format": "base64url", "pattern": _bytes_pattern(length)}
    size = Field(min_length=length, max_length=length) if length is not None else Field()
    return (BeforeValidator(_read_bytes), PlainSerializer(to_text, when_used="json"), WithJsonSchema(schema), size)


Bytes = Annotated[bytes, *_bytes_field()]
"""Bytes of any length: `bytes` in Python, base64url text in JSON."""
Bytes16 = Annotated[bytes, *_bytes_field(16)]
"""16 bytes: the name of a one-time code."""
Bytes32 = Annotated[bytes, *_bytes_field(32)]
"""32 bytes: a hash, a raw Ed25519 key, a nonce."""
Bytes64 = Annotated[bytes, *_bytes_field(64)]
"""64 bytes: an Ed25519 signature."""
Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})*$")]
"""Bytes as lower-case hexadecimal text."""
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""16 bytes (an epoch, an attempt, a sale) as 32 hexadecimal digits."""
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""32 bytes (a raw Ed25519 key) as 64 hexadecimal digits."""
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
"""A ticket number: 20 digits."""
IsoDate = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
"""A service date, `2026-11-22`."""
TripCode = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,16}$")]
"""A trip within its service date: 1 to 16 printing ASCII characters."""
Fen = Annotated[int, Field(ge=0, le=10**9)]
"""An amount of money, in fen."""
LATEST_MS = 253_370_764_799_999
"""The last millisecond of the year 9998: the last that any part of a station can show in any time zone. What is dated
later is not in the contract.
"""
Millis = Annotated[int, Field(ge=0, le=LATEST_MS)]
"""An instant: milliseconds since 1970-01-01T00:00Z."""
UseNo = Annotated[int, Field(ge=1, le=2**31)]
"""Which use of its ticket a use is, from 1."""
Seq = Annotated[int, Field(ge=1, le=2**53)]
"""The place of an event in its journal, from 1."""
OrderCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{10}$")]
"""What a web sale is collected with: 10 characters of Crockford's base32 (no I, L, O or U), made at random."""
Stop = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""A stop's number."""
Seat = Annotated[int, Field(ge=1, le=255)]
"""A seat's number."""
Prefix = Annotated[int, Field(ge=0, le=2**24 - 1)]
"""The first 24 bits of every number that a till issues."""
Bilingual = tuple[str, str]
"""A text in Chinese and in English."""


ProtocolRange = Annotated[
    tuple[int, int],
    WithJsonSchema({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
]
"""The oldest and the newest protocol that are spoken."""


class Wire(BaseModel):
    """Base of all that crosses the line: frozen, and deaf to fields that it does not know.

    What checks a body is built when the first one comes: no process speaks of everything.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class ErrorAnswer(Wire):
    """What every refusal says: what happened, what to do next, and for a gap where the centre wants to go on.

    `protocols` comes with 426: the oldest and the newest that are spoken there. `revoked` comes with 403 and is true:
    the signature holds, and whose it is is believed no more.
    """

    what: str
    hint: str
    expected_seq: int | None = None
    protocols: ProtocolRange | None = None
    revoked: bool | None = None


# ---------------------------------------------------------------- enrolment


class EnrolRequest(Wire):
    """A proof that the device knows a technician's one-time code, and the public keys that it made for itself.

    `line_key` is the SHA-256 of the public key (SubjectPublicKeyInfo) that the device sees at the other end of TLS;
    null where there is no TLS. Both proofs are in `sync.code_proof`.
    """

    code_id: Bytes16
    kind: Literal["till", "gate", "relay"]
    name: str = Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")
    device_key: Bytes32
    till_key: Bytes32 | None = None
    nonce: Bytes32
    line_key: Bytes32 | None = None
    proof: Bytes32


class EnrolAnswer(Wire):
    """What an enrolled device keeps: who it is, the pinned root, its certificates, and for a till its prefix.

    `line_authorities` are the X.509 certificates (DER) of those who may certify the centre's TLS key from now on; none
    where the line has no TLS of the centre's own. `proof` shows that all of this is from who made the code.
    """

    device: str
    station: int
    prefix: Prefix | None
    certificate: Bytes | None
    root_key: Bytes32
    trust_list: Bytes
    device_certificate: Bytes | None = None
    line_authorities: tuple[Bytes, ...] = ()
    proof: Bytes32


class RenewRequest(Wire):
    """Renew the device's certificate. With `new_key` the device also changes its key: `new_proof` is that key's
    signature over `tickets.device_certificate.rotation_message`, while the request is signed with the key before.
    """

    new_key: Bytes32 | None = None
    new_proof: Bytes64 | None = None


class RenewAnswer(Wire):
    """The device's new certificate (`tickets.device_certificate`)."""

    certificate: Bytes


# ---------------------------------------------------------------- push


class Head(Wire):
    """The end of the chain after this batch, signed by the device (`tickets.events.head_message`)."""

    seq: Seq
    hash: Bytes32
    signature: Bytes64


class PushBatch(Wire):
    """Consecutive events of one journal epoch. `previous` is the chain's hash before `first_seq`."""

    protocol: int = PROTOCOL
    epoch: Hex32
    prefix: Prefix | None
    first_seq: Seq
    previous: Bytes32
    events: tuple[Bytes, ...] = Field(min_length=1, max_length=MAX_BATCH_EVENTS)
    head: Head


class PushResult(Wire):
    """What became of one event. `held`: a relay has it; `kept`: the centre has it; the others are kept as evidence."""

    seq: int
    result: Literal["held", "kept", "poisoned", "conflict"]
    why: str | None = None


class PushAnswer(Wire):
    """One result per event, in order; `receipt` signs `tickets.events.receipt_message` at `kept_through`."""

    results: tuple[PushResult, ...]
    kept_through: int = Field(ge=0, le=2**53)
    receipt: Bytes64


# ---------------------------------------------------------------- pull


class Record(Wire):
    """The latest state of one thing at this station; a body of None says that it is gone (a tombstone)."""

    kind: str = Field(min_length=1, max_length=32)
    key: str = Field(max_length=128)
    body: dict[str, object] | None
    change: int = Field(ge=0)


class PullAnswer(Wire):
    """One page of records, the cursor to ask with next, and whether there is more at once."""

    records: tuple[Record, ...] = Field(max_length=MAX_PAGE_RECORDS)
    cursor: str = Field(max_length=512)
    more: bool


class StationBody(Wire):
    """Record `station` "": the station itself; `stop` is its own boarding stop."""

    code: int
    name: Bilingual
    operator: Bilingual
    timezone: str
    stop: Stop


class StopBody(Wire):
    """Record `stop` "<id>": a place to travel to. `popular` orders the first screen, highest first."""

    id: Stop
    name: Bilingual
    pinyin: str
    initials: str
    popular: int


class StopCallBody(Wire):
    """One stop of a departure: the full fare to it and the minutes after leaving."""

    stop: Stop
    fare: Fen
    minutes: int


class DepartureBody(Wire):
    """Record `departure` "<date>/<trip>", as `tickets.departures.Departure.to_record` writes it.

    `acts` are the facts of staff (their ids, 32 hexadecimal digits) that the centre has worked into it already.
    """

    service_date: IsoDate
    trip: TripCode
    departs_at: Millis
    boarding: Stop
    gate: str
    bay: str
    plate: str
    seats: int | None
    places: int
    stops: tuple[StopCallBody, ...]
    opens_at: Millis
    closes_at: Millis
    state: str
    identity: str
    merged_into: str | None = None
    late_until: Millis | None = None
    planned_close: Millis | None = None
    planned_at: Millis | None = None
    acts: tuple[Hex32, ...] = ()


class AllotmentBody(Wire):
    """Record `allotment` "<date>/<trip>/<device>": all that this till was ever granted there; it only grows."""

    service_date: IsoDate
    trip: TripCode
    device: str
    seats: tuple[Seat, ...] | None
    count: int | None = Field(ge=0)


class PoolBody(Wire):
    """Record `pool` "<date>/<trip>": how many places the centre still has to give, at least (told in steps)."""

    service_date: IsoDate
    trip: TripCode
    left: int = Field(ge=0)


class RecallBody(Wire):
    """Record `recall` "<date>/<trip>/<device>": the centre asks a till to give back these `seats`, and of the other
    places that it has not sold all but `keep` (None: as many as it likes). Asked, never taken.
    """

    service_date: IsoDate
    trip: TripCode
    device: str
    seats: tuple[Seat, ...] = ()
    keep: int | None = Field(default=None, ge=0)


class SeatingBody(Wire):
    """Record `seating` "<date>/<trip>": who sits elsewhere than the ticket says on the coach that goes (by ticket
    number: another coach, or a merged departure's passengers), and the tickets for which there is no seat.
    """

    service_date: IsoDate
    trip: TripCode
    seats: dict[Digits, Seat]
    without: tuple[Digits, ...] = ()


class TicketBody(Wire):
    """Record `ticket` "<digits>": a ticket as the centre knows it. `expires` is in whole seconds since 1970.

    With `order_code` a ticket that was bought elsewhere is collected at a till.
    """

    number: Digits
    service_date: IsoDate
    trip: TripCode
    boarding: Stop
    alighting: Stop
    seat: Seat | None
    kind: int
    children: int
    fare: Fen
    tag: Hex
    expires: int
    state: Literal["valid", "refunded", "changed", "revoked"]
    issuer: str
    order_code: OrderCode | None = None


class UseBody(Wire):
    """Record `use` "<digits>/<use_no>": one use of a ticket, by any device of the station.

    `persons` is how many it lets through (how many walked through, once it has passed), `by` how the ticket was shown;
    the departure is None where only the end of a use is known.
    """

    number: Digits
    use_no: UseNo
    attempt: Hex32
    device: str
    lane: str
    at: Millis
    end: Literal["passed", "released", "unresolved"] | None
    purpose: Literal["admission", "refund", "change", "exit"] = "admission"
    persons: int = Field(default=1, ge=0, le=10)
    flags: tuple[str, ...] = ()
    by: str = ""
    service_date: IsoDate | None = None
    trip: TripCode | None = None


class DayKeyBody(Wire):
    """Record `day_key` "<date>": the key of that service day's identity tags; its tombstone destroys it here."""

    service_date: IsoDate
    key: Hex


class TrustBody(Wire):
    """Record `trust` "": the newest signed trust list. Nothing believes it before its signature was checked."""

    list: Bytes


class FreshnessBody(Wire):
    """Record `freshness` "": which trust list is the newest, said by the centre every hour (`tickets.freshness`)."""

    statement: Bytes


class CertificateBody(Wire):
    """Record `certificate` "<device>": a till's renewed certificate."""

    certificate: Bytes


class DeviceBody(Wire):
    """Record `device` "<device>": an enrolled device of this station and the public key that it signs with.

    `retired` may still report what it did; what a `revoked` one says is not believed. `former` are keys that it may
    still sign with for a while: not every process of it has the new one yet.
    """

    device: str
    kind: Literal["till", "gate", "relay"]
    name: str
    key: Hex64
    state: Literal["active", "retired", "revoked"]
    former: tuple[Hex64, ...] = ()


class ClaimBody(Wire):
    """Record `claim` "<number>": money that a passenger is owed, and whether a cashier has paid it out."""

    number: str
    device: str
    fen: Fen
    state: Literal["open", "settled"]
    reason: str


# ---------------------------------------------------------------- time, health


class TimeRequest(Wire):
    """A nonce of the caller's; asking for signed time needs no valid clock."""

    nonce: Bytes32


class TimeAnswer(Wire):
    """A token by the TIME key over the nonce and the centre's time (`tickets.time_token`)."""

    token: Bytes


class HealthAnswer(Wire):
    """The centre is there, which version it is, and the oldest and the newest protocol that it serves."""

    ok: bool
    version: str
    protocols: ProtocolRange = (1, 1)


# ---------------------------------------------------------------- office (the web channel)


class OfficeDocument(Wire):
    """Who travels. It is sealed and turned into a tag at once; it is neither kept nor logged."""

    kind: int = Field(repr=False)
    number: str = Field(min_length=1, max_length=32, repr=False)
    name: str = Field(max_length=64, repr=False)


class OfficeSale(Wire):
    """A ticket sold by the centre itself; the same `sale_id` again answers with the same ticket."""

    sale_id: Hex32
    service_date: IsoDate
    trip: TripCode
    alighting: Stop
    document: OfficeDocument = Field(repr=False)
    kind: int = 0
    children: int = Field(default=0, ge=0, le=9)


class OfficeSold(Wire):
    """The ticket's number, its code (`RT1:…`), and the code with which it is collected at a till."""

    number: Digits
    code: str
    order_code: OrderCode | None = None


class OfficeRefund(Wire):
    """Give a ticket's money back: the ticket stops being good."""

    number: Digits


class OfficeRefunded(Wire):
    """The ticket, and the state that it now has."""

    number: Digits
    state: str


class OfficeIncident(Wire):
    """What should not have happened and did; what it means follows from its kind."""

    kind: str
    subject: str
    body: dict[str, object]
    opened_at: Millis


class OfficeIncidents(Wire):
    """A station's incidents, oldest first."""

    incidents: tuple[OfficeIncident, ...]


BODIES: dict[str, type[Wire]] = {
    "station": StationBody,
    "stop": StopBody,
    "departure": DepartureBody,
    "allotment": AllotmentBody,
    "pool": PoolBody,
    "recall": RecallBody,
    "seating": SeatingBody,
    "ticket": TicketBody,
    "use": UseBody,
    "day_key": DayKeyBody,
    "trust": TrustBody,
    "freshness": FreshnessBody,
    "certificate": CertificateBody,
    "claim": ClaimBody,
    "device": DeviceBody,
}
"""The body of each kind of record that this version knows."""
