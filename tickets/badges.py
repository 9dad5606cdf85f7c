"""Badges in the hand: a card with the badge's key sealed by a PIN, and short-lived codes that prove who stands here.

`RK1:` is the card: number and private key, under a key that scrypt (RFC 7914) makes of the PIN. It is opened where
staff sign their acts. `RB1:` is a code for a gate's reader: a COSE_Sign1 (RFC 9052) by the badge's key that says which
badge, at which station, from when until when; its header has the type `waystation-badge-v1` (RFC 9596). Both are
base45 (RFC 9285) of deterministic CBOR. The grammar is in docs/ticket.cddl, the reasons in docs/adr/.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tickets import base45, cbor, cose
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import Malformed, PeerError
from tickets.keys import Algorithm, SigningKey
from tickets.reading import instant, integer, seconds_of, text
from tickets.staff import TYP, signing_badge, typed_message
from tickets.trust import Badge, TrustList

CARD_PREFIX = "RK1:"
CODE_PREFIX = "RB1:"
MAX_BADGE_TEXT = 320
CODE_TYPE = "waystation-badge-v1"
LONGEST_HOURS = 16
"""No shift is longer: a code that says more is refused, whoever signed it."""
EARLY_ALLOWED = timedelta(minutes=10)

_SALT_BYTES = 16
_CODE_ID_BYTES = 8
_COST, _BLOCK, _PARALLEL = 1 << 17, 8, 1
"""About 0.3 s and 128 MiB for each guess at a PIN."""
_SEAL_CONTEXT = "waystation badge key v1"


class BadgeTrouble(StrEnum):
    """What is wrong with a card or a code, in one word for logs, displays and vectors."""

    UNREADABLE = "unreadable"
    UNKNOWN_BADGE = "unknown_badge"
    FORGED = "forged"
    OTHER_STATION = "other_station"
    TOO_LONG = "too_long"
    BADGE_EXPIRED = "badge_expired"
    CODE_EXPIRED = "code_expired"
    NOT_YET = "not_yet"
    WRONG_PIN = "wrong_pin"
    WEAK_PIN = "weak_pin"


class BadBadge(PeerError):
    """A card, PIN or code that is not taken; `trouble` says in a word why not. Never holds the PIN or the text."""

    def __init__(self, trouble: BadgeTrouble, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.trouble = trouble


_ANOTHER_CARD = "Scan the badge card again; if that is no use, have another made with `waystation centre badge add`."
_ANOTHER_CODE = "Make a new code with `waystation badge code`."
_LIST = "Ask a technician whether the badge is in the trust list, and whether this machine has the newest list."


def seal_badge(key: SigningKey, number: str, pin: str, random: Callable[[int], bytes]) -> str:
    """The badge card's text: `key` sealed by `pin`, with the badge's number readable beside it. Takes about 0.3 s.

    `random(n)` must give n unpredictable bytes. Raises BadBadge(WEAK_PIN) for a PIN that is not 6 to 12 digits or that
    anybody would try first, ValueError for a number that no badge has.
    """
    check_new_pin(pin)
    if not (1 <= len(number) <= 16 and number.isascii() and number.isprintable()):
        raise ValueError("a badge's number is 1 to 16 printable ASCII characters")
    salt = random(_SALT_BYTES)
    if len(salt) != _SALT_BYTES:
        raise ValueError("the source of randomness gave another number of bytes than it was asked for")
    secret, nonce = _from_pin(pin, salt)
    algorithm = int(key.algorithm)
    sealed = ChaCha20Poly1305(secret).encrypt(nonce, key.to_raw(), _bound(number, algorithm))
    return CARD_PREFIX + base45.encode(cbor.encode([number, algorithm, salt, sealed]))


def open_badge(card: str, pin: str) -> tuple[str, SigningKey]:
    """(badge number, private key) of a badge card. Takes about 0.3 s, right PIN or not.

    Raises BadBadge: UNREADABLE, or WRONG_PIN (a card altered inside cannot be told from a wrong PIN).
    """
    try:
        number, algorithm, salt, sealed = _card(card)
    except Malformed as error:
        raise BadBadge(BadgeTrouble.UNREADABLE, "This is not a badge card, or it is damaged", _ANOTHER_CARD) from error
    _check_pin(pin)
    secret, nonce = _from_pin(pin, salt)
    try:
        raw = ChaCha20Poly1305(secret).decrypt(nonce, sealed, _bound(number, int(algorithm)))
        return number, SigningKey.from_raw(raw, algorithm)
    except (InvalidTag, ValueError):
        raise BadBadge(
            BadgeTrouble.WRONG_PIN,
            f"The PIN does not open badge {number}",
            "Type it again; if it is forgotten, have a new one made with `waystation centre badge add`.",
        ) from None


def badge_code(
    number: str, key: SigningKey, station: int, now: datetime, hours: int, random: Callable[[int], bytes]
) -> str:
    """The code that badge `number` shows to gates of `station` for the next `hours` (1 to 16), from `now` on.

    Raises ValueError for another number of hours. Every code is different, by 8 bytes of `random`.
    """
    if not 1 <= hours <= LONGEST_HOURS:
        raise ValueError(f"A badge code is valid for 1 to {LONGEST_HOURS} hours.")
    issued = seconds_of(now)
    payload = [number, station, issued, issued + hours * 3600, random(_CODE_ID_BYTES)]
    message = cose.sign1({cose.KID: key.public.kid, TYP: CODE_TYPE}, cbor.encode(payload), key)
    return CODE_PREFIX + base45.encode(message)


def looks_like_badge(code: str) -> bool:
    """Whether a scanned text is a badge's, code or card, rather than a ticket."""
    return code.startswith((CODE_PREFIX, CARD_PREFIX))


def read_badge_code(code: str, trust_list: TrustList, station: int, now: TrustedNow) -> Badge:
    """The badge whose holder made this code for this station, valid now.

    A plausible time bounds it like a trusted one. While the time is not known at all its dates are not asked, save that
    it was made before the badge expired: a gate must be workable then, and what is admitted is flagged TIME_UNKNOWN.
    Raises BadBadge, whose `trouble` is the first of BadgeTrouble that holds.
    """
    try:
        message = _code_message(code)
        badge, signed = signing_badge(message, trust_list)
        if badge is None:
            raise BadBadge(BadgeTrouble.UNKNOWN_BADGE, "This badge is not known here", _LIST)
        if not signed:
            raise BadBadge(BadgeTrouble.FORGED, "This badge code was not made by its badge", _ANOTHER_CODE)
        number, said_station, issued, expires = _code_content(message)
    except Malformed as error:
        hint = "Show the code made by `waystation badge code`, not the badge card, and hold it flat."
        raise BadBadge(BadgeTrouble.UNREADABLE, "This is not a badge code, or it is damaged", hint) from error
    if number != badge.number:
        raise BadBadge(BadgeTrouble.FORGED, "This badge code names another badge", _ANOTHER_CODE)
    if said_station != station:
        raise BadBadge(BadgeTrouble.OTHER_STATION, "This badge code is for another station", _ANOTHER_CODE)
    if not timedelta() < expires - issued <= timedelta(hours=LONGEST_HOURS):
        raise BadBadge(BadgeTrouble.TOO_LONG, "This badge code is valid for longer than a shift", _ANOTHER_CODE)
    _check_dates(badge, issued, expires, now)
    return badge


def is_weak(pin: str) -> bool:
    """Whether a PIN is one that is tried first: one digit throughout, or a row up or down (9 and 0 are neighbours)."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def check_new_pin(pin: str) -> str:
    """The PIN, if a card may be sealed with it. Raises BadBadge(WEAK_PIN)."""
    _check_pin(pin)
    if is_weak(pin):
        raise BadBadge(
            BadgeTrouble.WEAK_PIN,
            "This PIN is too easy to guess",
            "Choose 6 to 12 digits that are not all the same and not a row like 123456.",
        )
    return pin


def _check_dates(badge: Badge, issued: datetime, expires: datetime, now: TrustedNow) -> None:
    known = now.quality is not TimeQuality.UNKNOWN
    if issued >= badge.expires or (known and now.at >= badge.expires):
        hint = "A new badge is needed: ask the duty manager."
        raise BadBadge(BadgeTrouble.BADGE_EXPIRED, f"Badge {badge.number} has expired", hint)
    if known and now.at >= expires:
        raise BadBadge(BadgeTrouble.CODE_EXPIRED, "This badge code has expired", _ANOTHER_CODE)
    if known and issued > now.at + EARLY_ALLOWED:
        hint = "Check the clock of the machine that made it and of this one, then make a new code."
        raise BadBadge(BadgeTrouble.NOT_YET, "This badge code is dated in the future", hint)


def _check_pin(pin: str) -> None:
    if not (6 <= len(pin) <= 12 and pin.isascii() and pin.isdigit()):
        raise BadBadge(BadgeTrouble.WEAK_PIN, "A PIN has 6 to 12 digits", "Type digits only.")


def _from_pin(pin: str, salt: bytes) -> tuple[bytes, bytes]:
    """Key and nonce: the salt is new for every card, so that neither is ever used twice."""
    made = Scrypt(salt=salt, length=44, n=_COST, r=_BLOCK, p=_PARALLEL).derive(pin.encode("ascii"))
    return made[:32], made[32:]


def _bound(number: str, algorithm: int) -> bytes:
    return cbor.encode([_SEAL_CONTEXT, number, algorithm])


def _content_of(written: str, prefix: str) -> bytes:
    if len(written) > MAX_BADGE_TEXT or not written.startswith(prefix):
        raise Malformed("not a badge text of this version")
    return base45.decode(written[len(prefix) :])


def _card(card: str) -> tuple[str, Algorithm, bytes, bytes]:
    match cbor.decode(_content_of(card, CARD_PREFIX)):
        case [str() as number, int() as algorithm, bytes() as salt, bytes() as sealed] if (
            algorithm in set(Algorithm) and len(salt) == _SALT_BYTES
        ):
            return number, Algorithm(algorithm), salt, sealed
        case _:
            raise Malformed("not a badge card")


def _code_message(code: str) -> cose.Sign1:
    return typed_message(_content_of(code, CODE_PREFIX), CODE_TYPE, MAX_BADGE_TEXT)


def _code_content(message: cose.Sign1) -> tuple[str, int, datetime, datetime]:
    match cbor.decode(message.payload):
        case [number, station, issued, expires, bytes() as code_id] if len(code_id) == _CODE_ID_BYTES:
            return text(number), integer(station), instant(issued), instant(expires)
        case _:
            raise Malformed("not a badge code")
