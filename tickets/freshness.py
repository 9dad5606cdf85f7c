"""Which trust list is the newest, said by the centre now and then: so a stale list can be told from a withheld one.

A COSE_Sign1 by a key of use LIST over [name, version of the newest list, SHA-256 of it, seconds since 1970, prefixes].
The prefixes are of tills that were revoked since that list was signed: while the root is away no list can say so. They
only add to the list's own, so whoever has the LIST key can send travellers to staff and can let nobody in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tickets import cbor, cose
from tickets.errors import Malformed, PeerError
from tickets.keys import PublicKey, SigningKey
from tickets.reading import instant, integer, octets, seconds_of

_NAME = "waystation list v1"
_MOST_BYTES = 1 << 20


class FreshnessFault(PeerError):
    """A statement about the newest trust list that must not be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestList:
    """What the centre said at `at` (whole seconds): the newest list's version and hash, and who was revoked since."""

    version: int
    digest: bytes
    at: datetime
    revoked: frozenset[int] = frozenset()


def newest(version: int, trust_list: bytes, at: datetime, revoked: Iterable[int]) -> NewestList:
    """What is to be said of this list."""
    return NewestList(
        version=version, digest=sha256(trust_list).digest(), at=at.replace(microsecond=0), revoked=frozenset(revoked)
    )


def sign_newest(said: NewestList, key: SigningKey) -> bytes:
    """The statement as a COSE_Sign1 by the LIST key `key`."""
    content = [_NAME, said.version, said.digest, seconds_of(said.at), sorted(said.revoked)]
    return cose.sign1({cose.KID: key.public.kid}, cbor.encode(content), key)


def open_newest(data: bytes, keys: Iterable[PublicKey]) -> NewestList:
    """What one of `keys` (use LIST) said. Raises FreshnessFault."""
    try:
        message = cose.parse1(data, max_bytes=_MOST_BYTES)
        if not any(message.verify(key) for key in keys):
            raise _fault("The statement about the newest trust list is not signed by a key that may make it")
        match cbor.decode(message.payload, max_bytes=_MOST_BYTES):
            case [str() as name, version, digest, at, list() as revoked] if name == _NAME:
                return NewestList(
                    version=integer(version),
                    digest=octets(digest),
                    at=instant(at),
                    revoked=frozenset(integer(prefix) for prefix in revoked),
                )
            case _:
                raise _fault("The statement about the newest trust list is in another form")
    except Malformed as error:
        raise _fault("The statement about the newest trust list cannot be read") from error


def _fault(what: str) -> FreshnessFault:
    return FreshnessFault(what, "What was said before stays in force; report it if it happens twice.")
