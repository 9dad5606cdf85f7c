"""The staff facts and badge texts behind staff.json: good ones, and whatever else might be sent or held to a reader."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.vectors.ticket_cases import flipped, signed
from tickets import base45, cbor, cose
from tickets.badges import badge_code, seal_badge
from tickets.keys import SigningKey
from tickets.staff import TYP, Act, StaffFact, sign_fact
from tickets.trust import Badge, Role

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
STATION, OTHER_STATION = 3_701_000_001, 3_702_000_044
SHIFT = timedelta(hours=8)

ATTENDANT, MANAGER, TECHNICIAN, CASHIER, EXPIRED, STRANGER = (
    SigningKey.from_raw(bytes([n]) * 32) for n in range(21, 27)
)
PIN = "274916"


def badge(number: str, role: Role, key: SigningKey, expires: datetime = NOW + timedelta(days=60)) -> Badge:
    """A badge of the station's list."""
    return Badge(number=number, initials="LM", role=role, key=key.public, expires=expires)


BADGES = (
    badge("0101", Role.ATTENDANT, ATTENDANT),
    badge("0102", Role.DUTY_MANAGER, MANAGER),
    badge("0103", Role.TECHNICIAN, TECHNICIAN),
    badge("0104", Role.CASHIER, CASHIER),
    badge("0105", Role.DUTY_MANAGER, EXPIRED, NOW - timedelta(days=1)),
)


def fact(act: Act, by: str = "0102", *, no: int = 1, **particulars: Any) -> StaffFact:
    """An act on the departure LW140800 of the day, unless told otherwise."""
    on = {} if act is Act.STRIKE_OFF else {"service_date": date(2026, 11, 22), "trip": "LW140800"}
    said: dict[str, Any] = {"station": STATION, "at": NOW, **on, **particulars}
    return StaffFact(fact_id=UUID(int=0x01939C2A << 96 | 7 << 76 | 2 << 62 | no), badge=by, act=act, **said)


OPENED = fact(Act.OPEN, "0101", no=1)
MOVED = fact(Act.GATE, "0101", no=2, gate="4", bay="12", why="3 号检票口故障")


def good_facts() -> Iterator[tuple[str, bytes, StaffFact]]:
    """(name, bytes, what they say): one of every act, and the longest."""
    signers = {"0101": ATTENDANT, "0102": MANAGER, "0103": TECHNICIAN, "0105": EXPIRED}
    later = NOW + timedelta(minutes=25)
    for name, said in (
        ("open, by an attendant", OPENED),
        ("change of gate, by an attendant", MOVED),
        ("stop", fact(Act.STOP, "0101", no=3)),
        ("late boarding", fact(Act.LATE, "0101", no=4, until=later)),
        ("delay", fact(Act.DELAY, no=5, until=later, why="高速封路")),
        ("merge", fact(Act.MERGE, no=6, into="LW143000")),
        ("cancel", fact(Act.CANCEL, no=7)),
        ("another coach", fact(Act.COACH, no=8, plate="鲁A12345", seats=33, bay="7")),
        ("a coach without numbered seats", fact(Act.COACH, no=9, plate="鲁A12345")),
        ("depart", fact(Act.DEPART, no=10)),
        ("reinstate", fact(Act.REINSTATE, no=11)),
        ("strike a gate off, by a technician", fact(Act.STRIKE_OFF, "0103", no=12, device="gate-3")),
        ("a millisecond is kept", fact(Act.STOP, no=13, at=NOW + timedelta(milliseconds=1))),
        ("ten minutes ahead", fact(Act.STOP, no=14, at=NOW + timedelta(minutes=10))),
        ("long ago", fact(Act.STOP, no=15, at=NOW - timedelta(days=400))),
        ("by a badge that had not expired then", fact(Act.STOP, "0105", no=16, at=NOW - timedelta(days=2))),
        ("the longest", fact(Act.GATE, no=17, gate="检" * 16, bay="位" * 16, trip="ABCDEFGH-1234567", why="因" * 120)),
    ):
        yield name, sign_fact(said, signers[said.badge]), said


def bad_facts() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, why they are not obeyed)."""
    good = sign_fact(OPENED, ATTENDANT)
    parts = cose.parse1(good)
    head, payload = parts.protected_raw, parts.payload
    said = cbor.decode(payload)
    assert isinstance(said, dict)

    def saying(changes: dict[int, object], *without: int) -> bytes:
        kept = {label: value for label, value in {**said, **changes}.items() if label not in without}
        return signed(head, cbor.encode(kept), ATTENDANT)

    yield "an act that the role may not do", sign_fact(fact(Act.CANCEL, "0101"), ATTENDANT), "wrong_role"
    yield "a technician stops check-in", sign_fact(fact(Act.STOP, "0103"), TECHNICIAN), "wrong_role"
    yield "a cashier opens check-in", sign_fact(fact(Act.OPEN, "0104"), CASHIER), "wrong_role"
    yield (
        "an attendant strikes a gate off",
        sign_fact(fact(Act.STRIKE_OFF, "0101", device="g"), ATTENDANT),
        "wrong_role",
    )
    yield "a badge that is not listed", sign_fact(fact(Act.OPEN, "0199"), STRANGER), "unknown_badge"
    yield "a listed number, a key that is not", sign_fact(OPENED, STRANGER), "unknown_badge"
    yield "a badge that had expired", sign_fact(fact(Act.OPEN, "0105"), EXPIRED), "badge_expired"
    at_the_end = fact(Act.OPEN, "0105", at=NOW - timedelta(days=1))
    yield "the badge expired at that moment", sign_fact(at_the_end, EXPIRED), "badge_expired"
    yield "for another station", sign_fact(replace(OPENED, station=OTHER_STATION), ATTENDANT), "other_station"
    ahead = replace(OPENED, at=NOW + timedelta(minutes=10, milliseconds=1))
    yield "more than ten minutes ahead", sign_fact(ahead, ATTENDANT), "in_future"
    yield "another badge's number", sign_fact(replace(OPENED, badge="0102"), ATTENDANT), "forged"
    stolen_kid = cbor.encode({cose.ALG: -8, cose.KID: MANAGER.public.kid, TYP: "waystation-fact-v1"})
    yield "another badge's key id", signed(stolen_kid, payload, ATTENDANT), "forged"
    yield "signature altered", flipped(good, len(good) - 1), "forged"
    yield "payload altered", good.replace(b"LW140800", b"LW140801"), "forged"
    yield "truncated", good[:-1], "unreadable"
    yield "nothing", b"", "unreadable"
    yield "a byte too many", good + b"\x00", "unreadable"
    yield "tagged", b"\xd2" + good, "unreadable"
    yield "no type", signed(cbor.encode({1: -8, 4: ATTENDANT.public.kid}), payload, ATTENDANT), "unreadable"
    code_type = cbor.encode({1: -8, 4: ATTENDANT.public.kid, TYP: "waystation-badge-v1"})
    yield "a badge code's type", signed(code_type, payload, ATTENDANT), "unreadable"
    more = cbor.encode({1: -8, 4: ATTENDANT.public.kid, 5: 0, TYP: "waystation-fact-v1"})
    yield "something more in the header", signed(more, payload, ATTENDANT), "unreadable"
    swapped = bytes([payload[0]]) + cbor.encode(2) + cbor.encode(said[2]) + cbor.encode(1) + cbor.encode(said[1])
    rest = cbor.encode({label: value for label, value in said.items() if label > 2})[1:]
    yield "keys out of order", signed(head, swapped + rest, ATTENDANT), "unreadable"
    yield (
        "a number longer than needed",
        signed(head, payload.replace(b"\x07\x19", b"\x07\x1a\x00\x00"), ATTENDANT),
        "unreadable",
    )
    yield "an unknown member", saying({16: 1}), "unreadable"
    yield "a member that is null", saying({9: None}), "unreadable"
    yield "no station", saying({}, 2), "unreadable"
    yield "no trip", saying({}, 8), "unreadable"
    yield "a gate that this act does not have", saying({9: "4"}), "unreadable"
    yield "an act that nobody knows", saying({4: "dance"}), "unreadable"
    yield "an id of 15 bytes", saying({1: bytes(15)}), "unreadable"
    yield "a reason of 121 characters", saying({6: "x" * 121}), "unreadable"
    yield "a reason of two lines", saying({6: "a\nb"}), "unreadable"
    yield "a time before 1970", saying({5: -1}), "unreadable"
    yield "a station that is true", saying({2: True}), "unreadable"
    yield "over 2048 bytes", signed(head, cbor.encode({**said, 6: "x" * 2048}), ATTENDANT), "unreadable"
    yield "late boarding that is over before it begins", saying({4: "late", 11: said[5]}), "unreadable"
    yield "merged into itself", saying({4: "merge", 12: "LW140800"}), "unreadable"


def zeros(count: int) -> bytes:
    """A poor source of randomness, for codes that are the same every time."""
    return bytes(range(count))


def code(
    number: str = "0102", key: SigningKey = MANAGER, *, station: int = STATION, at: datetime = NOW, hours: int = 8
) -> str:
    """A badge code made at `at`."""
    return badge_code(number, key, station, at, hours, zeros)


def code_saying(payload: object, key: SigningKey = MANAGER, typ: str = "waystation-badge-v1") -> str:
    """Any payload as a code with a good signature."""
    header = cbor.encode({cose.ALG: -8, cose.KID: key.public.kid, TYP: typ})
    return "RB1:" + base45.encode(signed(header, cbor.encode(payload), key))


def good_codes() -> Iterator[tuple[str, str, str]]:
    """(name, text, badge number)."""
    yield "just made", code(), "0102"
    yield "an attendant's", code("0101", ATTENDANT), "0101"
    yield "a cashier's (it overrides nothing)", code("0104", CASHIER), "0104"
    yield "the last second", code(at=NOW - SHIFT + timedelta(seconds=1)), "0102"
    yield "of sixteen hours", code(hours=16), "0102"
    yield "made ten minutes ahead", code(at=NOW + timedelta(minutes=10)), "0102"


def bad_codes() -> Iterator[tuple[str, str, str]]:
    """(name, text, why it is not taken)."""
    good = code()
    issued = int(NOW.timestamp())
    raw = base45.decode(good[4:])
    yield "over", code(at=NOW - SHIFT), "code_expired"
    yield "more than ten minutes ahead", code(at=NOW + timedelta(minutes=10, seconds=1)), "not_yet"
    yield "for another station", code(station=OTHER_STATION), "other_station"
    yield "an expired badge", code("0105", EXPIRED), "badge_expired"
    yield (
        "an expired badge, while it was good",
        code("0105", EXPIRED, at=NOW - timedelta(days=1, hours=1)),
        "badge_expired",
    )
    yield "a badge that is not listed", code("0199", STRANGER), "unknown_badge"
    yield "a listed number, a key that is not", code("0102", STRANGER), "unknown_badge"
    yield "another badge's number", code("0101"), "forged"
    yield "signature altered", "RB1:" + base45.encode(flipped(raw, len(raw) - 1)), "forged"
    payload = ["0102", STATION, issued, issued + 16 * 3600 + 1, bytes(8)]
    yield "longer than sixteen hours", code_saying(payload), "too_long"
    yield "over before it began", code_saying(["0102", STATION, issued, issued, bytes(8)]), "too_long"
    yield "truncated", good[:-3], "unreadable"
    yield "small letters", good.lower(), "unreadable"
    yield "no prefix", good[4:], "unreadable"
    yield "another version", "RB2" + good[3:], "unreadable"
    yield "nothing", "", "unreadable"
    yield "only the prefix", "RB1:", "unreadable"
    yield "a character too many", good + "0", "unreadable"
    yield "longer than any", "RB1:" + "0" * 400, "unreadable"
    yield (
        "a fact's type",
        code_saying(["0102", STATION, issued, issued + 60, bytes(8)], typ="waystation-fact-v1"),
        "unreadable",
    )
    yield "a member too few", code_saying(["0102", STATION, issued, issued + 60]), "unreadable"
    yield "an id of 7 bytes", code_saying(["0102", STATION, issued, issued + 60, bytes(7)]), "unreadable"
    yield "a date before 1970", code_saying(["0102", STATION, -1, 60, bytes(8)]), "unreadable"
    yield "a staff fact", "RB1:" + base45.encode(sign_fact(MOVED, ATTENDANT)), "unreadable"
    yield "a badge card", "RK1:" + base45.encode(cbor.encode(["0102", -8, bytes(16), bytes(48)])), "unreadable"


def card() -> str:
    """The duty manager's badge card, under `PIN`."""
    return seal_badge(MANAGER, "0102", PIN, zeros)
