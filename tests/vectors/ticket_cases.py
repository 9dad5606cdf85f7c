"""The tickets behind tickets.json: good ones, and whatever else might be held before a gate.

What no issuer of ours would write (wrong keys, other spellings of the same values) is put together by hand here.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tickets import base45, cbor, cose
from tickets.credential import Ticket, TillCertificate, certify, issue, issue_delegated
from tickets.journey import HIGHEST_FARE, Journey, TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
EXPIRES = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
PREFIX = 0xA1B2C3
REVOKED_PREFIX = 0x0BAD01

ROOT, TICKET, CERTIFICATE, TILL, REVOKED_TILL, STRANGER, TIME = (
    SigningKey.from_raw(bytes([n]) * 32) for n in range(1, 8)
)

JOURNEY = Journey(
    service_date=date(2026, 11, 22),
    trip="LW140800",
    boarding=3_701_000_001,
    alighting=3_702_000_044,
    seat=36,
    kind=TicketKind.ADULT,
    children=1,
    fare=Fen(18_500),
    tag=bytes.fromhex("8f3a61c0d2e4b597"),
)
SOLD = Ticket(TicketNumber(PREFIX << 40 | 0x1122334455), EXPIRES, JOURNEY)
SMALLEST = Journey(
    service_date=date(1970, 1, 1),
    trip="1",
    boarding=0,
    alighting=0,
    seat=None,
    kind=TicketKind.ADULT,
    children=0,
    fare=Fen(0),
    tag=b"",
)
LARGEST = Journey(
    service_date=date(2199, 12, 31),
    trip="ABCDEFGH-1234567",
    boarding=2**32 - 1,
    alighting=2**32 - 1,
    seat=255,
    kind=TicketKind.FREE,
    children=9,
    fare=HIGHEST_FARE,
    tag=b"\xff" * 8,
)
TILL_CERTIFICATE = TillCertificate(TILL.public, 3_701_000_001, PREFIX, EXPIRES + timedelta(days=7))
REVOKED_CERTIFICATE = replace(TILL_CERTIFICATE, public_key=REVOKED_TILL.public, prefix=REVOKED_PREFIX)
CERTIFIED = certify(TILL_CERTIFICATE, CERTIFICATE)


def signed(protected: bytes, payload: bytes, key: SigningKey) -> bytes:
    """A message with a good signature over any header and payload bytes."""
    signature = key.sign(cbor.encode(["Signature1", protected, b"", payload]))
    return cbor.encode([protected, {}, payload, signature])


def text(message: bytes) -> str:
    """A message as a ticket's text."""
    return "RT1:" + base45.encode(message)


def message(ticket_text: str) -> bytes:
    """The message behind a ticket's text."""
    return base45.decode(ticket_text[4:])


KID_HEADER = cbor.encode({1: -8, 4: TICKET.public.kid})
CENTRE = issue(SOLD, TICKET)
DELEGATED = issue_delegated(SOLD, TILL, CERTIFIED)
PAYLOAD = cose.parse1(message(CENTRE)).payload
CLAIMS: Any = cbor.decode(PAYLOAD)


def centre_says(payload: bytes) -> str:
    """Any payload, signed by the ticket key."""
    return text(signed(KID_HEADER, payload, TICKET))


def claims(**changes: object) -> str:
    """The ticket with members of its journey replaced by anything, signed by the ticket key."""
    names = ("day", "trip", "boarding", "alighting", "seat", "kind", "children", "fare", "tag")
    members = dict(zip(names, CLAIMS[-65537], strict=True)) | changes
    return centre_says(cbor.encode({**CLAIMS, -65537: list(members.values())}))


def till_says(ticket: Ticket, certificate: bytes, key: SigningKey) -> str:
    """A delegated ticket with any certificate and key."""
    payload = cose.parse1(message(issue(ticket, key))).payload
    header = cbor.encode({1: -8, 13: cose.parse1(certificate).array})
    return text(signed(header, payload, key))


def flipped(data: bytes, at: int) -> bytes:
    """`data` with the lowest bit of one byte turned over."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def valid() -> Iterator[tuple[str, str, Ticket]]:
    """(name, text, what it says)."""
    yield "by the centre", CENTRE, SOLD
    yield "by a till", DELEGATED, SOLD
    flow = replace(SOLD, journey=replace(JOURNEY, seat=None, kind=TicketKind.CHILD, children=0, fare=Fen(9_250)))
    yield "a child on a coach without fixed seats", issue(flow, TICKET), flow
    nameless = replace(SOLD, journey=replace(JOURNEY, tag=b""))
    yield "a line that asks for no name", issue(nameless, TICKET), nameless
    smallest = Ticket(TicketNumber(0), EXPIRES, SMALLEST)
    yield "every member at its least", issue(smallest, TICKET), smallest
    largest = Ticket(TicketNumber(2**64 - 1), datetime(2199, 12, 31, tzinfo=UTC), LARGEST)
    yield "every member at its most", issue(largest, TICKET), largest
    to_the_second = replace(SOLD, expires=TILL_CERTIFICATE.expires)
    yield "expires together with its certificate", issue_delegated(to_the_second, TILL, CERTIFIED), to_the_second


def refused() -> Iterator[tuple[str, str, str]]:
    """(name, text, reason)."""
    whole = message(CENTRE)
    yield "expired (the signature holds)", issue(replace(SOLD, expires=NOW - timedelta(seconds=1)), TICKET), "expired"
    yield (
        "fare altered",
        text(whole.replace(b"\x19\x48\x44", b"\x19\x00\x44")),
        "forged",
    )
    yield "last bit of the signature altered", text(flipped(whole, len(whole) - 1)), "forged"
    yield "signature of zeros", text(whole[:-64] + bytes(64)), "forged"
    yield "signature of 63 bytes", text(cbor.encode([KID_HEADER, {}, PAYLOAD, whole[-63:]])), "forged"
    yield "signed by another key under a listed kid", text(signed(KID_HEADER, PAYLOAD, STRANGER)), "forged"
    yield "another algorithm named", text(signed(cbor.encode({1: -7, 4: TICKET.public.kid}), PAYLOAD, TICKET)), "forged"
    yield "unknown kid", issue(SOLD, STRANGER), "unknown_issuer"
    yield "a certificate key signs a ticket", issue(SOLD, CERTIFICATE), "unknown_issuer"
    yield "a till signs as if it were the centre", issue(SOLD, TILL), "unknown_issuer"
    yield "empty", "", "unreadable"
    yield "prefix only", "RT1:", "unreadable"
    yield "old version", "RT0:" + CENTRE[4:], "unreadable"
    yield "no prefix", CENTRE[4:], "unreadable"
    yield "small letters", CENTRE.lower(), "unreadable"
    yield "a bare number", SOLD.number.digits, "unreadable"
    yield "truncated by one character", CENTRE[:-1], "unreadable"
    yield "truncated by a group", CENTRE[:-3], "unreadable"
    yield "half of it", CENTRE[: len(CENTRE) // 2], "unreadable"
    yield "extended by a group", CENTRE + "000", "unreadable"
    yield "trailing byte after the message", text(whole + b"\x00"), "unreadable"
    yield "over the length cap", "RT1:" + "0" * 513, "unreadable"
    yield "base45 group beyond two bytes", CENTRE[:4] + ":::" + CENTRE[7:], "unreadable"
    yield "base45 group beyond one byte", "RT1:::", "unreadable"
    yield "not base45", CENTRE[:10] + "ä" + CENTRE[11:], "unreadable"
    yield "tagged", text(b"\xd2" + whole), "unreadable"
    yield "indefinite-length array", text(b"\x9f" + whole[1:] + b"\xff"), "unreadable"
    yield "outer head longer than needed", text(b"\x98\x04" + whole[1:]), "unreadable"
    yield (
        "unprotected header not empty",
        text(cbor.encode([KID_HEADER, {4: b"1234"}, PAYLOAD, whole[-64:]])),
        "unreadable",
    )
    yield "no algorithm", text(signed(cbor.encode({4: TICKET.public.kid}), PAYLOAD, TICKET)), "unreadable"
    yield "no kid", text(signed(cbor.encode({1: -8}), PAYLOAD, TICKET)), "unreadable"
    both = cbor.encode({1: -8, 4: TICKET.public.kid, 13: cose.parse1(CERTIFIED).array})
    yield "kid and certificate both", text(signed(both, PAYLOAD, TICKET)), "unreadable"
    critical = cbor.encode({1: -8, 2: [99], 4: TICKET.public.kid, 99: 1})
    yield "a header that must be understood and is not", text(signed(critical, PAYLOAD, TICKET)), "unreadable"
    swapped = b"\xa2\x04\x44" + TICKET.public.kid + b"\x01\x27"
    yield "header keys out of order", text(signed(swapped, PAYLOAD, TICKET)), "unreadable"
    yield (
        "kid twice",
        text(signed(b"\xa3\x01\x27" + (b"\x04\x44" + TICKET.public.kid) * 2, PAYLOAD, TICKET)),
        "unreadable",
    )
    exp = cbor.encode(CLAIMS[4])
    rest = PAYLOAD.removeprefix(b"\xa3\x04" + exp)
    yield "claims: duplicate key", centre_says(b"\xa4" + (b"\x04" + exp) * 2 + rest), "unreadable"
    yield "claims: keys out of order", centre_says(b"\xa3" + PAYLOAD[7:17] + PAYLOAD[1:7] + PAYLOAD[17:]), "unreadable"
    yield "claims: number longer than needed", centre_says(b"\xa3\x04\x1b" + bytes(4) + exp[1:] + rest), "unreadable"
    yield "claims: indefinite-length map", centre_says(b"\xbf" + PAYLOAD[1:] + b"\xff"), "unreadable"
    yield "claims: trailing byte", centre_says(PAYLOAD + b"\x00"), "unreadable"
    yield "claims: one more than this version knows", centre_says(cbor.encode({**CLAIMS, 99: 1})), "unreadable"
    yield "claims: no expiry", centre_says(cbor.encode({7: CLAIMS[7], -65537: CLAIMS[-65537]})), "unreadable"
    yield "claims: expiry is a date tag", centre_says(b"\xa3\x04\xc1" + exp + rest), "unreadable"
    yield "claims: expiry is true", centre_says(cbor.encode({**CLAIMS, 4: True})), "unreadable"
    yield "claims: expiry before 1970", centre_says(cbor.encode({**CLAIMS, 4: -1})), "unreadable"
    yield "claims: expiry after 9999", centre_says(cbor.encode({**CLAIMS, 4: 253402300800})), "unreadable"
    yield "claims: number of seven bytes", centre_says(cbor.encode({**CLAIMS, 7: bytes(7)})), "unreadable"
    yield (
        "claims: a journey of eight members",
        centre_says(cbor.encode({**CLAIMS, -65537: CLAIMS[-65537][:8]})),
        "unreadable",
    )
    yield "journey: day 2^31", claims(day=2**31), "unreadable"
    yield "journey: day before 1970", claims(day=-1), "unreadable"
    yield "journey: no trip", claims(trip=""), "unreadable"
    yield "journey: trip of 17 characters", claims(trip="A" * 17), "unreadable"
    yield "journey: trip not ASCII", claims(trip="济南"), "unreadable"
    yield "journey: trip with a line break", claims(trip="LW\n1408"), "unreadable"
    yield "journey: stop beyond 32 bits", claims(boarding=2**32), "unreadable"
    yield "journey: seat 0", claims(seat=0), "unreadable"
    yield "journey: seat is text", claims(seat="12"), "unreadable"
    yield "journey: unknown kind", claims(kind=4), "unreadable"
    yield "journey: ten children", claims(children=10), "unreadable"
    yield "journey: negative fare", claims(fare=-1), "unreadable"
    yield "journey: fare is true", claims(fare=True), "unreadable"
    yield "journey: tag of seven bytes", claims(tag=bytes(7)), "unreadable"
    yield from refused_delegated()


def refused_delegated() -> Iterator[tuple[str, str, str]]:
    """What is wrong between a ticket and its certificate."""
    yield (
        "till: prefix of another till",
        till_says(replace(SOLD, number=TicketNumber((PREFIX + 1) << 40)), CERTIFIED, TILL),
        "forged",
    )
    outlives = replace(SOLD, expires=TILL_CERTIFICATE.expires + timedelta(seconds=1))
    yield "till: outlives its certificate", till_says(outlives, CERTIFIED, TILL), "forged"
    yield "till: certificate of another key", till_says(SOLD, CERTIFIED, STRANGER), "forged"
    yield "till: certified by a stranger", till_says(SOLD, certify(TILL_CERTIFICATE, STRANGER), TILL), "unknown_issuer"
    yield "till: certified by a till", till_says(SOLD, certify(TILL_CERTIFICATE, TILL), TILL), "unknown_issuer"
    yield "till: certified by a ticket key", till_says(SOLD, certify(TILL_CERTIFICATE, TICKET), TILL), "unknown_issuer"
    payload = cose.parse1(CERTIFIED).payload
    kid = cbor.encode({1: -8, 4: CERTIFICATE.public.kid})
    yield (
        "till: stranger's signature under the certificate key's kid",
        till_says(SOLD, signed(kid, payload, STRANGER), TILL),
        "forged",
    )
    other = cbor.encode({1: -7, 4: CERTIFICATE.public.kid})
    yield (
        "till: certificate names another algorithm",
        till_says(SOLD, signed(other, payload, CERTIFICATE), TILL),
        "forged",
    )
    certified = cose.parse1(CERTIFIED)
    altered = [
        certified.protected_raw,
        {},
        payload.replace(b"\x1a\x00\xa1\xb2\xc3", b"\x1a\x00\xa1\xb2\xc4"),
        certified.signature,
    ]
    yield "till: certificate altered", till_says(SOLD, cbor.encode(altered), TILL), "forged"
    said: Any = cbor.decode(payload)
    for name, changed in (
        ("prefix 0", {**said, -65538: [3_701_000_001, 0]}),
        ("no station", {**said, -65538: [PREFIX]}),
        ("key of another curve", {**said, 8: {1: {1: 1, -1: 4, -2: TILL.public.raw}}}),
        ("key of 31 bytes", {**said, 8: {1: {1: 1, -1: 6, -2: TILL.public.raw[:31]}}}),
        ("one claim more", {**said, 99: 1}),
    ):
        yield (
            f"till: certificate with {name}",
            till_says(SOLD, signed(kid, cbor.encode(changed), CERTIFICATE), TILL),
            "unreadable",
        )
    inside = text(signed(cbor.encode({1: -8, 13: b"certificate"}), PAYLOAD, TILL))
    yield "till: certificate is a byte string", inside, "unreadable"
    again = signed(cbor.encode({1: -8, 13: cose.parse1(CERTIFIED).array}), payload, TILL)
    yield "till: certificate carries a certificate", till_says(SOLD, again, TILL), "unreadable"
    sold = replace(SOLD, number=TicketNumber(REVOKED_PREFIX << 40 | 1))
    yield "till: revoked", issue_delegated(sold, REVOKED_TILL, certify(REVOKED_CERTIFICATE, CERTIFICATE)), "revoked"
