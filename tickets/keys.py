"""Signing keys behind one table of algorithms, so that another profile (SM2 with SM3) is one more row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tickets.errors import Malformed as Malformed


class Algorithm(IntEnum):
    """COSE algorithm numbers (IANA "COSE Algorithms")."""

    EDDSA = -8


class Scheme(Protocol):
    """What an algorithm must be able to do. Private keys are opaque here and pass through unread."""

    cose_key: Mapping[int, int]
    """The fixed members of its COSE_Key (RFC 9052 section 7): key type and curve."""
    public_bytes: int
    signature_bytes: int

    def generate(self) -> object:
        """A new private key from the system's randomness."""

    def owns(self, loaded: object) -> bool:
        """Whether a key that came out of a PEM file is of this scheme (private or public)."""

    def private_from_raw(self, raw: bytes) -> object:
        """The private key made of these bytes."""

    def sign(self, private: object, message: bytes) -> bytes:
        """The signature over `message`."""

    def public_raw(self, loaded: object) -> bytes:
        """The raw public key of a private or public key."""

    def verify(self, raw: bytes, signature: bytes, message: bytes) -> bool:
        """Whether the holder of the raw public key signed `message`. False, never an error, for nonsense."""

    def private_raw(self, private: object) -> bytes:
        """The bytes that `private_from_raw` makes this key of: to be sealed, never to be written as they are."""

    def private_pem(self, private: object) -> bytes:
        """PKCS #8, not encrypted: the file's permissions protect it."""

    def public_pem(self, raw: bytes) -> bytes:
        """SubjectPublicKeyInfo."""


class Ed25519:
    """RFC 8032 as used by COSE: RFC 9053 section 2.2."""

    cose_key: Mapping[int, int] = {1: 1, -1: 6}
    public_bytes = 32
    signature_bytes = 64

    def generate(self) -> Ed25519PrivateKey:
        """A new private key from the system's randomness."""
        return Ed25519PrivateKey.generate()

    def owns(self, loaded: object) -> bool:
        """Whether `loaded` is an Ed25519 key."""
        return isinstance(loaded, Ed25519PrivateKey | Ed25519PublicKey)

    def private_from_raw(self, raw: bytes) -> Ed25519PrivateKey:
        """The key of a 32-byte seed."""
        return Ed25519PrivateKey.from_private_bytes(raw)

    def sign(self, private: object, message: bytes) -> bytes:
        """64 bytes; the same message gives the same signature."""
        assert isinstance(private, Ed25519PrivateKey)
        return private.sign(message)

    def public_raw(self, loaded: object) -> bytes:
        """32 bytes."""
        assert isinstance(loaded, Ed25519PrivateKey | Ed25519PublicKey)
        public = loaded.public_key() if isinstance(loaded, Ed25519PrivateKey) else loaded
        return public.public_bytes_raw()

    def verify(self, raw: bytes, signature: bytes, message: bytes) -> bool:
        """About 0.1 ms."""
        try:
            _ed25519_public(raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def private_raw(self, private: object) -> bytes:
        """The 32-byte seed."""
        assert isinstance(private, Ed25519PrivateKey)
        return private.private_bytes_raw()

    def private_pem(self, private: object) -> bytes:
        """PKCS #8 (RFC 8410)."""
        assert isinstance(private, Ed25519PrivateKey)
        return private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public_pem(self, raw: bytes) -> bytes:
        """SubjectPublicKeyInfo (RFC 8410)."""
        return _ed25519_public(raw).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@lru_cache(maxsize=1024)
def _ed25519_public(raw: bytes) -> Ed25519PublicKey:
    """Unpacking a public key costs a third of a verification, and a gate meets the same few keys all day."""
    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=1024)
def _kid_of(raw: bytes) -> bytes:
    return sha256(raw).digest()[:4]


ALGORITHMS: Mapping[Algorithm, Scheme] = {Algorithm.EDDSA: Ed25519()}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as it is named and sent: its algorithm and its raw bytes."""

    algorithm: Algorithm
    raw: bytes

    def __post_init__(self) -> None:
        """Raises Malformed for a length that the algorithm does not have."""
        if len(self.raw) != ALGORITHMS[self.algorithm].public_bytes:
            raise Malformed("public key of the wrong length")

    @property
    def kid(self) -> bytes:
        """4 bytes that usually tell keys apart; not unique by promise, so try every key that has it."""
        return _kid_of(self.raw)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether this key's holder signed `message`. Nonsense is False, not an error."""
        return ALGORITHMS[self.algorithm].verify(self.raw, signature, message)

    def to_pem(self) -> bytes:
        """SubjectPublicKeyInfo, for other programs."""
        return ALGORITHMS[self.algorithm].public_pem(self.raw)

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Raises Malformed when it is not a public key of a known algorithm."""
        try:
            loaded: object = serialization.load_pem_public_key(pem)
        except ValueError:
            raise Malformed("not a public key in PEM") from None
        algorithm = _algorithm_of(loaded)
        return cls(algorithm, ALGORITHMS[algorithm].public_raw(loaded))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Several keys of one holder, who may have signed with any of them."""

    keys: tuple[PublicKey, ...]

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether the holder signed `message`."""
        return any(key.verify(signature, message) for key in self.keys)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key. It is never printed, compared or logged."""

    algorithm: Algorithm
    public: PublicKey
    _private: object = field(repr=False, compare=False)

    @classmethod
    def generate(cls, algorithm: Algorithm = Algorithm.EDDSA) -> Self:
        """A new key from the system's randomness."""
        return cls._of(algorithm, ALGORITHMS[algorithm].generate())

    @classmethod
    def from_raw(cls, raw: bytes, algorithm: Algorithm = Algorithm.EDDSA) -> Self:
        """The key made of these secret bytes (32 for Ed25519): for test vectors and derived keys."""
        return cls._of(algorithm, ALGORITHMS[algorithm].private_from_raw(raw))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """The key in an unencrypted PKCS #8 file. Raises Malformed when it is not one of a known algorithm."""
        try:
            loaded: object = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            raise Malformed("not an unencrypted private key in PEM") from None
        return cls._of(_algorithm_of(loaded), loaded)

    @classmethod
    def _of(cls, algorithm: Algorithm, private: object) -> Self:
        return cls(algorithm, PublicKey(algorithm, ALGORITHMS[algorithm].public_raw(private)), private)

    def to_raw(self) -> bytes:
        """The secret bytes that `from_raw` makes this key of: to be sealed, never to be written as they are."""
        return ALGORITHMS[self.algorithm].private_raw(self._private)

    def to_pem(self) -> bytes:
        """PKCS #8, not encrypted: the file's permissions protect it."""
        return ALGORITHMS[self.algorithm].private_pem(self._private)

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`."""
        return ALGORITHMS[self.algorithm].sign(self._private, message)


def _algorithm_of(loaded: object) -> Algorithm:
    for algorithm, scheme in ALGORITHMS.items():
        if scheme.owns(loaded):
            return algorithm
    raise Malformed("key of an algorithm that is not in use here")
