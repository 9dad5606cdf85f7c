"""Snapshots: all that a station's terminals are told, as one file, for whoever has nothing or is too far behind.

| call | signed by the device | answer |
|---|---|---|
| `GET /v1/sync/snapshot` | yes | `SnapshotAnswer`; 404 where pages are quicker, 503 with Retry-After while it is made |
| `GET /v1/sync/snapshot/{id}` | yes | the file's bytes; `Range` and `If-Range` (the ETag is the hash in hexadecimal) |

The file is gzip (RFC 1952) of lines; each is one `Record` as JSON, without tombstones, in the order of kind and key.
Kinds that must be destroyable are not in the file but `besides` it: a key that is to be destroyed lies in no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12, and brings it

from sync.wire.pull import Record
from sync.wire.types import (
    Bytes32,
    Bytes64,
    Digits,
    Fen,
    Hex,
    Hex32,
    IsoDate,
    Millis,
    OrderCode,
    Seat,
    Stop,
    TripCode,
    Wire,
)
from tickets import cbor

KIND_OF_FILE: Final = "application/gzip"
MAX_LINE_BYTES: Final = 256 * 1024
"""No record is longer; a reader of a file refuses one that is."""
BESIDES: Final = ("day_key",)
"""The kinds that are not in the file."""

_SNAPSHOT = "waystation snapshot v1"


class SnapshotAnswer(Wire):
    """What a snapshot is: `size` bytes with this SHA-256, holding `records`, as of `cursor`.

    `signature` is made by a LIST key over `snapshot_message`; `besides` comes as a page's records do.
    """

    station: int
    id: Hex32
    size: int = Field(ge=1)
    sha256: Bytes32
    cursor: str = Field(max_length=512)
    records: int = Field(ge=0)
    made_at: Millis
    signature: Bytes64
    besides: tuple[Record, ...] = ()


_WHEN_USED = ConfigDict(defer_build=True)


@with_config(_WHEN_USED)
class TicketTold(TypedDict):
    """`wire.TicketBody` as a plain map: checked as strictly, and in half the time."""

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
    order_code: NotRequired[OrderCode | None]


class _TicketLine(TypedDict):
    kind: Literal["ticket"]
    key: str
    body: TicketTold
    change: Annotated[int, Field(ge=0)]


@dataclass(slots=True)
class TicketRecord:
    """A ticket's record whose body was checked already."""

    key: str
    body: TicketTold
    change: int
    kind: str = "ticket"


TICKET = TypeAdapter(TicketTold)
"""Checks a ticket's body."""
_TICKETS = TypeAdapter(list[_TicketLine], config=_WHEN_USED)
_RECORDS = TypeAdapter(list[Record], config=_WHEN_USED)
_TICKET_BEGINS = b'{"kind":"ticket",'


def snapshot_message(answer: SnapshotAnswer) -> bytes:
    """What is signed: the canonical CBOR of the name of this format and of all fields but the last two, in order."""
    return cbor.encode(
        [
            _SNAPSHOT,
            answer.station,
            bytes.fromhex(answer.id),
            answer.size,
            answer.sha256,
            answer.cursor,
            answer.records,
            answer.made_at,
        ]
    )


def read_lines(lines: Sequence[bytes]) -> Sequence[TicketRecord | Record]:
    """The records in some lines of a file. ValueError for a line that is not a record at all.

    Where all are tickets that are what they should be, their bodies are read in the same go.
    """
    array = b"[" + b",".join(lines) + b"]"
    if all(line.startswith(_TICKET_BEGINS) for line in lines):
        try:
            return [TicketRecord(each["key"], each["body"], each["change"]) for each in _TICKETS.validate_json(array)]
        except ValidationError:
            pass  # one of them is bad: each is looked at, and that one is set aside
    return _RECORDS.validate_json(array)
