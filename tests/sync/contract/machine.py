"""A terminal written from docs/protocol.md alone: nothing of the product is imported here.

So what it agrees on with a centre is what the document says, and not what two parts of one program share. It is small
on purpose: CBOR, requests signed by RFC 9421, an enrolment, a journal with its chain, and reading what a centre signs.
"""

import base64
import hashlib
import hmac
import json
import os
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

PROTOCOL = 1


def cbor(value: object) -> bytes:
    """Deterministic CBOR (RFC 8949 §4.2.1) of integers, bytes, text, lists, maps, booleans and None."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list() | tuple():
            return _head(4, len(value)) + b"".join(cbor(each) for each in value)
        case Mapping():
            pairs = sorted((cbor(name), cbor(each)) for name, each in value.items())
            return _head(5, len(pairs)) + b"".join(name + each for name, each in pairs)
        case _:
            raise TypeError(type(value))


def _head(major: int, number: int) -> bytes:
    for size, (extra, below) in enumerate(((1, 1 << 8), (2, 1 << 16), (4, 1 << 32), (8, 1 << 64))):
        if number < 24:
            return bytes([major << 5 | number])
        if number < below:
            return bytes([major << 5 | 24 + size]) + number.to_bytes(extra)
    raise OverflowError(number)


def uncbor(data: bytes) -> Any:
    """The value of CBOR that is well formed."""
    value, end = _uncbor(data, 0)
    assert end == len(data), "bytes left over"
    return value


def _uncbor(data: bytes, at: int) -> tuple[Any, int]:
    major, number, at = data[at] >> 5, data[at] & 31, at + 1
    if major == 7:
        return {20: False, 21: True, 22: None}[number], at
    if number >= 24:
        size = 1 << number - 24
        number, at = int.from_bytes(data[at : at + size]), at + size
    if major < 2:
        return number if major == 0 else -1 - number, at
    if major in (2, 3):
        raw = data[at : at + number]
        return (raw if major == 2 else raw.decode()), at + number
    found = []
    for _ in range(number * (1 if major == 4 else 2)):
        each, at = _uncbor(data, at)
        found.append(each)
    return (found if major == 4 else dict(zip(found[::2], found[1::2], strict=True))), at


def text(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def octets(said: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


def raw(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of a key's public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of this public key signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def open_cose(data: bytes, keys: Sequence[bytes]) -> Any:
    """The content of a COSE_Sign1 (RFC 9052) that one of the keys signed."""
    protected, unprotected, payload, signature = uncbor(data)
    assert unprotected == {}
    assert uncbor(protected)[1] == -8, "EdDSA"
    signed = cbor(["Signature1", protected, b"", payload])
    assert any(holds(key, signature, signed) for key in keys), "nobody who may has signed this"
    return uncbor(payload)


def signature_headers(
    key: Ed25519PrivateKey, keyid: str, method: str, target: str, body: bytes, created: int, nonce: str
) -> dict[str, str]:
    """The headers of a signed request: §3 of the protocol."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    path, _, query = target.partition("?")
    covered = '("@method" "@path" "@query" "content-digest")'
    parameters = f'{covered};created={created};keyid="{keyid}";nonce="{nonce}";alg="ed25519"'
    lines = (
        f'"@method": {method}', f'"@path": {path}', f'"@query": ?{query}', f'"content-digest": {digest}',
        f'"@signature-params": {parameters}',
    )  # fmt: skip
    signed = base64.b64encode(key.sign("\n".join(lines).encode())).decode()
    return {"Content-Digest": digest, "Signature-Input": f"sig1={parameters}", "Signature": f"sig1=:{signed}:"}


def code_key(code: str) -> bytes:
    """The key of a one-time code: §4."""
    plain = code.upper().translate(str.maketrans("ILO", "110", "- \t"))
    return hashlib.scrypt(plain.encode(), salt=b"waystation enrolment v2", n=4096, r=8, p=1, dklen=32)


def proof(key: bytes, purpose: str, content: Sequence[object]) -> bytes:
    """An HMAC of enrolment: §4."""
    return hmac.digest(key, cbor(["waystation enrolment v2", purpose, *content]), "sha256")


@dataclass
class Line:
    """How to reach a centre: its address, and the TLS key that is seen there."""

    url: str
    client: httpx.Client
    line_key: bytes | None

    @classmethod
    def to(cls, url: str, authority: Path | None) -> "Line":
        """Connect; with https the server's key is whatever is seen, unless an authority's certificate is given."""
        if not url.startswith("https:"):
            return cls(url, httpx.Client(base_url=url, timeout=30), None)
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        context.check_hostname = False
        if authority is None:
            context.verify_mode = ssl.CERT_NONE
        client = httpx.Client(base_url=url, verify=context, timeout=30)
        where = httpx.URL(url)
        certificate = load_pem_x509_certificate(ssl.get_server_certificate((where.host, where.port or 443)).encode())
        public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return cls(url, client, hashlib.sha256(public).digest())

    def ask(
        self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """An unsigned request."""
        content = b"" if body is None else json.dumps(body).encode()
        return self.client.request(method, target, content=content, headers=headers)


@dataclass
class Machine:
    """An enrolled terminal."""

    line: Line
    kind: str
    device: str
    station: int
    prefix: int | None
    key: Ed25519PrivateKey
    root: bytes
    trust: Any
    answer: Mapping[str, Any]
    epoch: bytes = field(default_factory=lambda: os.urandom(16))
    events: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [bytes(32)])

    @classmethod
    def enrol(cls, line: Line, kind: str, code: str, name: str = "contract-1") -> "Machine":
        """Enrol with a one-time code; the centre has to prove that it knows it."""
        key, till_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        stretched, nonce = code_key(code), os.urandom(32)
        till = raw(till_key) if kind == "till" else None
        asked = [proof(stretched, "id", [])[:16], kind, name, raw(key), till, nonce, line.line_key]
        names = ("code_id", "kind", "name", "device_key", "till_key", "nonce", "line_key")
        body = {name: text(each) if isinstance(each, bytes) else each for name, each in zip(names, asked, strict=True)}
        answer = line.ask("POST", "/v1/enrol", body | {"proof": text(proof(stretched, "device", asked))})
        assert answer.status_code == 200, answer.text
        said = answer.json()
        certificate = None if said["certificate"] is None else octets(said["certificate"])
        device_certificate = None if said.get("device_certificate") is None else octets(said["device_certificate"])
        root, trust = octets(said["root_key"]), octets(said["trust_list"])
        answered = [said["device"], said["station"], said["prefix"], certificate, root, trust, device_certificate]
        answered.append([octets(each) for each in said.get("line_authorities", ())])
        assert octets(said["proof"]) == proof(stretched, "centre", [*asked, *answered]), "somebody in between"
        return cls(
            line=line, kind=kind, device=said["device"], station=said["station"], prefix=said["prefix"], key=key,
            root=root, trust=open_cose(trust, [root]), answer=said,
        )  # fmt: skip

    def keys(self, use: str) -> list[bytes]:
        """The centre's keys of one use, by the trust list."""
        return [each[2] for each in self.trust[4] if each[0] == use]

    def ask(self, method: str, target: str, body: object = None, **changed: Any) -> httpx.Response:
        """A signed request."""
        content = b"" if body is None else json.dumps(body).encode()
        values: dict[str, Any] = {
            "key": self.key, "keyid": self.device, "method": method, "target": target, "body": content,
            "created": int(time.time()), "nonce": os.urandom(12).hex(),
        }  # fmt: skip
        headers = signature_headers(**values | changed)
        return self.line.client.request(method, target, content=content, headers=headers)

    # ------------------------------------------------------------------ the journal

    def note(self, kind: str, body: Mapping[str, object], event_id: bytes | None = None) -> bytes:
        """Write an event down."""
        now = int(time.time() * 1000)
        random = bytearray(now.to_bytes(6) + os.urandom(10))
        random[6], random[8] = random[6] & 15 | 0x70, random[8] & 63 | 0x80
        event = cbor([event_id or bytes(random), self.epoch, len(self.events) + 1, kind, 1, now, "trusted", body])
        self.write(event)
        return event

    def write(self, event: bytes) -> None:
        """Chain the bytes of an event."""
        self.events.append(event)
        self.hashes.append(hashlib.sha256(self.hashes[-1] + event).digest())

    def open_journal(self) -> None:
        """Write the first event of an epoch."""
        self.note("journal.opened", {"device": self.device, "prefix": self.prefix, "previous_epoch": None})

    def batch(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """Events `first` to `last` as a push's body."""
        end = len(self.events) if last is None else last
        signed = self.key.sign(cbor(["waystation journal head v1", self.epoch, end, self.hashes[end]]))
        return {
            "protocol": PROTOCOL,
            "epoch": self.epoch.hex(),
            "prefix": self.prefix,
            "first_seq": first,
            "previous": text(self.hashes[first - 1]),
            "events": [text(each) for each in self.events[first - 1 : end]],
            "head": {"seq": end, "hash": text(self.hashes[end]), "signature": text(signed)},
        }

    def push(self, first: int = 1, last: int | None = None) -> httpx.Response:
        """Send events."""
        return self.ask("POST", "/v1/sync/push", self.batch(first, last))

    def receipt_holds(self, said: Mapping[str, Any], epoch: bytes | None = None) -> bool:
        """Whether the centre signed for all that it says it keeps."""
        through = said["kept_through"]
        message = cbor(["waystation receipt v1", epoch or self.epoch, through, self.hashes[through]])
        return any(holds(key, octets(said["receipt"]), message) for key in self.keys("receipt"))

    # ------------------------------------------------------------------ what the centre says

    def pull(self, limit: int = 2000, cursor: str = "") -> tuple[dict[tuple[str, str], Any], str]:
        """Everything since a cursor, as it is when all has been fetched, and the cursor to go on with."""
        found: dict[tuple[str, str], Any] = {}
        more = True
        while more:
            answer = self.ask("GET", f"/v1/sync/pull?cursor={cursor}&limit={limit}")
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert len(said["records"]) <= limit
            for record in said["records"]:
                found[record["kind"], record["key"]] = record["body"]
            cursor, more = said["cursor"], said["more"]
        return found, cursor
