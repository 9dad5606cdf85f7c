"""No unpredictability: while this lasts, keys and sealed identities come from one stream of chance.

The functions are the product's own; only where their libraries would ask the system for random bytes they get ours.
Everything else that is unpredictable is an argument in the product, or comes from `secrets` (`threads.Library`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from random import Random
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.server import key_files
from tickets import keys, sealed


class _Sealed:
    """Seals so that nobody can open it, as long as the real thing, and the same for the same."""

    def encrypt(self, plain: bytes, public: Any, info: bytes) -> bytes:
        """See `cryptography`'s Suite."""
        seed = sha256(public.public_bytes_raw() + info + plain).digest()
        return (seed * 6)[: 32 + len(plain) + 16]


class _SealingKeys:
    """See X25519PrivateKey."""

    from_private_bytes = staticmethod(X25519PrivateKey.from_private_bytes)

    def __init__(self, random: Callable[[], Random]) -> None:
        self._random = random

    def generate(self) -> X25519PrivateKey:
        """See X25519PrivateKey."""
        return X25519PrivateKey.from_private_bytes(self._random().randbytes(32))


@contextmanager
def repeatable(random: Callable[[], Random]) -> Iterator[None]:
    """While this lasts, `random()` is where keys come from."""

    def generate(_: object) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(random().randbytes(32))

    with (
        mock.patch.object(keys.Ed25519, "generate", generate),
        mock.patch.object(key_files, "X25519PrivateKey", _SealingKeys(random)),
        mock.patch.object(sealed, "_SUITE", _Sealed()),
    ):
        yield
