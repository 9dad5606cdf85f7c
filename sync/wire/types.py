"""How everything on the line is spelt: bytes, instants, money, numbers, and the answer when something goes wrong."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from sync.encoding import from_text, to_text

PROTOCOL = 1
"""The protocol that this package describes."""

OLDEST_PROTOCOL = max(1, PROTOCOL - 1)
"""The oldest that is still spoken: the one before it, once there is one."""


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
