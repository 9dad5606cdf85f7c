"""Till certificates: the centre's short-lived word that a till may sign tickets of one station under one prefix.

A CWT (RFC 8392) whose `cnf` claim holds the till's COSE_Key (RFC 8747), signed by a certificate key named by `kid`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tickets import cbor, cose
from tickets.errors import Malformed
from tickets.keys import ALGORITHMS, Algorithm, PublicKey, SigningKey
from tickets.numbers import PREFIX_BITS
from tickets.reading import instant, integer, octets, seconds_of, whole_seconds

EXP = 4
CNF = 8
TILL = -65538
"""Claim keys: RFC 8392 section 4, RFC 8747 section 3.1; those below -65536 are for private use."""

_COSE_KEY = 1
_OKP_X = -2


@dataclass(frozen=True, slots=True)
class TillCertificate:
    """The centre's word that the holder of `public_key` sells for `station` under the number prefix `prefix`."""

    public_key: PublicKey
    station: int
    prefix: int
    expires: datetime

    def __post_init__(self) -> None:
        """Raises ValueError for an instant without its time zone, and for a number that nobody is given."""
        object.__setattr__(self, "expires", whole_seconds(self.expires))
        if not 0 <= self.station < 1 << 32 or not 1 <= self.prefix < 1 << PREFIX_BITS:
            raise ValueError("a certificate names a station of 32 bits and a prefix of 1 to 2^24 - 1")


def certify(certificate: TillCertificate, key: SigningKey) -> bytes:
    """The certificate as a COSE_Sign1 by the certificate key `key`."""
    public = certificate.public_key
    claims = {
        EXP: seconds_of(certificate.expires),
        CNF: cose_key(public),
        TILL: [certificate.station, certificate.prefix],
    }
    return cose.sign1({cose.KID: key.public.kid}, cbor.encode(claims), key)


def read_certificate(data: bytes) -> TillCertificate:
    """What a certificate says, without checking who signed it: for the till that was given it. Raises Malformed."""
    return certificate_in(cose.parse1(data))


def certifier_of(data: bytes) -> bytes:
    """The id (kid) of the key that a certificate says has signed it. Raises Malformed."""
    kid = cose.parse1(data).protected.get(cose.KID)
    if not isinstance(kid, bytes):
        raise Malformed("a certificate that does not say whose it is")
    return kid


def certificate_in(message: cose.Sign1) -> TillCertificate:
    """What a certificate says that was found as a message. Raises Malformed."""
    claims = claims_of(cbor.decode(message.payload), {EXP, CNF, TILL})
    match claims[TILL]:
        case [station, prefix]:
            public = public_key_of(claims[CNF])
            try:
                return TillCertificate(public, integer(station), integer(prefix), instant(claims[EXP]))
            except ValueError as error:
                raise Malformed("a certificate that no centre gives") from error
        case _:
            raise Malformed("a certificate that does not name station and prefix")


def cose_key(public: PublicKey) -> dict[int, dict[int, object]]:
    """A `cnf` claim with the COSE_Key (RFC 9052 section 7) of a public key."""
    return {_COSE_KEY: {**ALGORITHMS[public.algorithm].cose_key, _OKP_X: public.raw}}


def public_key_of(cnf: object) -> PublicKey:
    """The key in a `cnf` claim: its COSE_Key's fixed members tell the algorithm. Raises Malformed."""
    value = claims_of(cnf, {_COSE_KEY})[_COSE_KEY]
    if isinstance(value, dict):
        for algorithm, scheme in ALGORITHMS.items():
            if value.keys() == {*scheme.cose_key, _OKP_X} and value.items() >= scheme.cose_key.items():
                return PublicKey(Algorithm(algorithm), octets(value[_OKP_X]))
    raise Malformed("a key of an algorithm that is not in use here")


def claims_of(value: object, keys: set[int]) -> Mapping[object, object]:
    """A map with exactly these keys. Raises Malformed: an unknown claim may change what the others mean."""
    if not isinstance(value, dict) or value.keys() != keys:
        raise Malformed("claims other than those of a ticket or certificate")
    return value
