"""The event memory of header 159: which events are new, and what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble
from drivers.cash.events import KEPT, TROUBLE, EventBuffer, read, standing_trouble

VALUES = {1: 100, 4: 2000}


def buffer(counter: int, *results: tuple[int, int]) -> EventBuffer:
    return EventBuffer(counter=counter, results=(results + ((0, 0),) * KEPT)[:KEPT])


def test_decode() -> None:
    assert EventBuffer.decode(bytes.fromhex("02 04 00 04 01 00 00 00 00 00 00")) == buffer(2, (4, 0), (4, 1))
    assert EventBuffer.decode(bytes(10)) is None
    assert EventBuffer.decode(bytes(12)) is None


@pytest.mark.parametrize(
    ("counter", "since", "new"),
    [
        (0, 0, []),
        (7, 7, []),
        (1, 0, [1]),
        (5, 0, [1, 2, 3, 4, 5]),
        (6, 0, None),
        (12, 7, [8, 9, 10, 11, 12]),
        (13, 7, None),
        (1, 255, [1]),
        (3, 254, [255, 1, 2, 3]),
        (5, 254, None),
        (0, 1, None),
        (0, 255, None),
        (6, 7, None),
        (255, 250, [251, 252, 253, 254, 255]),
    ],
)
def test_which_are_new(counter: int, since: int, new: list[int] | None) -> None:
    got = buffer(counter).newer_than(since)
    assert (None if got is None else [number for number, _, _ in got]) == new


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=600), st.integers(0, 600))
def test_counting_as_a_device_does(happened: list[tuple[int, int]], seen: int) -> None:
    """Up to 249 unseen events, none is ever missed, doubled or attributed to another counter."""
    counter, counters = 0, [0]
    for _ in happened:
        counter = counter % 255 + 1
        counters.append(counter)
    seen = min(max(seen, len(happened) - 249), len(happened))
    now = buffer(counter, *reversed(happened[-KEPT:]))
    got = now.newer_than(counters[seen])
    if len(happened) - seen > KEPT:
        assert got is None
    else:
        assert got == tuple((counters[at + 1], *happened[at]) for at in range(seen, len(happened)))


def test_a_restart_shows_in_what_two_readings_share() -> None:
    before = buffer(3, (4, 0), (4, 1), (0, 12))
    assert buffer(5, (0, 18), (0, 18), (4, 0), (4, 1), (0, 12)).follows(before)
    assert before.follows(before)
    assert not buffer(5, (0, 18), (0, 18), (0, 18), (0, 18), (0, 18)).follows(before)
    assert not buffer(3, (0, 18), (0, 18), (0, 18)).follows(before)
    assert not buffer(0).follows(before)


def test_a_note_taken() -> None:
    assert read(((1, 4, 1), (2, 4, 0)), VALUES, 0) == (
        [BillInEscrow(fen=2000, counter=1), BillStacked(fen=2000, counter=2)],
        0,
    )
    assert read(((1, 1, 1),), VALUES, 0) == ([BillInEscrow(fen=100, counter=1)], 100)


def test_a_note_returned_has_the_value_of_the_one_held() -> None:
    assert read(((2, 0, 1),), VALUES, 2000) == ([BillReturned(fen=2000, counter=2)], 0)
    assert read(((2, 0, 1),), VALUES, 0) == ([BillReturned(fen=0, counter=2)], 0)


@pytest.mark.parametrize("code", [2, 3, 4, 5])
def test_a_note_refused_at_the_mouth_was_never_held(code: int) -> None:
    assert read(((9, 0, code),), VALUES, 0) == ([BillReturned(fen=0, counter=9)], 0)


@pytest.mark.parametrize("code", [0, 10, 12, 20])
def test_what_needs_no_word(code: int) -> None:
    assert read(((9, 0, code),), VALUES, 100) == ([], 100)


@pytest.mark.parametrize("code", [*TROUBLE, 22, 255])
def test_trouble(code: int) -> None:
    [trouble], _ = read(((9, 0, code),), VALUES, 0)
    assert isinstance(trouble, BillTrouble)
    assert trouble.what
    assert trouble.hint
    assert trouble.counter == 9
    assert trouble.lasting == (
        standing_trouble(EventBuffer(counter=9, results=((0, code),) + ((0, 0),) * 4), None) == code
    )


@pytest.mark.parametrize(("bill", "code"), [(2, 0), (2, 1), (4, 2), (4, 255)])
def test_a_note_of_no_known_value_is_trouble_not_money(bill: int, code: int) -> None:
    [trouble], _ = read(((9, bill, code),), VALUES, 0)
    assert isinstance(trouble, BillTrouble)


@given(st.lists(st.tuples(st.integers(1, 255), st.integers(0, 255), st.integers(0, 255)), max_size=5))
def test_only_a_stacked_note_is_money(new: list[tuple[int, int, int]]) -> None:
    events, _ = read(tuple(new), VALUES, 0)
    credited = sum(event.fen for event in events if isinstance(event, BillStacked))
    assert credited == sum(VALUES.get(bill, 0) for _, bill, code in new if code == 0)


def test_trouble_stands_until_the_way_is_free() -> None:
    assert standing_trouble(buffer(1, (0, 15)), None) == 15
    assert standing_trouble(buffer(2, (0, 18), (0, 15)), None) == 15
    assert standing_trouble(buffer(2, (0, 10), (0, 15)), None) is None
    assert standing_trouble(buffer(2, (4, 0), (0, 15)), 15) is None
    assert standing_trouble(buffer(9, (0, 18), (0, 18)), 15) == 15
