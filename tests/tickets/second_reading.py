"""A second reading of the formats, written from RFC 8949, RFC 9052, RFC 8392 and RFC 9285 and docs/ticket.cddl.

It shares no code with tickets/: where both agree on every golden vector, the documents say enough for a third.
"""

import hashlib
import io
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DIGITS45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


class Unreadable(Exception):
    """Not a ticket."""


def base45(text: str) -> bytes:
    """RFC 9285 section 4, by arithmetic on whole groups."""
    out = b""
    for group in (text[i : i + 3] for i in range(0, len(text), 3)):
        number = sum(DIGITS45.find(c) * 45**i for i, c in enumerate(group))
        size = {3: 2, 2: 1}.get(len(group))
        if any(c not in DIGITS45 for c in group) or size is None or number >= 256**size:
            raise Unreadable
        out += number.to_bytes(size, "big")
    return out


def item(source: io.BytesIO) -> object:
    """One CBOR item, read liberally: any head length, any key order. Maps become lists of pairs."""
    first = source.read(1)
    if not first:
        raise Unreadable
    kind, low = first[0] // 32, first[0] % 32
    if low > 27 or (kind == 7 and low not in (20, 21, 22)) or kind == 6:
        raise Unreadable
    if low >= 24:
        tail = source.read(2 ** (low - 24))
        if len(tail) != 2 ** (low - 24):
            raise Unreadable
        value = int.from_bytes(tail, "big")
    else:
        value = low
    match kind:
        case 0:
            return value
        case 1:
            return -1 - value
        case 2 | 3:
            content = source.read(value)
            if len(content) != value:
                raise Unreadable
            return content if kind == 2 else content.decode()
        case 4:
            return [item(source) for _ in range(value)]
        case 5:
            return Pairs([(item(source), item(source)) for _ in range(value)])
        case _:
            return {20: False, 21: True, 22: None}[low]


@dataclass
class Pairs:
    """A map as it was written."""

    pairs: list[tuple[object, object]]

    def get(self, *keys: object) -> list[object]:
        """The values of exactly these keys: no other may be there."""
        found = dict(self.pairs)
        if found.keys() != set(keys) or len(found) != len(self.pairs):
            raise Unreadable
        return [found[key] for key in keys]


def head(kind: int, value: int) -> bytes:
    """The shortest head (RFC 8949 section 4.2.1)."""
    if value < 24:
        return bytes([kind * 32 + value])
    size = next(power for power in range(4) if value < 256 ** (2**power))
    return bytes([kind * 32 + 24 + size]) + value.to_bytes(2**size, "big")


def canonical(value: object) -> bytes:
    """The only spelling allowed for a value read by `item`."""
    if value is None or isinstance(value, bool):
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -value - 1)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(canonical(member) for member in value)
    assert isinstance(value, Pairs)
    entries = sorted((canonical(key), canonical(member)) for key, member in value.pairs)
    if len({key for key, _ in entries}) < len(entries):
        raise Unreadable
    return head(5, len(entries)) + b"".join(key + member for key, member in entries)


def whole(data: bytes) -> object:
    """The one item that `data` is, in its only spelling, at most eight containers deep."""
    source = io.BytesIO(data)
    try:
        value = item(source)
    except (UnicodeDecodeError, RecursionError):
        raise Unreadable from None
    if canonical(value) != data:
        raise Unreadable
    return value


@dataclass
class Signed:
    """A COSE_Sign1 taken apart (RFC 9052 section 4.2)."""

    header: bytes
    body: bytes
    signature: bytes

    @classmethod
    def of(cls, value: object) -> "Signed":
        match value:
            case [bytes() as header, Pairs(pairs=[]), bytes() as body, bytes() as signature]:
                return cls(header, body, signature)
            case _:
                raise Unreadable

    def by(self, raw: bytes) -> bool:
        """RFC 9052 section 4.4: what is signed is the Sig_structure."""
        message = canonical(["Signature1", self.header, b"", self.body])
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(self.signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass
class Station:
    """Whom this station believes: raw public keys, and the prefixes it no longer believes."""

    ticket_keys: list[bytes]
    certificate_keys: list[bytes]
    revoked: set[int] = field(default_factory=set)


def kid(raw: bytes) -> bytes:
    """The first four bytes of the key's SHA-256."""
    return hashlib.sha256(raw).digest()[:4]


def header(signed: Signed) -> tuple[str, object]:
    """("kid", bytes) or ("kcwt", message); the algorithm must be there too."""
    pairs = whole(signed.header)
    if not isinstance(pairs, Pairs) or len(pairs.pairs) != 2:
        raise Unreadable
    match dict(pairs.pairs):
        case {1: int() as algorithm, 4: bytes() as name}:
            return ("kid" if algorithm == -8 else "other algorithm"), name
        case {1: int() as algorithm, 13: certificate}:
            return ("kcwt" if algorithm == -8 else "other algorithm"), Signed.of(certificate)
        case _:
            raise Unreadable


def judged(signed: Signed, candidates: list[bytes]) -> str:
    """ "" when one of the candidates with the right kid has signed, else the reason."""
    form, name = header(signed)
    if not isinstance(name, bytes):
        raise Unreadable
    named = [raw for raw in candidates if kid(raw) == name]
    if not named:
        return "unknown_issuer"
    return "" if form == "kid" and any(signed.by(raw) for raw in named) else "forged"


def number(value: object, least: int, most: int) -> int:
    """A whole number within bounds."""
    if type(value) is not int or not least <= value <= most:
        raise Unreadable
    return value


def claims(body: bytes) -> dict[str, object]:
    """The ticket's claims by name."""
    pairs = whole(body)
    if not isinstance(pairs, Pairs):
        raise Unreadable
    expires, cti, journey = pairs.get(4, 7, -65537)
    if not isinstance(cti, bytes) or len(cti) != 8 or not isinstance(journey, list) or len(journey) != 9:
        raise Unreadable
    day, trip, boarding, alighting, seat, kind, children, fare, tag = journey
    if not isinstance(trip, str) or not 1 <= len(trip) <= 16 or any(not " " <= c <= "~" for c in trip):
        raise Unreadable
    if not isinstance(tag, bytes) or len(tag) not in (0, 8):
        raise Unreadable
    return {
        "number": f"{int.from_bytes(cti, 'big'):020d}",
        "expires": number(expires, 0, 253402300799),
        "day": number(day, 0, 2932896),
        "trip": trip,
        "boarding": number(boarding, 0, 2**32 - 1),
        "alighting": number(alighting, 0, 2**32 - 1),
        "seat": None if seat is None else number(seat, 1, 255),
        "kind": number(kind, 0, 3),
        "children": number(children, 0, 9),
        "fare": number(fare, 0, 10**7),
        "tag": tag.hex(),
    }


def certificate(body: bytes) -> tuple[int, bytes, int]:
    """(expiry, the till's raw key, its prefix)."""
    pairs = whole(body)
    if not isinstance(pairs, Pairs):
        raise Unreadable
    expires, cnf, till = pairs.get(4, 8, -65538)
    if not isinstance(cnf, Pairs) or not isinstance(till, list) or len(till) != 2:
        raise Unreadable
    (cose_key,) = cnf.get(1)
    if not isinstance(cose_key, Pairs):
        raise Unreadable
    kty, curve, raw = cose_key.get(1, -1, -2)
    if (kty, curve) != (1, 6) or not isinstance(raw, bytes) or len(raw) != 32:
        raise Unreadable
    number(till[0], 0, 2**32 - 1)
    return number(expires, 0, 253402300799), raw, number(till[1], 1, 2**24 - 1)


def read(text: str, station: Station) -> tuple[str, dict[str, object]]:
    """("valid", claims) or (the reason, {})."""
    try:
        return _read(text, station)
    except Unreadable:
        return "unreadable", {}


def _read(text: str, station: Station) -> tuple[str, dict[str, object]]:
    if len(text) > 512 or text[:4] != "RT1:":
        raise Unreadable
    signed = Signed.of(whole(base45(text[4:])))
    form, holder = header(signed)
    if isinstance(holder, bytes):
        reason = judged(signed, station.ticket_keys)
        return (reason, {}) if reason else ("valid", claims(signed.body))
    assert isinstance(holder, Signed)
    reason = judged(holder, station.certificate_keys)
    if reason:
        return reason, {}
    expires, raw, prefix = certificate(holder.body)
    if form != "kcwt" or not signed.by(raw):
        return "forged", {}
    found = claims(signed.body)
    if int(str(found["number"])) >> 40 != prefix or int(str(found["expires"])) > expires:
        return "forged", {}
    return ("revoked", {}) if prefix in station.revoked else ("valid", found)
