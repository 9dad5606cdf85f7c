"""What a TLS line is known by: both sides of an enrolment name it, and it must be the same."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def line_key(certificate: bytes) -> bytes:
    """The SHA-256 of the public key (SubjectPublicKeyInfo) in an X.509 certificate (DER)."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
