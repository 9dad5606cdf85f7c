"""How many places a till should have: by the odds, within its bounds, and cheaper than dividing the coach."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from station.bench.stranded import FIXED, NOTHING, OURS, PLACES, measure
from sync.server.places.left import STEPS, told_as
from sync.server.places.seating import Sold, seat_all
from sync.server.places.targets import Habits, Outlook, least, target, to_come, top_up

SLACK = Outlook(places=45, sold=10, sold_here=2, sellers=9, minutes=240)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    places=some.integers(1, 255), sold=some.integers(0, 255), here=some.integers(0, 50), sellers=some.integers(1, 40),
    minutes=some.floats(-100, 20_000),
)  # fmt: skip
def test_nobody_is_to_have_more_than_there_is(places: int, sold: int, here: int, sellers: int, minutes: float) -> None:
    seen = Outlook(places=places, sold=min(sold, places), sold_here=here, sellers=sellers, minutes=minutes)
    wanted = target(seen, Habits())
    assert 0 <= wanted <= places - seen.sold
    assert wanted == 0 or minutes > 0


def test_a_till_that_sells_more_is_given_more() -> None:
    assert [target(replace(SLACK, sold_here=sold), Habits()) for sold in (0, 2, 5, 9)] == sorted(
        {target(replace(SLACK, sold_here=sold), Habits()) for sold in (0, 2, 5, 9)}
    )


def test_a_coach_that_will_sell_out_leaves_tills_with_little() -> None:
    full = target(replace(SLACK, sold=38), Habits())
    assert full <= 1 < 4 <= target(SLACK, Habits())


def test_the_least_shrinks_with_the_coach_and_the_number_of_tills() -> None:
    assert [least(45, tills, Habits()) for tills in (0, 1, 3, 4, 8, 16)] == [0, 4, 4, 3, 1, 0]
    assert least(6, 1, Habits()) == 2


def test_half_of_what_is_to_come_comes_in_the_last_so_many_minutes() -> None:
    assert (to_come(0, 120), to_come(-5, 120), to_come(120, 120)) == (0, 0, 0.5)
    assert to_come(10_000, 120) == pytest.approx(1)


def test_a_top_up_leaves_half_for_whoever_asks() -> None:
    assert [top_up(*each) for each in ((5, 2, 10), (9, 0, 10), (9, 0, 1), (2, 5, 10), (3, 0, 0))] == [3, 5, 1, 0, 0]


def test_a_silent_till_costs_less_than_shares_that_do_not_fit() -> None:
    runs = 60
    for load in (0.6, 1.0, 1.4):
        equal, ours = (measure(policy, 4, load, runs=runs) for policy in (FIXED, OURS))
        assert ours.stranded < equal.stranded * 0.6
        assert ours.lost < equal.lost * 0.4
        assert ours.sold > equal.sold
    assert measure(OURS, 4, 0.6, runs=runs).away < measure(NOTHING, 4, 0.6, runs=runs).away * 0.8
    assert measure(OURS, 4, 1.0, runs=runs).sold <= runs * PLACES


@given(left=some.integers(-3, 500))
def test_what_is_told_is_never_more_than_there_is(left: int) -> None:
    assert told_as(left) in STEPS
    assert told_as(left) <= max(0, left)
    assert told_as(min(5, left)) == max(0, min(5, left))


@settings(deadline=None, derandomize=True)
@given(data=some.data())
def test_everybody_has_one_seat_or_is_named(data: some.DataObject) -> None:
    coach = data.draw(some.integers(1, 12))
    own = data.draw(some.lists(some.integers(1, 15), unique=True, max_size=12))
    travelling = [Sold(number=f"a{seat:02d}", seat=seat, own=True) for seat in own]
    travelling += [Sold(number=f"b{n:02d}", seat=n, own=False) for n in range(1, data.draw(some.integers(1, 9)))]
    taken = data.draw(some.sets(some.integers(1, 12).filter(lambda seat: seat not in own)))
    able = [seat for seat in range(1, 16) if seat not in taken and seat not in own]
    numbers = some.sampled_from([each.number for each in travelling] or ["x"])
    before = data.draw(some.dictionaries(numbers, some.sampled_from(able or [99])))
    seating = seat_all(travelling, coach, before, able, taken)
    stay = {each.number: each.seat for each in travelling if each.own and each.seat is not None and each.seat <= coach}
    assert {*stay, *seating.seats, *seating.without} == {each.number for each in travelling}
    assert not seating.seats.keys() & stay.keys()
    sits = [*stay.values(), *seating.seats.values()]
    assert len(sits) == len(set(sits))
    assert set(seating.seats.values()) <= set(able) & set(range(1, coach + 1))
    beside = set(able) & set(range(1, coach + 1)) - set(sits)
    assert not seating.without or not beside, "nobody stands beside a free seat"
