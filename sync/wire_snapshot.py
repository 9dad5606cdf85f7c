"""Snapshots: all that a station's terminals are told, as one file, for whoever has nothing or is too far behind.

| call | signed by the device | answer |
|---|---|---|
| `GET /v1/sync/snapshot` | yes | `SnapshotAnswer`; 404 where pages are quicker, 503 with Retry-After while it is made |
| `GET /v1/sync/snapshot/{id}` | yes | the file's bytes; `Range` and `If-Range` (the ETag is the hash in hexadecimal) |

The file is gzip (RFC 1952) of lines; each is one `Record` as JSON, without tombstones, in the order of kind and key.
Kinds that must be destroyable are not in the file but `besides` it: a key that is to be destroyed lies in no file.
"""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from sync.wire import Bytes32, Bytes64, Hex32, Millis, Record, TicketBody, UseBody, Wire
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


class TicketLine(Wire):
    """A ticket's record, its body read at once."""

    kind: Literal["ticket"]
    key: str
    body: TicketBody
    change: int = Field(ge=0)


class UseLine(Wire):
    """A use's record, likewise."""

    kind: Literal["use"]
    key: str
    body: UseBody
    change: int = Field(ge=0)


_TICKETS = TypeAdapter(list[TicketLine])
_USES = TypeAdapter(list[UseLine])
_RECORDS = TypeAdapter(list[Record])
_READ_AT_ONCE: Sequence[tuple[bytes, TypeAdapter[list[TicketLine]] | TypeAdapter[list[UseLine]]]] = (
    (b'{"kind":"ticket",', _TICKETS),
    (b'{"kind":"use",', _USES),
)


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


def read_lines(lines: Sequence[bytes]) -> Sequence[TicketLine | UseLine | Record]:
    """The records in some lines of a file. ValueError for a line that is not a record at all.

    Where all are tickets, or uses, that are what they should be, their bodies are read in the same go.
    """
    array = b"[" + b",".join(lines) + b"]"
    for beginning, adapter in _READ_AT_ONCE:
        if all(line.startswith(beginning) for line in lines):
            try:
                return adapter.validate_json(array)
            except ValidationError:
                break  # one of them is bad: each is looked at, and that one is set aside
    return _RECORDS.validate_json(array)
