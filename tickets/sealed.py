"""Identity as the law wants it kept, sealed the moment it is read: no station machine can read it again.

HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. What is sealed belongs to one ticket:
its number is part of HPKE's `info`, so that it cannot be moved to another. Each service day has its own key; when the
day's private key is destroyed, every copy of what was sealed to it is destroyed with it.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tickets import cbor
from tickets.errors import Malformed as Malformed
from tickets.identity import DocumentKind, normalise
from tickets.numbers import TicketNumber

_INFO = b"waystation identity v1"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_PADDED_TO = 128
"""Every sealed identity has this length inside, so that its size does not tell a kind of document or a long name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedIdentity:
    """What is sealed: which document, its number (normalised), and the name on it. Its repr shows none of it."""

    kind: DocumentKind
    number: str
    name: str

    def __repr__(self) -> str:
        """Nothing that a log may not have."""
        return "SealedIdentity(…)"


def new_sealing_key() -> tuple[bytes, bytes]:
    """(private, public) of a service day, 32 bytes each. The private one never comes near a station."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def seal(public: bytes, identity: SealedIdentity, ticket: TicketNumber) -> bytes:
    """The identity of `ticket`'s passenger for the holder of the day's private key alone; 176 bytes.

    Raises ValueError for a public key that is none, or a number and name that do not fit.
    """
    inside = cbor.encode([int(identity.kind), normalise(identity.number), identity.name])
    if len(inside) >= _PADDED_TO:
        raise ValueError("the number and the name on a document take up to 120 bytes together")
    padded = (bytes([len(inside)]) + inside).ljust(_PADDED_TO, b"\x00")
    return _SUITE.encrypt(padded, X25519PublicKey.from_public_bytes(public), info=_info(ticket))


def unseal(private: bytes, data: bytes, ticket: TicketNumber) -> SealedIdentity:
    """What was sealed for `ticket`. Raises Malformed for another key, another ticket, or damaged bytes."""
    try:
        padded = _SUITE.decrypt(data, X25519PrivateKey.from_private_bytes(private), info=_info(ticket))
    except (InvalidTag, ValueError):
        raise Malformed("sealed to another key, for another ticket, or damaged") from None
    match cbor.decode(padded[1 : 1 + padded[0]] if padded else b""):
        case [int() as kind, str() as number, str() as name] if kind in set(DocumentKind):
            return SealedIdentity(kind=DocumentKind(kind), number=number, name=name)
        case _:
            raise Malformed("sealed, but not an identity")


def _info(ticket: TicketNumber) -> bytes:
    return _INFO + ticket.to_bytes()
