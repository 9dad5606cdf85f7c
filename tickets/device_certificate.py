"""What the centre says of an enrolled device: its id, station, kind and key, until when. A CWT (RFC 8392, RFC 8747).

Claims: `2` the device's id, `4` expiry, `6` when it was made, `8` the device's COSE_Key, and one private claim with
station and kind. Signed by a key of use CERTIFICATE, as till certificates are; the private claim tells them apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from tickets import cbor, cose
from tickets.certificate import claims_of, cose_key, public_key_of
from tickets.errors import Malformed, PeerError
from tickets.keys import PublicKey, SigningKey
from tickets.reading import instant, integer, seconds_of

DeviceKind = Literal["till", "gate", "relay"]
KINDS = ("till", "gate", "relay")
_SUB, _EXP, _IAT, _CNF, _DEVICE = 2, 4, 6, 8, -65539


class CertificateFault(PeerError):
    """A device's certificate that must not be used. The one before stays in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCertificate:
    """One device's certificate. Instants are whole seconds."""

    device: str
    station: int
    kind: DeviceKind
    key: PublicKey
    made: datetime
    expires: datetime

    def renewal_due(self, now: datetime) -> bool:
        """Whether half of its time is over: then there is time enough to try again for as long once more."""
        return now - self.made >= (self.expires - self.made) / 2


def certify_device(certificate: DeviceCertificate, key: SigningKey) -> bytes:
    """The certificate as a COSE_Sign1 by the certificate key `key`."""
    claims = {
        _SUB: certificate.device,
        _EXP: seconds_of(certificate.expires),
        _IAT: seconds_of(certificate.made),
        _CNF: cose_key(certificate.key),
        _DEVICE: [certificate.station, certificate.kind],
    }
    return cose.sign1({cose.KID: key.public.kid}, cbor.encode(claims), key)


def open_device_certificate(data: bytes, keys: Iterable[PublicKey]) -> DeviceCertificate:
    """What one of `keys` (use CERTIFICATE) signed of a device, expired or not. Raises CertificateFault."""
    try:
        message = cose.parse1(data)
        if any(message.verify(key) for key in keys):
            return _read(message)
    except Malformed as error:
        raise _fault("The device's certificate cannot be read") from error
    raise _fault("The device's certificate is not signed by a key that may certify")


def read_device_certificate(data: bytes) -> DeviceCertificate:
    """What a certificate says, whoever signed it: for the device that was given it. Raises CertificateFault."""
    try:
        return _read(cose.parse1(data))
    except Malformed as error:
        raise _fault("The device's certificate cannot be read") from error


def rotation_message(device: str, before: PublicKey, after: PublicKey) -> bytes:
    """What a device's new key signs to take the place of the one before (which signs the request that says so)."""
    return cbor.encode(["waystation device key v1", device, before.raw, after.raw])


def _read(message: cose.Sign1) -> DeviceCertificate:
    claims = claims_of(cbor.decode(message.payload), {_SUB, _EXP, _IAT, _CNF, _DEVICE})
    match claims[_SUB], claims[_DEVICE]:
        case str() as device, [station, str() as kind] if kind in KINDS:
            return DeviceCertificate(
                device=device,
                station=integer(station),
                kind=cast(DeviceKind, kind),
                key=public_key_of(claims[_CNF]),
                made=instant(claims[_IAT]),
                expires=instant(claims[_EXP]),
            )
        case _:
            raise Malformed("a certificate that does not name device, station and kind")


def _fault(what: str) -> CertificateFault:
    return CertificateFault(
        what, "The one before stays in force; it is asked for again. Report it if it happens twice."
    )
