"""HTTP Message Signatures (RFC 9421) with Ed25519, over the raw path, as far as the contract needs them.

Every signature covers `@method`, `@path`, `@query` and `content-digest` (RFC 9530, SHA-256, also of an empty body).
The path and query are those of the request line, byte for byte: nothing is decoded or normalised before it is signed,
so that no proxy's opinion about `%2F` decides what a device said.

A replayed request does no harm, because every signed call is idempotent: a repeated push stores nothing twice and
a repeated pull only reads. The nonce is there to tell requests apart in evidence, and the creation time is checked
only by a caller whose own time can be trusted.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tickets.keys import SigningKey

COVERED = ("@method", "@path", "@query", "content-digest")
"""The components that every signature of ours covers, in this order."""

MAX_SKEW_S = 300
"""How far, in seconds, a request's creation time may be from the verifier's trusted time."""

_COVERED_TEXT = " ".join(f'"{component}"' for component in COVERED)
_LABEL = "sig1"
_INPUT = re.compile(
    r'^sig1=(?P<params>\((?P<components>"[^"\\]+"(?: "[^"\\]+")*)\)(?P<rest>(?:;[a-z]+=(?:[0-9]{1,15}|"[^"\\]*"))*))$'
)
_PARAMETER = re.compile(r';([a-z]+)=(?:([0-9]{1,15})|"([^"\\]*)")')
_SIGNATURE = re.compile(r"^sig1=:([A-Za-z0-9+/]+={0,2}):$")
_QUOTABLE = re.compile(r"^[ !#-\[\]-~]*$")


class Verifier(Protocol):
    """A public key, or several of which any will do."""

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether its holder signed `message`."""


class BadSignature(Exception):
    """The request is not what an enrolled device signed. `what` names the check that failed; it is safe to log."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """Who signed a request, when by the signer's own clock (seconds since 1970), and the nonce that tells it apart."""

    keyid: str
    created: int
    nonce: str | None


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` for this body (RFC 9530 §2), SHA-256."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def signature_base(
    components: Sequence[str], parameters: str, method: str, url: str, headers: Mapping[str, str]
) -> bytes:
    """Build the bytes that are signed (RFC 9421 §2.5) from covered components and the serialised parameters.

    `url` is a whole URL or only the request target. BadSignature when a component is unknown, repeated or not there.
    """
    return _base(components, parameters, method, url, _fields(headers))


def _base(components: Sequence[str], parameters: str, method: str, url: str, fields: Mapping[str, str]) -> bytes:
    authority, path, query = _split(url)
    derived = {
        "@method": method,
        "@path": path,
        "@query": query,
        "@authority": authority or fields.get("host", "").lower(),
    }
    if len(set(components)) != len(components):
        raise BadSignature("a signed component is named twice")
    lines = []
    for component in components:
        value = (derived if component.startswith("@") else fields).get(component)
        if not value or "\n" in value or "\r" in value:
            raise BadSignature(f"the signed component {component} is not in the request")
        lines.append(f'"{component}": {value}')
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode("utf-8")


def sign_request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    key: SigningKey,
    keyid: str,
    created: int,
    nonce: str,
) -> dict[str, str]:
    """Sign a request and answer the headers to add to it: Content-Digest, Signature-Input, Signature.

    `url` must be spelt exactly as it goes on the wire; `created` is in seconds since 1970, by whatever clock there is.
    ValueError when `keyid` or `nonce` cannot stand in a quoted string.
    """
    if not _QUOTABLE.match(keyid) or not _QUOTABLE.match(nonce):
        raise ValueError("keyid and nonce are printing ASCII without quotes or backslashes")
    digest = content_digest(body)
    parameters = f'({_COVERED_TEXT});created={created};keyid="{keyid}";nonce="{nonce}";alg="ed25519"'
    base = signature_base(COVERED, parameters, method, url, {**headers, "content-digest": digest})
    signature = base64.b64encode(key.sign(base)).decode("ascii")
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{_LABEL}={parameters}",
        "Signature": f"{_LABEL}=:{signature}:",
    }


def verify_request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    key_for: Callable[[str], Verifier | None],
    now: int | None,
) -> SignedBy:
    """Check a request against the key of the device that it names, and answer who signed it; BadSignature otherwise.

    `url` is the raw request target (path and query as received, before any decoding). `key_for` answers the key of a
    key id (or keys of which any will do), or None when nobody of that name is enrolled. `now` is trusted time in
    seconds, or None when the caller has none: then the creation time is not judged.
    """
    fields = _fields(headers)
    parsed = _INPUT.match(fields.get("signature-input", ""))
    given = _SIGNATURE.match(fields.get("signature", ""))
    if parsed is None or given is None:
        raise BadSignature("the request carries no signature that can be read")
    components = tuple(name.strip('"') for name in parsed["components"].split(" "))
    if missing := [component for component in COVERED if component not in components]:
        raise BadSignature(f"the signature does not cover {missing[0]}")
    parameters = _parameters(parsed["rest"])
    created, keyid, nonce = parameters.get("created"), parameters.get("keyid"), parameters.get("nonce")
    if not isinstance(created, int) or not isinstance(keyid, str) or parameters.get("alg", "ed25519") != "ed25519":
        raise BadSignature("the signature's parameters lack created or keyid, or name another algorithm")
    if fields.get("content-digest", "") != content_digest(body):
        raise BadSignature("the body is not the one that was signed")
    key = key_for(keyid)
    if key is None:
        raise BadSignature("the signing device is not enrolled")
    base = _base(components, parsed["params"], method, url, fields)
    if not _holds(key, given[1], base):
        raise BadSignature("the signature does not hold")
    if now is not None and abs(now - created) > MAX_SKEW_S:
        raise BadSignature("the request was signed too long ago, or the device's clock is wrong")
    return SignedBy(keyid=keyid, created=created, nonce=nonce if isinstance(nonce, str) else None)


def _fields(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in headers.items()}


def _parameters(text: str) -> dict[str, int | str]:
    parameters: dict[str, int | str] = {}
    for match in _PARAMETER.finditer(text):
        name = match[1]
        if name in parameters:
            raise BadSignature("a parameter of the signature is named twice")
        parameters[name] = int(match[2]) if match[2] is not None else match[3]
    return parameters


def _holds(key: Verifier, text: str, base: bytes) -> bool:
    try:
        signature = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    canonical = base64.b64encode(signature).decode("ascii") == text
    return canonical and key.verify(signature, base)


def _split(url: str) -> tuple[str, str, str]:
    """Cut a URL or request target into authority, path and query without decoding anything."""
    authority = ""
    if "://" in url:
        authority, slash, rest = url.split("://", 1)[1].partition("/")
        url = slash + rest
    target = url.split("#", 1)[0]
    path, _, query = target.partition("?")
    return authority.lower(), path or "/", f"?{query}"
