"""The trust list: whom a station believes. Signed by the offline root, versioned, never going back.

Ideas from The Update Framework: a list has a version that only rises and an expiry that warns long before it is
reached. An expired list still opens: it degrades and warns, it does not stop a station (no genuine ticket is refused
for want of a fresh list). The dates of a key tell signers when to change keys; a verifier believes every listed key
and stops when the key is taken off the list.

The root itself can change: the one before signs a link to the next, and lists carry all links there ever were. Whoever
pinned an earlier root follows them; whoever has followed once starts from there and does not go back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from tickets import cbor, cose
from tickets.errors import Malformed, PeerError
from tickets.keys import Algorithm, PublicKey, SigningKey
from tickets.reading import day, day_of, instant, integer, octets, seconds_of

WARN_BEFORE = timedelta(days=14)
MAX_LIST_BYTES = 1 << 20
SEALING_KEY_BYTES = 32

_VERSION, _ISSUED, _EXPIRES, _KEYS, _REVOKED, _SEALING, _BADGES, _LINKS = range(1, 9)
_LINK = "waystation root v1"


class TrustFault(PeerError):
    """A trust list that must not be used. Keep the one in force."""


class KeyUse(StrEnum):
    """What a key may sign; a key has one use."""

    TICKET = "ticket"
    CERTIFICATE = "certificate"
    TIME = "time"
    RECEIPT = "receipt"
    LIST = "list"


class Role(StrEnum):
    """What the holder of a staff badge may do."""

    ATTENDANT = "attendant"
    DUTY_MANAGER = "duty_manager"
    CASHIER = "cashier"
    TECHNICIAN = "technician"


class Freshness(StrEnum):
    """How old a trust list is: WARN begins 14 days before it expires, STALE when it has."""

    FRESH = "fresh"
    WARN = "warn"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """One of the centre's online keys. `not_before` and `not_after` bound when it signs, not when it is believed."""

    use: KeyUse
    key: PublicKey
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A member of staff: its number, initials for the log, the role, the key that signs what its holder does."""

    number: str
    initials: str
    role: Role
    key: PublicKey
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """What the root says. `sealing_keys` are the X25519 public keys of service days (raw, 32 bytes); see sealed.py.

    `links` lead from root to root, oldest first; `root` is the one that signed, where the list was opened.
    """

    version: int
    issued: datetime
    expires: datetime
    keys: tuple[TrustedKey, ...]
    revoked_prefixes: frozenset[int] = frozenset()
    sealing_keys: Mapping[date, bytes] = field(default_factory=dict)
    badges: tuple[Badge, ...] = ()
    links: tuple[bytes, ...] = ()
    root: PublicKey | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuses a list that could not be written."""
        if self.version < 1:
            raise ValueError("trust lists are numbered from 1")
        if any(len(key) != SEALING_KEY_BYTES for key in self.sealing_keys.values()):
            raise ValueError("a sealing key has 32 bytes")

    def staleness(self, now: datetime) -> Freshness:
        """How old the list is at `now` (trusted time)."""
        if now >= self.expires:
            return Freshness.STALE
        return Freshness.WARN if now >= self.expires - WARN_BEFORE else Freshness.FRESH

    def badge(self, number: str) -> Badge | None:
        """The badge of this number, expired or not; None when the list has none."""
        return next((badge for badge in self.badges if badge.number == number), None)


@dataclass(frozen=True, slots=True)
class Trust:
    """What verifying a ticket needs of a trust list."""

    trust_list: TrustList
    also_revoked: frozenset[int] = frozenset()
    """Prefixes that were revoked since the list was signed (`tickets.freshness`)."""

    def keys_for(self, use: KeyUse, kid: bytes) -> tuple[PublicKey, ...]:
        """Every believed key of this use whose kid matches; kids are not unique, so all are to be tried."""
        return tuple(key for key in self.keys(use) if key.kid == kid)

    def keys(self, use: KeyUse) -> tuple[PublicKey, ...]:
        """Every believed key of this use."""
        return tuple(entry.key for entry in self.trust_list.keys if entry.use is use)

    @property
    def certificate_keys(self) -> tuple[PublicKey, ...]:
        """The keys that may certify tills."""
        return self.keys(KeyUse.CERTIFICATE)

    @property
    def revoked(self) -> frozenset[int]:
        """Number prefixes of tills that are no longer believed."""
        return self.trust_list.revoked_prefixes | self.also_revoked


def sign_trust_list(trust_list: TrustList, root: SigningKey) -> bytes:
    """The list as a COSE_Sign1 by the root. Instants are kept in whole seconds. See docs/ticket.cddl."""
    payload: dict[int, object] = {
        _VERSION: trust_list.version,
        _ISSUED: seconds_of(trust_list.issued),
        _EXPIRES: seconds_of(trust_list.expires),
        _KEYS: [
            [str(k.use), int(k.key.algorithm), k.key.raw, seconds_of(k.not_before), seconds_of(k.not_after)]
            for k in trust_list.keys
        ],
        _REVOKED: sorted(trust_list.revoked_prefixes),
        _SEALING: {day_of(service_date): key for service_date, key in trust_list.sealing_keys.items()},
        _BADGES: [
            [b.number, b.initials, str(b.role), int(b.key.algorithm), b.key.raw, seconds_of(b.expires)]
            for b in trust_list.badges
        ],
    }
    if trust_list.links:
        payload[_LINKS] = list(trust_list.links)
    return cose.sign1({cose.KID: root.public.kid}, cbor.encode(payload), root)


def open_trust_list(data: bytes, root: PublicKey, *, not_older_than: int = 0) -> TrustList:
    """The list that `root` signed, or a later root to which its links lead from there; expired or not.

    Raises TrustFault when the bytes are not a list, the signature is not such a root's, or the version is below
    `not_older_than` (the highest version ever accepted here).
    """
    message = _message(data)
    signer = _signer(message, root)
    if signer is None:
        raise _fault("The trust list is not signed by this station's root key")
    trust_list = replace(_content(message), root=signer)
    if trust_list.version < not_older_than:
        raise _fault(f"The trust list is version {trust_list.version}, older than {not_older_than} which is in force")
    return trust_list


def sign_root_link(new: PublicKey, at: datetime, old: SigningKey) -> bytes:
    """The word of the root `old` that `new` is the root from now on."""
    said = [_LINK, int(new.algorithm), old.public.raw, new.raw, seconds_of(at)]
    return cose.sign1({cose.KID: old.public.kid}, cbor.encode(said), old)


def linked_roots(link: bytes) -> tuple[PublicKey, PublicKey]:
    """The root that signed a link, and the one that it leads to. Raises TrustFault when it is not one."""
    try:
        message = cose.parse1(link)
        match cbor.decode(message.payload):
            case [str() as kind, int() as algorithm, bytes() as before, bytes() as after, int()] if kind == _LINK:
                old, new = (PublicKey(Algorithm(algorithm), raw) for raw in (before, after))
                if message.verify(old):
                    return old, new
    except ValueError as error:
        raise _fault("A link between roots cannot be read") from error
    raise _fault("A link between roots does not hold")


def read_trust_list(data: bytes) -> TrustList:
    """What a list says, whoever signed it: for a person who vouches for the file, never for a machine.

    Raises TrustFault when the bytes are not a list.
    """
    return _content(_message(data))


def _signer(message: cose.Sign1, root: PublicKey) -> PublicKey | None:
    """The root that signed, if it is `root` or a later one; links to the latter are in the message itself."""
    if message.verify(root):
        return root
    for link in _content(message).links:
        old, new = linked_roots(link)
        if old == root:
            root = new
            if message.verify(root):
                return root
    return None


def _message(data: bytes) -> cose.Sign1:
    try:
        return cose.parse1(data, max_bytes=MAX_LIST_BYTES)
    except Malformed as error:
        raise _fault("The trust list cannot be read") from error


def _content(message: cose.Sign1) -> TrustList:
    try:
        return _read(cbor.decode(message.payload, max_bytes=MAX_LIST_BYTES))
    except ValueError as error:
        raise _fault("The trust list is not in a form that this version knows") from error


def _fault(what: str) -> TrustFault:
    return TrustFault(
        what, "The list in force stays; fetch it again from the centre, and report it if it happens twice."
    )


def _read(value: object) -> TrustList:
    if not isinstance(value, dict) or not value.keys() <= set(range(1, 9)):
        raise Malformed("not the map of a trust list")
    links = value.get(_LINKS, [])
    if not isinstance(links, list) or (_LINKS in value and not links):
        raise Malformed("links between roots that are none")
    match value:
        case {1: int() as version, 2: int() as issued, 3: int() as expires, 4: list() as keys, 5: list() as revoked,
              6: dict() as sealing, 7: list() as badges}:  # fmt: skip
            return TrustList(
                version=version,
                issued=instant(issued),
                expires=instant(expires),
                keys=tuple(_read_key(key) for key in keys),
                revoked_prefixes=frozenset(integer(prefix) for prefix in revoked),
                sealing_keys={day(number): octets(key) for number, key in sealing.items()},
                badges=tuple(_read_badge(badge) for badge in badges),
                links=tuple(octets(link) for link in links),
            )
        case _:
            raise Malformed("not the map of a trust list")


def _read_key(value: object) -> TrustedKey:
    match value:
        case [str() as use, int() as algorithm, bytes() as raw, int() as not_before, int() as not_after]:
            return TrustedKey(
                use=KeyUse(use),
                key=PublicKey(Algorithm(algorithm), raw),
                not_before=instant(not_before),
                not_after=instant(not_after),
            )
        case _:
            raise Malformed("not a key of a trust list")


def _read_badge(value: object) -> Badge:
    match value:
        case [str() as number, str() as initials, str() as role, int() as algorithm, bytes() as raw, int() as expires]:
            return Badge(
                number=number,
                initials=initials,
                role=Role(role),
                key=PublicKey(Algorithm(algorithm), raw),
                expires=instant(expires),
            )
        case _:
            raise Malformed("not a badge of a trust list")
