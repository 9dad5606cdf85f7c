"""A second reading of staff facts, badge codes and badge cards, from docs/ticket.md and docs/ticket.cddl.

It shares no code with tickets/, only the reader of CBOR and COSE beside it.
"""

import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.tickets.second_reading import Pairs, Signed, Unreadable, base45, canonical, kid, number, whole

LABELS = {
    1: "id", 2: "station", 3: "badge", 4: "act", 5: "at", 6: "why", 7: "day", 8: "trip",
    9: "gate", 10: "bay", 11: "until", 12: "into", 13: "plate", 14: "seats", 15: "device",
}  # fmt: skip
COMMON = {"id", "station", "badge", "act", "at", "why"}
DEPARTURE = COMMON | {"day", "trip"}
FORMS: dict[str, tuple[set[str], set[str]]] = {
    "open": (DEPARTURE, set()),
    "stop": (DEPARTURE, set()),
    "cancel": (DEPARTURE, set()),
    "depart": (DEPARTURE, set()),
    "reinstate": (DEPARTURE, set()),
    "late": (DEPARTURE | {"until"}, set()),
    "delay": (DEPARTURE | {"until"}, set()),
    "merge": (DEPARTURE | {"into"}, set()),
    "gate": (DEPARTURE | {"gate"}, {"bay"}),
    "coach": (DEPARTURE | {"plate"}, {"seats", "bay"}),
    "strike_off": (COMMON | {"device"}, set()),
}
ROLES = {
    "attendant": {"open", "stop", "late", "gate"},
    "duty_manager": set(FORMS),
    "technician": {"strike_off"},
    "cashier": set[str](),
}
LINES = {"gate": 16, "bay": 16, "plate": 16, "device": 64}
LAST_SECOND = 253402300799


@dataclass
class Badge:
    """A badge of the trust list."""

    number: str
    role: str
    key: bytes
    expires: int


@dataclass
class Station:
    """Where and when these are read, by trusted time, and whose badges are believed."""

    number: int
    now: int
    badges: list[Badge]


def read_fact(data: bytes, station: Station) -> tuple[str, dict[str, object]]:
    """("valid", what it says) or (why not, {})."""
    try:
        if len(data) > 2048:
            raise Unreadable
        signed = Signed.of(whole(data))
        badge, fits = signer(signed, "waystation-fact-v1", station)
        if badge is None:
            return "unknown_badge", {}
        if not fits:
            return "forged", {}
        said = content(signed.body)
    except Unreadable:
        return "unreadable", {}
    at = int(str(said["at"]))
    troubles = {
        "forged": said["badge"] != badge.number,
        "other_station": said["station"] != station.number,
        "badge_expired": at >= badge.expires * 1000,
        "wrong_role": said["act"] not in ROLES[badge.role],
        "in_future": at > station.now * 1000 + 600_000,
    }
    return next(((trouble, {}) for trouble, there in troubles.items() if there), ("valid", said))


def read_code(text: str, station: Station) -> tuple[str, str]:
    """("valid", badge number) or (why not, "")."""
    try:
        if len(text) > 320 or text[:4] != "RB1:":
            raise Unreadable
        signed = Signed.of(whole(base45(text[4:])))
        badge, fits = signer(signed, "waystation-badge-v1", station)
        if badge is None:
            return "unknown_badge", ""
        if not fits:
            return "forged", ""
        match whole(signed.body):
            case [str() as name, place, issued, expires, bytes() as code_id] if len(code_id) == 8:
                start, end = number(issued, 0, LAST_SECOND), number(expires, 0, LAST_SECOND)
                number(place, 0, 2**32 - 1)
            case _:
                raise Unreadable
    except Unreadable:
        return "unreadable", ""
    troubles = {
        "forged": name != badge.number,
        "other_station": place != station.number,
        "too_long": not 0 < end - start <= 16 * 3600,
        "badge_expired": max(start, station.now) >= badge.expires,
        "code_expired": station.now >= end,
        "not_yet": start > station.now + 600,
    }
    return next(((trouble, "") for trouble, there in troubles.items() if there), ("valid", badge.number))


def opened_card(text: str, pin: str) -> tuple[str, bytes]:
    """(badge number, private key) of a badge card, with the standard library's scrypt."""
    match whole(base45(text.removeprefix("RK1:"))):
        case [str() as name, -8, bytes() as salt, bytes() as sealed]:
            made = hashlib.scrypt(pin.encode(), salt=salt, n=2**17, r=8, p=1, maxmem=2**28, dklen=44)
            bound = canonical(["waystation badge key v1", name, -8])
            return name, ChaCha20Poly1305(made[:32]).decrypt(made[32:], sealed, bound)
        case _:
            raise Unreadable


def signer(signed: Signed, typ: str, station: Station) -> tuple[Badge | None, bool]:
    """The badge that is said to have signed, and whether it did."""
    header = whole(signed.header)
    if not isinstance(header, Pairs):
        raise Unreadable
    algorithm, name, said_typ = header.get(1, 4, 16)
    if type(algorithm) is not int or not isinstance(name, bytes) or said_typ != typ:
        raise Unreadable
    named = [badge for badge in station.badges if kid(badge.key) == name]
    right = [badge for badge in named if algorithm == -8 and signed.by(badge.key)]
    return next(iter(right or named), None), bool(right)


def content(body: bytes) -> dict[str, object]:
    """What an act says, by name."""
    pairs = whole(body)
    if not isinstance(pairs, Pairs) or any(label not in LABELS for label, _ in pairs.pairs):
        raise Unreadable
    said = {LABELS[int(str(label))]: value for label, value in pairs.pairs}
    needs, allows = FORMS.get(str(said.get("act")), (COMMON, set()))
    if said.get("act") not in FORMS or not needs <= said.keys() <= needs | allows:
        raise Unreadable
    for name, value in said.items():
        check(name, value)
    if said.get("into", "") == said.get("trip") or (
        said["act"] == "late" and int(str(said["until"])) <= int(str(said["at"]))
    ):
        raise Unreadable
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in said.items()}


def check(name: str, value: object) -> None:
    """Raises Unreadable for a member out of its bounds."""
    match name:
        case "id":
            good = isinstance(value, bytes) and len(value) == 16
        case "badge" | "trip" | "into":
            good = isinstance(value, str) and re.fullmatch("[ -~]{1,16}", value) is not None
        case "gate" | "bay" | "plate" | "device" | "why":
            least, most = (0, 120) if name == "why" else (1, LINES[name])
            good = isinstance(value, str) and least <= len(value) <= most
            good = good and not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", str(value))
        case "act":
            good = isinstance(value, str)
        case _:
            bounds = {"station": (0, 2**32 - 1), "day": (0, 2932896), "seats": (1, 255)}
            number(value, *bounds.get(name, (0, LAST_SECOND * 1000 + 999)))
            good = True
    if not good:
        raise Unreadable
