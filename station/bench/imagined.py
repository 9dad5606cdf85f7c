"""A large station that is imagined: fifteen service days of departures, their tickets, and the centre's keys.

All of it follows from the number of a coach or of a ticket, so that every run sees the same station.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from tickets.credential import TillCertificate, certify
from tickets.departures import Departure, StopCall
from tickets.identity import DocumentKind, identity_tag
from tickets.journey import Journey, TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import RANDOM_BITS
from tickets.sealed import new_sealing_key
from tickets.trust import Badge, KeyUse, Role, TrustedKey, TrustList, sign_trust_list

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
"""14:00 at the station, in the middle of a busy Sunday."""
TODAY = date(2026, 11, 22)
EXPIRES = NOW + timedelta(days=10)
DAYS_BACK, DAYS = 5, 15
PER_COACH = 40
STATION, OWN_STOP = 3_701_000_001, 3_701_000_001
GATE, GATES = "3", 8
CENTRE_PREFIX, TILL_PREFIX = 0x10, 0xA1B2C3
BADGE = "0001"
"""The duty manager's, who signs with the key called by the badge's number."""
DEVICES = {"gate-1": "gate", "gate-2": "gate", "till-1": "till", "relay-1": "relay"}
"""The station's terminals; each signs with the key called by its name."""


def key(name: str) -> SigningKey:
    """One of the centre's or a terminal's keys: always the same one."""
    return SigningKey.from_raw(sha256(f"bench {name}".encode()).digest())


CERTIFICATE = certify(
    TillCertificate(key("till").public, STATION, TILL_PREFIX, EXPIRES + timedelta(days=20)), key("certificate")
)


def trust_list() -> bytes:
    """The root's list, with the keys that a centre has in use."""
    uses = {"ticket": KeyUse.TICKET, "certificate": KeyUse.CERTIFICATE, "time": KeyUse.TIME, "receipt": KeyUse.RECEIPT}
    first, last = NOW - timedelta(days=1), NOW + timedelta(days=90)
    keys = tuple(
        TrustedKey(use=use, key=key(name).public, not_before=first, not_after=last) for name, use in uses.items()
    )
    sealing = {TODAY + timedelta(days=ahead): new_sealing_key()[1] for ahead in range(DAYS)}
    badge = Badge(number=BADGE, initials="WT", role=Role.DUTY_MANAGER, key=key(BADGE).public, expires=last)
    listed = TrustList(version=7, issued=first, expires=last, keys=keys, sealing_keys=sealing, badges=(badge,))
    return sign_trust_list(listed, key("root"))


def coaches(tickets: int) -> int:
    """How many departures so many tickets are for."""
    return -(-tickets // PER_COACH)


def day_of(coach: int) -> date:
    """On which service day it runs."""
    return TODAY + timedelta(days=coach % DAYS - DAYS_BACK)


def trip_of(coach: int) -> str:
    """Its trip, in 8 characters."""
    return f"K{1000 + coach // DAYS:04d}-{coach % 97:02d}"


def gate_of(coach: int) -> str:
    """From which gate it leaves."""
    return str(1 + coach // DAYS % GATES)


def boards_here(coach: int) -> bool:
    """Whether it leaves today, from the gate that is measured."""
    return day_of(coach) == TODAY and gate_of(coach) == GATE


def departure(coach: int) -> Departure:
    """The whole of it; those of today can all be boarded now."""
    day = day_of(coach)
    departs = NOW + (day - TODAY) + timedelta(minutes=10 + coach // DAYS * 7 % 500)
    call = STOPS[coach % len(STOPS)]
    return Departure(
        service_date=day,
        trip=trip_of(coach),
        departs_at=departs,
        boarding=OWN_STOP,
        gate=gate_of(coach),
        bay=str(1 + coach % 30),
        plate=f"鲁A{10000 + coach % 90000}",
        seats=45,
        places=45,
        stops=(
            StopCall(stop=call, fare=Fen(18_500), minutes=150),
            StopCall(stop=STOPS[(coach + 7) % len(STOPS)], fare=Fen(9_500), minutes=80),
        ),
        opens_at=departs - timedelta(hours=12),
        closes_at=departs - timedelta(minutes=5),
    )


STOPS = tuple(3_702_000_001 + at for at in range(60))
STATION_BODY: dict[str, object] = {
    "code": STATION,
    "name": ["梧桐汽车客运站", "Wutong Coach Station"],
    "operator": ["梧桐客运", "Wutong Coaches"],
    "timezone": "Asia/Shanghai",
    "stop": OWN_STOP,
}


def stops() -> Iterator[tuple[int, dict[str, object]]]:
    """Every stop by its number, with the body of its record."""
    for at, stop in enumerate((OWN_STOP, *STOPS)):
        letter = chr(ord("a") + at % 26)
        body: dict[str, object] = {
            "id": stop,
            "name": [f"第{at}站", f"Stop {at}"],
            "pinyin": f"{letter}stop{at}",
            "initials": letter,
            "popular": 60 - at,
        }
        yield stop, body


def allotment(departure: Departure) -> dict[str, object]:
    """The five places of a departure that the till may sell."""
    return {
        "service_date": departure.service_date.isoformat(),
        "trip": departure.trip,
        "device": "till-1",
        "seats": [41, 42, 43, 44, 45],
        "count": None,
    }


def numbers(tickets: int) -> NDArray[np.uint64]:
    """Ticket number of each ticket; every other one is a till's."""
    chance = np.random.default_rng(20261122).integers(0, 1 << RANDOM_BITS, tickets, np.uint64)
    prefixes = np.array([CENTRE_PREFIX, TILL_PREFIX], np.uint64)[np.arange(tickets) % 2]
    return np.asarray((prefixes << np.uint64(RANDOM_BITS)) | chance, np.uint64)


def day_key(day: date) -> bytes:
    """The key of that service day's identity tags."""
    return sha256(f"day {day}".encode()).digest()


def document_of(at: int) -> str:
    """The number of the ID card of whoever has the ticket in this place of the store; nobody has such a number."""
    return f"{at:017d}X"


def tag_of(at: int) -> bytes:
    """The identity tag of the ticket in this place of the store: the true one for who boards at this gate today."""
    coach = at // PER_COACH
    if boards_here(coach):
        return identity_tag(day_key(TODAY), TODAY, trip_of(coach), DocumentKind.RESIDENT_ID, document_of(at))
    return (at * 0x9E3779B97F4A7C15 & (1 << 64) - 1).to_bytes(8)


def journey(at: int) -> Journey:
    """What the ticket in this place of the store is for."""
    coach = at // PER_COACH
    return Journey(
        service_date=day_of(coach),
        trip=trip_of(coach),
        boarding=OWN_STOP,
        alighting=STOPS[coach % len(STOPS)],
        seat=1 + at % PER_COACH,
        kind=TicketKind.ADULT,
        children=0,
        fare=Fen(18_500),
        tag=tag_of(at),
    )
