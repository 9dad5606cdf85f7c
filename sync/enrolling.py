"""The device's side of an enrolment: prove that the code is known, believe only who proves it too."""

import ssl
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from sync.code_proof import centre_proof, code_id, code_key, device_proof, holds
from sync.line.client import exchange
from sync.line.key import line_key as line_key
from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from sync.wire.time import HealthAnswer
from tickets.errors import PeerError
from tickets.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a technician types (the code is never printed) and the public keys that the device made."""

    code: str = field(repr=False)
    kind: Literal["till", "gate", "relay"]
    name: str
    device_key: PublicKey
    till_key: PublicKey | None = None


class FirstSight(ssl.SSLContext):
    """TLS with whoever is there: nothing is known yet of the centre. It remembers whose certificate was shown, and
    goes on with that one alone: another key on a later connection is an error.
    """

    shown: bytes | None = None
    """The certificate (DER) at the other end; None before the first connection."""

    def __new__(cls, *_: Any) -> "FirstSight":
        """A client's context without any trusted authority."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        return made

    def wrap_socket(self, *arguments: Any, **named: Any) -> ssl.SSLSocket:
        """Shake hands and look whose key it is."""
        wrapped = super().wrap_socket(*arguments, **named)
        seen = wrapped.getpeercert(binary_form=True)
        if seen is None or (self.shown is not None and line_key(seen) != line_key(self.shown)):
            wrapped.close()
            raise ssl.SSLError("another TLS key than a moment ago")
        self.shown = seen
        return wrapped

    def line_key(self) -> bytes | None:
        """The SHA-256 of the public key at the other end, or None before the first connection."""
        return None if self.shown is None else line_key(self.shown)


def enrol(http: httpx.Client, url: str, wish: Wish, nonce: bytes, sight: FirstSight | None = None) -> EnrolAnswer:
    """Enrol with the centre at `url`; `nonce` is 32 random bytes, `sight` the TLS of `http`, or None without TLS.

    Raises Refused for a wrong, used or old code, LineDown when nobody answers, and PeerError when whoever answers does
    not know the code: then nothing of the answer may be believed.
    """
    root = url.rstrip("/")
    exchange(http, "GET", f"{root}/v1/health", b"", {"accept": "application/json"}, HealthAnswer)
    key = code_key(wish.code)
    asked = EnrolRequest(
        code_id=code_id(key),
        kind=wish.kind,
        name=wish.name,
        device_key=wish.device_key.raw,
        till_key=None if wish.till_key is None else wish.till_key.raw,
        nonce=nonce,
        line_key=None if sight is None else sight.line_key(),
        proof=bytes(32),
    )
    asked = asked.model_copy(update={"proof": device_proof(key, asked)})
    headers = {"accept": "application/json", "content-type": "application/json"}
    answer = exchange(http, "POST", f"{root}/v1/enrol", asked.model_dump_json().encode("utf-8"), headers, EnrolAnswer)
    if not holds(answer.proof, centre_proof(key, asked, answer)):
        raise PeerError(
            "Who answered does not know the code: it is not the centre, or somebody on the line has changed its answer",
            "Enrol nothing on this line. Tell the network's operator, and ask the centre for a new code.",
        )
    if sight is not None and sight.shown is not None and answer.line_authorities:
        _check_certified(sight.shown, answer.line_authorities)
    return answer


def _check_certified(shown: bytes, authorities: tuple[bytes, ...]) -> None:
    """Raise PeerError unless one of the authorities that are to be pinned has certified what was shown."""
    leaf = x509.load_der_x509_certificate(shown)
    for each in authorities:
        try:
            leaf.verify_directly_issued_by(x509.load_der_x509_certificate(each))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return
    raise PeerError(
        "The centre's TLS key is not certified by the authority that it told to pin",
        "Tell the centre's operator: terminals could not reach it any more after this enrolment.",
    )
