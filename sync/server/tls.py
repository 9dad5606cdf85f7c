"""The centre's own TLS: an authority made with the centre, and a server key that it certifies anew by itself.

`tls/authority.key` and `.pem` are kept like the other keys; terminals pin the certificate at enrolment. It certifies
nothing but the server: `tls/server.pem` (key and certificate) lasts two months and is replaced after one, while the
centre runs. The certificate before is kept for as long as connections to it may be open, so that an enrolment that is
under way does not fail.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync.line.key import line_key
from sync.server.key_files import write_secret
from tickets.errors import EnvironmentFault

SERVER_NAME: Final = "centre.waystation.internal"
"""What the server's certificate is for. Terminals do not compare it with the address that they call."""
AUTHORITY_LASTS: Final = timedelta(days=25 * 365)
SERVER_LASTS: Final = timedelta(days=60)
RENEWED_BEFORE: Final = timedelta(days=30)
_ALLOWANCE: Final = timedelta(days=1)


class ServerTls:
    """The TLS of a running centre. Several processes may serve one directory; each follows what another renewed."""

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        """Make what is not there yet. EnvironmentFault when a file is damaged."""
        self._folder = directory / "tls"
        self._now = now
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._loaded = b""
        make_authority(directory, now())
        self.renew()

    @property
    def context(self) -> ssl.SSLContext:
        """What new connections are greeted with; it changes by itself when the server's key is renewed."""
        return self._context

    def renew(self) -> None:
        """Make a new server key when the one there is will not last, and serve the one there is from now on."""
        path = self._folder / "server.pem"
        if not path.exists() or _certificate(path).not_valid_after_utc - self._now() < RENEWED_BEFORE:
            self._make_server(path)
        content = path.read_bytes()
        if content != self._loaded:
            try:
                self._context.load_cert_chain(path)
            except ssl.SSLError as error:
                raise _damaged(path) from error
            self._loaded = content

    def line_keys(self) -> frozenset[bytes]:
        """The SHA-256 of the public keys that a terminal may see at this end: the server's, and the one before."""
        there = (path for name in ("server.pem", "server.before.pem") if (path := self._folder / name).exists())
        return frozenset(line_key(_certificate(path).public_bytes(Encoding.DER)) for path in there)

    def authorities(self) -> tuple[bytes, ...]:
        """The certificates (DER) that terminals pin."""
        return (_certificate(self._folder / "authority.pem").public_bytes(Encoding.DER),)

    def _make_server(self, path: Path) -> None:
        authority = _certificate(self._folder / "authority.pem")
        signer = _private(self._folder / "authority.key")
        key = ec.generate_private_key(ec.SECP256R1())
        made = (
            _begun(self._now(), SERVER_LASTS, SERVER_NAME, authority.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVER_NAME)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        fresh = self._folder / f"server.{os.getpid()}.new"
        fresh.unlink(missing_ok=True)
        write_secret(fresh, _pem(key) + made.public_bytes(Encoding.PEM))
        if path.exists():
            before = self._folder / "server.before.new"
            before.write_bytes(_certificate(path).public_bytes(Encoding.PEM))
            before.replace(self._folder / "server.before.pem")
        fresh.replace(path)


def line_key_of(certificate: bytes) -> bytes:
    """The SHA-256 of the public key in a certificate (PEM), as terminals see it. EnvironmentFault when it is none."""
    try:
        return line_key(x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER))
    except ValueError as error:
        raise EnvironmentFault("this is not a certificate in PEM", "give the file that the proxy serves") from error


def make_authority(directory: Path, now: datetime) -> None:
    """Make the authority of a centre, unless there is one."""
    folder = directory / "tls"
    if (folder / "authority.pem").exists():
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "authority.key").unlink(missing_ok=True)  # making it was cut short: nobody has pinned it yet
    key = ec.generate_private_key(ec.SECP256R1())
    write_secret(folder / "authority.key", _pem(key))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Waystation centre")])
    made = (
        _begun(now, AUTHORITY_LASTS, "Waystation centre", name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    fresh = folder / "authority.new"
    fresh.write_bytes(made.public_bytes(Encoding.PEM))
    fresh.replace(folder / "authority.pem")


def _begun(
    now: datetime, lasts: timedelta, subject: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _ALLOWANCE)
        .not_valid_after(now + lasts)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(path) from error


def _private(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise _damaged(path) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _damaged(path)
    return key


def _damaged(path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"{path} is missing or damaged",
        "put it back from the backup; without the authority's key every terminal has to be enrolled anew",
    )
