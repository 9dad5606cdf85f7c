"""The centre's time, signed for one question: fresh because it repeats the asker's own random nonce.

Asking needs no valid clock: the answer is believed for its key and its nonce, never for a certificate's dates. A
COSE_Sign1 (RFC 9052) over the map {1: nonce, 2: milliseconds since 1970}.
"""

from collections.abc import Iterable

from tickets import cbor, cose
from tickets.errors import Malformed, PeerError
from tickets.keys import PublicKey, SigningKey

LEAST_NONCE_BYTES = 16
_NONCE, _MS = 1, 2


class TimeFault(PeerError):
    """A time token that must not be believed. Keep the time that is known."""


def sign_time(at_ms: int, nonce: bytes, key: SigningKey) -> bytes:
    """The token that answers `nonce` (at least 16 bytes from the asker) with the time `at_ms`."""
    if len(nonce) < LEAST_NONCE_BYTES:
        raise ValueError("a nonce has at least 16 bytes")
    return cose.sign1({cose.KID: key.public.kid}, cbor.encode({_NONCE: nonce, _MS: at_ms}), key)


def open_time(data: bytes, nonce: bytes, keys: Iterable[PublicKey]) -> int:
    """The time in ms since 1970 that one of `keys` (use TIME) signed for `nonce`. Raises TimeFault."""
    try:
        message = cose.parse1(data, max_bytes=512)
        if not any(message.verify(key) for key in keys):
            raise _fault("The time is not signed by a key that may sign time")
        match cbor.decode(message.payload):
            case {1: bytes() as said, 2: int() as at_ms} if said == nonce and at_ms > 0:
                return at_ms
            case _:
                raise _fault("The time answers another question than the one asked")
    except Malformed as error:
        raise _fault("The time cannot be read") from error


def _fault(what: str) -> TimeFault:
    return TimeFault(what, "The time known before stays in force; ask again, and report it if it happens twice.")
