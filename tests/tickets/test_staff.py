"""Staff facts: what an act must say, whose signature counts, and that nothing else is ever obeyed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.samples import PROPERTY
from tests.tickets.test_properties import VALUES
from tests.vectors.staff_cases import ATTENDANT, BADGES, CASHIER, MANAGER, NOW, STATION, TECHNICIAN, fact
from tests.vectors.ticket_cases import signed
from tickets import cbor, cose
from tickets.admission import TimeQuality, TrustedNow
from tickets.keys import PublicKey
from tickets.reasons import Reason
from tickets.staff import (
    MAY_ACT,
    MAY_OVERRIDE,
    Act,
    BadFact,
    FactTrouble,
    StaffFact,
    open_fact,
    read_fact,
    sign_fact,
)
from tickets.trust import Role, TrustList

LIST = TrustList(version=1, issued=NOW, expires=NOW, keys=(), badges=BADGES)
TRUSTED = TrustedNow(at=NOW, quality=TimeQuality.TRUSTED)
DAY = NOW.date()
LATER = NOW + timedelta(minutes=10)
PARTICULARS: dict[Act, dict[str, Any]] = {
    Act.OPEN: {},
    Act.STOP: {},
    Act.LATE: {"until": LATER},
    Act.DELAY: {"until": LATER},
    Act.MERGE: {"into": "LW143000"},
    Act.CANCEL: {},
    Act.GATE: {"gate": "4"},
    Act.COACH: {"plate": "鲁A12345"},
    Act.DEPART: {},
    Act.REINSTATE: {},
    Act.STRIKE_OFF: {"device": "gate-3"},
    Act.FREE: {"device": "gate-3"},
}
EVERYTHING: dict[str, Any] = {
    "service_date": DAY, "trip": "LW140800", "gate": "4", "bay": "12", "until": LATER, "into": "LW143000",
    "plate": "鲁A12345", "seats": 45, "device": "gate-3",
}  # fmt: skip
MAY_SAY = {Act.GATE: {"bay"}, Act.COACH: {"bay", "seats"}}


def trouble(data: bytes, **changes: Any) -> FactTrouble:
    asked: dict[str, Any] = {"trust_list": LIST, "station": STATION, "now": TRUSTED, **changes}
    with pytest.raises(BadFact) as caught:
        open_fact(data, **asked)
    assert caught.value.what
    assert "not obeyed" in caught.value.hint
    return caught.value.trouble


@pytest.mark.parametrize("act", Act)
def test_an_act_reads_back_as_it_was_signed(act: Act) -> None:
    said = fact(act, why="因故", **PARTICULARS[act])
    data = sign_fact(said, MANAGER)
    assert open_fact(data, LIST, STATION, TRUSTED) == said
    assert read_fact(data) == said
    assert sign_fact(said, MANAGER) == data
    assert len(data) <= 2048


@pytest.mark.parametrize("act", Act)
def test_an_act_has_all_that_it_needs_and_nothing_else(act: Act) -> None:
    needed = (
        PARTICULARS[act] if act is Act.STRIKE_OFF else {"service_date": DAY, "trip": "LW140800", **PARTICULARS[act]}
    )
    for name in needed:
        with pytest.raises(ValueError, match=f"say the {name.replace('_', ' ')}"):
            fact(act, **{**needed, name: None})
    for name in EVERYTHING.keys() - needed.keys():
        if name in MAY_SAY.get(act, set()):
            fact(act, **needed, **{name: EVERYTHING[name]})
        else:
            with pytest.raises(ValueError, match="is not needed"):
                fact(act, **needed, **{name: EVERYTHING[name]})


@pytest.mark.parametrize(
    ("act", "wrong", "sentence"),
    [
        (Act.OPEN, {"trip": ""}, "The trip is 1 to 16 printable ASCII"),
        (Act.OPEN, {"trip": "x" * 17}, "The trip"),
        (Act.OPEN, {"trip": "济南"}, "The trip"),
        (Act.OPEN, {"why": "x" * 121}, "at most 120"),
        (Act.OPEN, {"why": "a\nb"}, "one line"),
        (Act.OPEN, {"station": -1}, "32 bits"),
        (Act.OPEN, {"at": datetime(2026, 11, 22)}, "time zone"),  # noqa: DTZ001 - a naive time is the point
        (Act.OPEN, {"service_date": DAY.replace(year=1969)}, "before 1970"),
        (Act.GATE, {"gate": ""}, "The gate is 1 to 16"),
        (Act.GATE, {"gate": "4\x00"}, "The gate"),
        (Act.GATE, {"gate": "4", "bay": "x" * 17}, "The bay"),
        (Act.COACH, {"plate": "x" * 17}, "The plate"),
        (Act.COACH, {"plate": "鲁A12345", "seats": 0}, "1 to 255"),
        (Act.MERGE, {"into": "LW140800"}, "into itself"),
        (Act.LATE, {"until": NOW}, "beyond now"),
        (Act.STRIKE_OFF, {"device": "x" * 65}, "The device is 1 to 64"),
    ],
)
def test_what_no_station_does_is_told_in_a_sentence(act: Act, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fact(act, **wrong)
    with pytest.raises(ValueError, match="badge's number"):
        fact(Act.OPEN, "")


def test_instants_are_kept_in_whole_milliseconds_of_utc() -> None:
    said = fact(Act.OPEN, at=datetime.fromisoformat("2026-11-22T14:00:00.123456+08:00"))
    assert said.at == datetime(2026, 11, 22, 6, 0, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize("badge", BADGES[:4], ids=lambda badge: badge.role)
def test_a_role_does_its_own_acts_and_no_other(badge: Any) -> None:
    key = {"0101": ATTENDANT, "0102": MANAGER, "0103": TECHNICIAN, "0104": CASHIER}[badge.number]
    for act in Act:
        data = sign_fact(fact(act, badge.number, **PARTICULARS[act]), key)
        if act in MAY_ACT[badge.role]:
            assert open_fact(data, LIST, STATION, TRUSTED).act is act
        else:
            assert trouble(data) is FactTrouble.WRONG_ROLE


def test_time_that_is_not_trusted_dates_no_fact() -> None:
    ahead = sign_fact(fact(Act.STOP, at=NOW + timedelta(hours=1)), MANAGER)
    assert trouble(ahead) is FactTrouble.IN_FUTURE
    for quality in (TimeQuality.DEGRADED, TimeQuality.UNKNOWN):
        assert open_fact(ahead, LIST, STATION, TrustedNow(at=NOW, quality=quality)).at == NOW + timedelta(hours=1)
    assert open_fact(ahead, LIST, STATION, None).at == NOW + timedelta(hours=1)


def test_a_badge_off_the_list_is_a_stranger() -> None:
    data = sign_fact(fact(Act.STOP), MANAGER)
    assert trouble(data, trust_list=replace(LIST, badges=BADGES[:1])) is FactTrouble.UNKNOWN_BADGE


def test_of_badges_with_one_key_id_the_one_that_signed_counts() -> None:
    """Key ids are four bytes, so that two keys may have the same one; here one merely says so."""

    class Twin(PublicKey):
        kid = MANAGER.public.kid  # a collision without the search for one

    other = replace(BADGES[0], key=Twin(ATTENDANT.algorithm, ATTENDANT.public.raw))
    listed = replace(LIST, badges=(other, *BADGES[1:]))
    assert open_fact(sign_fact(fact(Act.STOP), MANAGER), listed, STATION, TRUSTED).badge == "0102"


def test_nobody_sets_aside_what_makes_a_ticket_worthless() -> None:
    never = {
        Reason.FORGED, Reason.UNREADABLE, Reason.UNKNOWN_ISSUER, Reason.NOT_KNOWN_HERE, Reason.REFUNDED,
        Reason.CHANGED, Reason.REVOKED, Reason.CANCELLED, Reason.WRONG_STATION,
    }  # fmt: skip
    assert set(MAY_OVERRIDE) == set(MAY_ACT) == set(Role)
    assert not never & frozenset().union(*MAY_OVERRIDE.values())
    assert MAY_OVERRIDE[Role.ATTENDANT] < MAY_OVERRIDE[Role.DUTY_MANAGER]
    assert never | MAY_OVERRIDE[Role.DUTY_MANAGER] == set(Reason), "every reason is decided on"


GOOD = sign_fact(fact(Act.GATE, gate="4", why="x"), MANAGER)


def test_no_flipped_bit_and_no_part_is_obeyed() -> None:
    assert open_fact(GOOD, LIST, STATION, TRUSTED).gate == "4"
    for bit in range(8 * len(GOOD)):
        trouble(GOOD[: bit // 8] + bytes([GOOD[bit // 8] ^ 1 << bit % 8]) + GOOD[bit // 8 + 1 :])
    for end in range(len(GOOD)):
        assert trouble(GOOD[:end]) is FactTrouble.UNREADABLE


@PROPERTY
@given(payload=VALUES.map(cbor.encode))
def test_any_content_under_a_good_signature_is_read_or_refused(payload: bytes) -> None:
    header = cose.parse1(GOOD).protected_raw
    assert trouble(signed(header, payload, MANAGER)) is FactTrouble.UNREADABLE


@PROPERTY
@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    assert trouble(data) is FactTrouble.UNREADABLE
    with pytest.raises(BadFact):
        read_fact(data)


def test_facts_have_one_order() -> None:
    first, second = (fact(Act.STOP, no=no) for no in (1, 2))
    earlier = replace(second, at=NOW - timedelta(seconds=1), fact_id=UUID(int=9))
    assert sorted([second, first, earlier], key=lambda said: said.order) == [earlier, first, second]
    assert isinstance(first, StaffFact)
