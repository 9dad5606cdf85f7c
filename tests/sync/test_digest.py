"""The digest: the same facts give the same number in any order, and any change of a fact gives another."""

from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import cbor2
from hypothesis import given
from hypothesis import strategies as st

from sync.comparing.compare import Facts, differences
from sync.comparing.digest import AllotmentFact, MoneyFact, TicketFact, UseFact, departure_digest

TICKET = TicketFact(
    number="00000000000000000007",
    service_date="2026-11-22",
    trip="K8801",
    boarding=1,
    alighting=2,
    seat=None,
    kind=0,
    children=0,
    fare=4500,
    tag=bytes(8),
    expires_s=1_800_000_000,
    state="valid",
    issuer="centre",
)
USE = UseFact(
    number="00000000000000000007",
    use_no=1,
    attempt="0" * 32,
    device="gate-1",
    lane="1",
    at_ms=5,
    end=None,
    purpose="admission",
)
MONEY = MoneyFact(
    epoch="0" * 32,
    seq=3,
    device="kiosk-1",
    order="1" * 32,
    direction="taken",
    fen=5000,
    method="cash",
    counter=4,
    at_ms=5,
)
ALLOTMENT = AllotmentFact(service_date="2026-11-22", trip="K8801", device="kiosk-1", seats=(1, 2), count=0)


def test_the_digest_is_this_number_for_ever() -> None:
    """Another implementation must get the same: SHA-256 over this very CBOR, made here by another library."""
    rows = [
        [
            "00000000000000000007",
            "2026-11-22",
            "K8801",
            1,
            2,
            None,
            0,
            0,
            4500,
            bytes(8),
            1_800_000_000,
            "valid",
            "centre",
        ]
    ]
    expected = sha256(cbor2.dumps(["waystation departure digest v1", rows, [], [], []])).hexdigest()
    assert departure_digest([TICKET], [], []) == expected


def test_any_change_of_any_field_changes_it() -> None:
    seen = {departure_digest([TICKET], [USE], [MONEY], [ALLOTMENT])}
    count = 1
    originals: list[Any] = [TICKET, USE, MONEY, ALLOTMENT]
    for position, fact in enumerate(originals):
        for each in fields(fact):
            facts: list[list[Any]] = [[TICKET], [USE], [MONEY], [ALLOTMENT]]
            facts[position] = [replace(fact, **{each.name: _other(getattr(fact, each.name))})]
            seen.add(departure_digest(*facts))
            count += 1
    for missing in range(4):
        facts = [[TICKET], [USE], [MONEY], [ALLOTMENT]]
        facts[missing] = []
        seen.add(departure_digest(*facts))
        count += 1
    assert len(seen) == count


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_neither_order_nor_repetition_enters(some: list[int], others: list[int]) -> None:
    tickets = [replace(TICKET, number=f"{n:020d}") for n in some]
    uses = [replace(USE, use_no=n + 1) for n in others]
    expected = departure_digest(
        [replace(TICKET, number=f"{n:020d}") for n in range(6)], [replace(USE, use_no=n + 1) for n in range(6)], []
    )
    assert departure_digest(tickets + tickets[:3], uses + uses[2:], []) == expected


def test_differences_say_what_is_missing_and_what_is_otherwise_and_show_no_tag() -> None:
    tagged = replace(TICKET, tag=b"personal")
    left = Facts(tickets={tagged.key: tagged}, uses={USE.key: USE}, money={})
    right = Facts(tickets={}, uses={USE.key: replace(USE, end="passed")})
    told = differences(left, right)
    assert len(told) == 2
    assert told[0].endswith("| missing")
    assert "personal" not in told[0]
    assert "end=None" in told[1]
    assert "end='passed'" in told[1]
    assert differences(left, left) == []


def _other(value: object) -> object:
    match value:
        case bytes():
            return b"\x01" + value[1:]
        case str():
            return value + "x"
        case tuple():
            return (*value, 3)
        case None:
            return 9
        case int():
            return value + 1
    raise AssertionError(value)
