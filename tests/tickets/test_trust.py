"""The trust list and the time token: believed for their signatures, never going back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.tickets.samples import OTHER_KEY, START, TICKET_KEY, trust, trusted
from tickets import cbor, cose
from tickets.keys import SigningKey
from tickets.time_token import TimeFault, open_time, sign_time
from tickets.trust import (
    Badge,
    Freshness,
    KeyUse,
    Role,
    Trust,
    TrustFault,
    TrustList,
    open_trust_list,
    sign_trust_list,
)

ROOT = SigningKey.from_raw(b"\x0a" * 32)
BADGE = Badge(number="0107", initials="LM", role=Role.CASHIER, key=OTHER_KEY.public, expires=START)
LIST = TrustList(
    version=5,
    issued=START,
    expires=START + timedelta(days=90),
    keys=(trusted(KeyUse.TICKET, TICKET_KEY), trusted(KeyUse.TIME, OTHER_KEY)),
    revoked_prefixes=frozenset({7, 300}),
    sealing_keys={date(2026, 11, 22): b"\x05" * 32},
    badges=(BADGE,),
)


def test_a_list_reads_back_whole() -> None:
    assert open_trust_list(sign_trust_list(LIST, ROOT), ROOT.public) == LIST


def test_only_the_root_may_sign_it() -> None:
    with pytest.raises(TrustFault, match="not signed"):
        open_trust_list(sign_trust_list(LIST, OTHER_KEY), ROOT.public)


def test_it_never_goes_back() -> None:
    data = sign_trust_list(LIST, ROOT)
    assert open_trust_list(data, ROOT.public, not_older_than=5).version == 5
    with pytest.raises(TrustFault, match="older than 6"):
        open_trust_list(data, ROOT.public, not_older_than=6)


def test_an_expired_list_still_opens_and_says_so() -> None:
    opened = open_trust_list(sign_trust_list(LIST, ROOT), ROOT.public)
    expires = LIST.expires
    assert opened.staleness(expires - timedelta(days=14, seconds=1)) is Freshness.FRESH
    assert opened.staleness(expires - timedelta(days=14)) is Freshness.WARN
    assert opened.staleness(expires) is Freshness.STALE


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        {1: 1},
        {1: 5, 2: 0, 3: 0, 4: [["ticket"]], 5: [], 6: {}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [["love", -8, bytes(32), 0, 0]], 5: [], 6: {}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [["ticket", -7, bytes(32), 0, 0]], 5: [], 6: {}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [], 5: ["7"], 6: {}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [], 5: [], 6: {20000: b"short"}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [], 5: [], 6: {20000: "text"}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [], 5: [], 6: {2**40: bytes(32)}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [], 5: [], 6: {}, 7: [["1", "A", "king", -8, bytes(32), 0]]},
        {1: 5, 2: 0, 3: 0, 4: [], 5: [], 6: {}, 7: ["badge"]},
        {1: 0, 2: 0, 3: 0, 4: [], 5: [], 6: {}, 7: []},
        {1: 5, 2: 2**60, 3: 0, 4: [], 5: [], 6: {}, 7: []},
        {1: 5, 2: 0, 3: 0, 4: [], 5: [], 6: {}, 7: [], 8: 1},
    ],
)
def test_a_signed_list_in_another_form_is_not_used(payload: object) -> None:
    data = cose.sign1({}, cbor.encode(payload), ROOT)
    with pytest.raises(TrustFault, match="form"):
        open_trust_list(data, ROOT.public)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40])
def test_nonsense_is_no_list_and_the_fault_says_what_to_do(data: bytes) -> None:
    with pytest.raises(TrustFault) as caught:
        open_trust_list(data, ROOT.public)
    assert caught.value.what
    assert "in force" in caught.value.hint


def test_keys_are_found_by_use_and_kid() -> None:
    found = Trust(LIST)
    assert found.keys_for(KeyUse.TICKET, TICKET_KEY.public.kid) == (TICKET_KEY.public,)
    assert found.keys_for(KeyUse.CERTIFICATE, TICKET_KEY.public.kid) == ()
    assert found.certificate_keys == ()
    assert found.revoked == {7, 300}
    assert len(trust().certificate_keys) == 1


def test_badges_are_found_by_number() -> None:
    assert LIST.badge("0107") == BADGE
    assert LIST.badge("0108") is None


def test_a_list_that_could_not_be_written_is_not_made() -> None:
    with pytest.raises(ValueError, match="numbered"):
        replace(LIST, version=0)
    with pytest.raises(ValueError, match="time zone"):
        sign_trust_list(replace(LIST, issued=datetime(2026, 1, 1)), ROOT)  # noqa: DTZ001 - a naive time is the point
    with pytest.raises(ValueError, match="32 bytes"):
        replace(LIST, sealing_keys={date(2026, 1, 1): b""})


NONCE = bytes(range(16))
NOW_MS = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)


def test_time_is_believed_for_its_key_and_nonce() -> None:
    token = sign_time(NOW_MS, NONCE, OTHER_KEY)
    assert open_time(token, NONCE, Trust(LIST).keys(KeyUse.TIME)) == NOW_MS


def test_time_for_another_question_or_by_another_key_is_not_believed() -> None:
    token = sign_time(NOW_MS, NONCE, OTHER_KEY)
    with pytest.raises(TimeFault, match="another question"):
        open_time(token, bytes(16), [OTHER_KEY.public])
    with pytest.raises(TimeFault, match="not signed"):
        open_time(token, NONCE, [TICKET_KEY.public])
    with pytest.raises(TimeFault, match="cannot be read"):
        open_time(token[:-1], NONCE, [OTHER_KEY.public])
    with pytest.raises(ValueError, match="nonce"):
        sign_time(NOW_MS, b"short", OTHER_KEY)
