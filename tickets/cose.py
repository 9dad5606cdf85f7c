"""COSE_Sign1 (RFC 9052 section 4.2), untagged, with everything that matters in the protected header.

A signature is checked over the bytes as they came, before anything in the payload is looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from tickets import cbor
from tickets.errors import Malformed as Malformed
from tickets.keys import PublicKey, SigningKey

ALG = 1
KID = 4
KCWT = 13
"""Header labels: RFC 9052 section 3.1, and RFC 9528 section 10.7 for `kcwt`."""

_CONTEXT = "Signature1"


@dataclass(frozen=True, slots=True)
class Sign1:
    """A signed message in its parts. Parsed is not verified: `verify` says whether a key stands behind it."""

    protected_raw: bytes
    protected: Mapping[object, object]
    payload: bytes
    signature: bytes

    def verify(self, key: PublicKey) -> bool:
        """Whether `key` signed exactly these bytes. The header's algorithm must be the key's own."""
        if self.protected.get(ALG) != key.algorithm:
            return False
        return key.verify(self.signature, _signed_bytes(self.protected_raw, self.payload))

    def verify_recurring(self, key: PublicKey) -> bool:
        """As `verify`, for a message that comes again inside many others, as a till's certificate does.

        The same key, bytes and signature give the same answer for ever, so it is worked out once.
        """
        if self.protected.get(ALG) != key.algorithm:
            return False
        return _stands_behind(key, self.signature, self.protected_raw, self.payload)

    @property
    def array(self) -> list[object]:
        """The message as the array that is written, to be put inside another message."""
        return [self.protected_raw, {}, self.payload, self.signature]


def sign1(protected: Mapping[int, object], payload: bytes, key: SigningKey) -> bytes:
    """Signs `payload`; the header gets the key's algorithm and `protected`."""
    protected_raw = cbor.encode({**protected, ALG: int(key.algorithm)})
    signature = key.sign(_signed_bytes(protected_raw, payload))
    return cbor.encode([protected_raw, {}, payload, signature])


def parse1(data: bytes, *, max_bytes: int = 4096) -> Sign1:
    """The parts of a message. Raises Malformed unless it is a deterministic, untagged COSE_Sign1."""
    return from_array(cbor.decode(data, max_bytes=max_bytes))


def from_array(value: object) -> Sign1:
    """The parts of a message that was found as a decoded array inside another. Raises Malformed."""
    match value:
        case [bytes() as protected_raw, dict() as unprotected, bytes() as payload, bytes() as signature]:
            if unprotected:
                raise Malformed("COSE message with an unprotected header")
            return Sign1(protected_raw, _protected(protected_raw), payload, signature)
        case _:
            raise Malformed("not a COSE_Sign1 message")


@lru_cache(maxsize=256)
def _protected(raw: bytes) -> Mapping[object, object]:
    """What a protected header says. A gate meets the same few all day: a key's name, or a till's certificate."""
    protected = cbor.decode(raw)
    if not isinstance(protected, dict) or type(protected.get(ALG)) is not int:
        raise Malformed("COSE message that does not name its algorithm")
    return MappingProxyType(protected)


@lru_cache(maxsize=256)
def _stands_behind(key: PublicKey, signature: bytes, protected_raw: bytes, payload: bytes) -> bool:
    return key.verify(signature, _signed_bytes(protected_raw, payload))


def _signed_bytes(protected_raw: bytes, payload: bytes) -> bytes:
    return cbor.encode([_CONTEXT, protected_raw, b"", payload])
