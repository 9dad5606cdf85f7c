"""How a device begins: by proofs of a one-time code, and how its certificates are renewed."""

from typing import Literal

from pydantic import Field

from sync.wire.types import Bytes, Bytes16, Bytes32, Bytes64, Prefix, Wire


class EnrolRequest(Wire):
    """A proof that the device knows a technician's one-time code, and the public keys that it made for itself.

    `line_key` is the SHA-256 of the public key (SubjectPublicKeyInfo) that the device sees at the other end of TLS;
    null where there is no TLS. Both proofs are in `sync.code_proof`.
    """

    code_id: Bytes16
    kind: Literal["till", "gate", "relay"]
    name: str = Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9._-]+$")
    device_key: Bytes32
    till_key: Bytes32 | None = None
    nonce: Bytes32
    line_key: Bytes32 | None = None
    proof: Bytes32


class EnrolAnswer(Wire):
    """What an enrolled device keeps: who it is, the pinned root, its certificates, and for a till its prefix.

    `line_authorities` are the X.509 certificates (DER) of those who may certify the centre's TLS key from now on; none
    where the line has no TLS of the centre's own. `proof` shows that all of this is from who made the code.
    """

    device: str
    station: int
    prefix: Prefix | None
    certificate: Bytes | None
    root_key: Bytes32
    trust_list: Bytes
    device_certificate: Bytes | None = None
    line_authorities: tuple[Bytes, ...] = ()
    proof: Bytes32


class RenewRequest(Wire):
    """Renew the device's certificate. With `new_key` the device also changes its key: `new_proof` is that key's
    signature over `tickets.device_certificate.rotation_message`, while the request is signed with the key before.
    """

    new_key: Bytes32 | None = None
    new_proof: Bytes64 | None = None


class RenewAnswer(Wire):
    """The device's new certificate (`tickets.device_certificate`)."""

    certificate: Bytes
