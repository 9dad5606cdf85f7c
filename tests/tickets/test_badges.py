"""Badge cards and codes: what opens, what a reader takes, for how long, and that a photograph is only a photograph.

Opening a card takes some tenths of a second by intention, so few are opened here.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.samples import PROPERTY
from tests.vectors.staff_cases import BADGES, MANAGER, NOW, OTHER_STATION, PIN, STATION, card, code, zeros
from tickets import base45, cbor, staff
from tickets.admission import TimeQuality, TrustedNow
from tickets.badges import (
    BadBadge,
    BadgeTrouble,
    badge_code,
    is_weak,
    looks_like_badge,
    open_badge,
    read_badge_code,
    seal_badge,
)
from tickets.trust import TrustList

LIST = TrustList(version=1, issued=NOW, expires=NOW, keys=(), badges=BADGES)
TRUSTED, UNKNOWN = (TrustedNow(at=NOW, quality=quality) for quality in (TimeQuality.TRUSTED, TimeQuality.UNKNOWN))
CARD = card()


def refused(text: str, now: TrustedNow = TRUSTED, station: int = STATION) -> BadgeTrouble:
    with pytest.raises(BadBadge) as caught:
        read_badge_code(text, LIST, station, now)
    assert caught.value.what
    assert caught.value.hint
    assert text[:12] not in str(caught.value) or not text, "what was shown is not repeated"
    return caught.value.trouble


def not_opened(text: str, pin: str) -> BadgeTrouble:
    with pytest.raises(BadBadge) as caught:
        open_badge(text, pin)
    assert pin not in str(caught.value)
    return caught.value.trouble


def test_a_card_opens_with_its_pin_alone() -> None:
    number, key = open_badge(CARD, PIN)
    assert number == "0102"
    assert key.public == MANAGER.public
    assert key.to_raw() == MANAGER.to_raw()
    assert not_opened(CARD, "274917") is BadgeTrouble.WRONG_PIN


def test_a_card_given_another_number_does_not_open() -> None:
    members: Any = cbor.decode(base45.decode(CARD[4:]))
    renamed = "RK1:" + base45.encode(cbor.encode(["0101", *members[1:]]))
    assert not_opened(renamed, PIN) is BadgeTrouble.WRONG_PIN


def test_two_cards_of_one_key_share_nothing_to_see() -> None:
    other = seal_badge(MANAGER, "0102", PIN, lambda count: bytes(count))
    ours, theirs = (cbor.decode(base45.decode(text[4:])) for text in (CARD, other))
    assert isinstance(ours, list)
    assert isinstance(theirs, list)
    assert ours[:2] == theirs[:2] == ["0102", -8]
    assert ours[3][:8] != theirs[3][:8]
    assert MANAGER.to_raw() not in base45.decode(CARD[4:])


@pytest.mark.parametrize(
    "text",
    ["", "RK1:", "RK1:0", "RB1:" + CARD[4:], CARD[:-3], CARD + "0", CARD.lower(), "RK1:" + "0" * 400]
    + [
        "RK1:" + base45.encode(cbor.encode(members))
        for members in ([], ["0102", -7, bytes(16), bytes(48)], ["0102", -8, bytes(15), bytes(48)], [1, -8, b"", b""])
    ],
)
def test_what_is_no_card_is_told_before_a_pin_is_tried(text: str) -> None:
    assert not_opened(text, PIN) is BadgeTrouble.UNREADABLE


@pytest.mark.parametrize("pin", ["", "12345", "1234567890123", "27491a", "２７４９１６", " 274916"])
def test_a_pin_is_six_to_twelve_digits(pin: str) -> None:
    with pytest.raises(BadBadge) as caught:
        seal_badge(MANAGER, "0102", pin, zeros)
    assert caught.value.trouble is BadgeTrouble.WEAK_PIN
    with pytest.raises(BadBadge, match="6 to 12 digits"):
        open_badge(CARD, pin)


@pytest.mark.parametrize(
    "pin", ["000000", "777777777777", "123456", "654321", "567890", "890123", "321098", "0987654321"]
)
def test_a_pin_that_is_tried_first_is_not_taken(pin: str) -> None:
    assert is_weak(pin)
    with pytest.raises(BadBadge, match="too easy"):
        seal_badge(MANAGER, "0102", pin, zeros)


@pytest.mark.parametrize("pin", ["274916", "112233", "135790", "121212", "123457", "999990"])
def test_other_pins_are(pin: str) -> None:
    assert not is_weak(pin)


def test_a_number_that_no_badge_has_is_not_sealed() -> None:
    for number in ("", "x" * 17, "张三", "a\n"):
        with pytest.raises(ValueError, match="badge's number"):
            seal_badge(MANAGER, number, PIN, zeros)
    with pytest.raises(ValueError, match="randomness"):
        seal_badge(MANAGER, "0102", PIN, lambda _: b"")


def test_a_code_holds_for_its_hours_and_not_a_second_more() -> None:
    text = code(hours=2)
    for minutes, expected in (
        (0, None),
        (119, None),
        (120, BadgeTrouble.CODE_EXPIRED),
        (-10, None),
        (-11, BadgeTrouble.NOT_YET),
    ):
        for quality in (TimeQuality.TRUSTED, TimeQuality.DEGRADED):
            now = TrustedNow(at=NOW + timedelta(minutes=minutes), quality=quality)
            if expected is None:
                assert read_badge_code(text, LIST, STATION, now).number == "0102"
            else:
                assert refused(text, now) is expected


def test_while_the_time_is_not_known_a_badge_works_all_the_same() -> None:
    for years in (-40, 40):
        now = TrustedNow(at=NOW + timedelta(days=365 * years), quality=TimeQuality.UNKNOWN)
        assert read_badge_code(code(), LIST, STATION, now).number == "0102"
    expired = replace(LIST, badges=tuple(replace(badge, expires=NOW) for badge in BADGES))
    with pytest.raises(BadBadge, match="expired"):
        read_badge_code(code(at=NOW), expired, STATION, UNKNOWN)
    assert read_badge_code(code(at=NOW - timedelta(hours=1)), expired, STATION, UNKNOWN).number == "0102"
    assert refused(code(station=OTHER_STATION), UNKNOWN) is BadgeTrouble.OTHER_STATION


@pytest.mark.parametrize("hours", [0, 17, -1])
def test_a_code_is_made_for_a_shift_at_most(hours: int) -> None:
    with pytest.raises(ValueError, match="1 to 16 hours"):
        badge_code("0102", MANAGER, STATION, NOW, hours, zeros)


def test_every_code_is_another() -> None:
    counted: Iterator[int] = iter(range(9))
    texts = {badge_code("0102", MANAGER, STATION, NOW, 8, lambda n: next(counted).to_bytes(n)) for _ in range(3)}
    assert len(texts) == 3
    assert all(len(text) <= 220 for text in texts), "QR version 8"
    assert all(looks_like_badge(text) for text in (*texts, CARD))
    assert not looks_like_badge("RT1:")


def test_a_code_is_no_act_and_an_act_no_code() -> None:
    with pytest.raises(staff.BadFact) as caught:
        staff.open_fact(base45.decode(code()[4:]), LIST, STATION, TRUSTED)
    assert caught.value.trouble is staff.FactTrouble.UNREADABLE


GOOD = code()


def test_no_altered_or_cut_code_is_taken() -> None:
    data = base45.decode(GOOD[4:])
    assert read_badge_code(GOOD, LIST, STATION, TRUSTED).number == "0102"
    for bit in range(8 * len(data)):
        flipped = data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]
        refused("RB1:" + base45.encode(flipped))
    for end in range(len(GOOD)):
        assert refused(GOOD[:end]) is BadgeTrouble.UNREADABLE


@PROPERTY
@given(text=st.text(max_size=300) | st.text(max_size=300).map(lambda tail: "RB1:" + tail))
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(BadBadge) as caught:
        read_badge_code(text, LIST, STATION, TRUSTED)
    assert caught.value.trouble is BadgeTrouble.UNREADABLE


@PROPERTY
@given(at=st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), hours=st.integers(1, 16))  # noqa: DTZ001 - bounds are naive by Hypothesis' rule
def test_no_time_makes_a_code_hold_for_longer_than_it_says(at: datetime, hours: int) -> None:
    now = TrustedNow(at=at.replace(tzinfo=NOW.tzinfo), quality=TimeQuality.TRUSTED)
    try:
        read_badge_code(code(hours=hours), LIST, STATION, now)
    except BadBadge:
        return
    assert NOW - timedelta(minutes=10) <= now.at < NOW + timedelta(hours=hours)
