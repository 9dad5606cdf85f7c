"""What a refund costs and what a change is allowed: by example at every edge, and by property everywhere else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.departures import Departure, DepartureState, StopCall
from tickets.fares import FareRules, Rounding, fare
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.refunds import (
    ChangeRules,
    NotBack,
    RefundRules,
    Terms,
    Tier,
    Worth,
    change_terms,
    on_the_line,
    refund_terms,
)

LEAVES = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = RefundRules.default()
COACH = Departure(
    service_date=date(2026, 11, 22),
    trip="K1",
    departs_at=LEAVES,
    boarding=1,
    gate="1",
    bay="1",
    plate="",
    seats=45,
    places=45,
    stops=(StopCall(stop=2, fare=Fen(4500), minutes=60),),
    opens_at=LEAVES - 45 * MINUTE,
    closes_at=LEAVES - 5 * MINUTE,
)
fares = st.integers(0, 1_000_000).map(Fen)
before = st.integers(-600, 3_000)


def asked(minutes: int, amount: int = 4500, coach: Departure | None = COACH) -> Terms | NotBack:
    return refund_terms(Fen(amount), coach, LEAVES - minutes * MINUTE, RULES)


def fee(minutes: int, amount: int) -> int:
    terms = asked(minutes, amount)
    assert isinstance(terms, Terms)
    return terms.fee


@pytest.mark.parametrize(
    ("minutes", "amount", "kept"),
    [
        (600, 4500, 450),
        (120, 4500, 450),  # two hours to the second still cost 10 %
        (119, 4500, 900),
        (1, 4500, 900),
        (200, 300, 50),  # 10 % of ¥3 is less than the least fee
        (30, 300, 100),
        (200, 30, 30),  # no fee above the fare
        (200, 4550, 460),  # ¥4.55, to the nearest jiao upwards
        (200, 4540, 450),
        (30, 2225, 450),  # ¥4.45
        (200, 0, 0),
    ],
)
def test_the_usual_tiers(minutes: int, amount: int, kept: int) -> None:
    assert fee(minutes, amount) == kept


def test_the_second_counts_not_the_minute() -> None:
    terms = refund_terms(Fen(4500), COACH, LEAVES - 120 * MINUTE + timedelta(seconds=1), RULES)
    assert terms == Terms(fee=Fen(900), back=Fen(3600), why=Worth.TIER)


@pytest.mark.parametrize("minutes", [0, -1, -600])
def test_after_departure_nothing_comes_back(minutes: int) -> None:
    assert asked(minutes) is NotBack.LEFT


def test_a_coach_that_staff_have_sent_off_has_left_whatever_the_clock_says() -> None:
    assert asked(30, coach=replace(COACH, state=DepartureState.DEPARTED)) is NotBack.LEFT


@pytest.mark.parametrize("minutes", [600, 1, 0, -2_000])
def test_a_cancelled_coach_is_free_whenever_somebody_comes(minutes: int) -> None:
    terms = asked(minutes, coach=replace(COACH, state=DepartureState.CANCELLED))
    assert terms == Terms(fee=Fen(0), back=Fen(4500), why=Worth.CANCELLED)


@pytest.mark.parametrize(
    ("moved", "free"), [(29, False), (30, True), (200, True), (-30, True), (-29, False), (0, False)]
)
def test_a_coach_that_goes_much_later_or_earlier_is_free(moved: int, free: bool) -> None:
    coach = replace(COACH, planned_at=LEAVES - moved * MINUTE)
    terms = asked(60, coach=coach)
    assert isinstance(terms, Terms)
    assert (terms.fee == 0) is free
    assert (terms.why is Worth.MOVED) is free


def test_without_its_departure_nothing_can_be_said() -> None:
    assert asked(60, coach=None) is NotBack.NOT_KNOWN


@given(fares, before, st.integers(-300, 300))
def test_fee_and_rest_are_the_fare_and_never_negative(amount: Fen, minutes: int, moved: int) -> None:
    coach = replace(COACH, planned_at=LEAVES + moved * MINUTE)
    terms = refund_terms(amount, coach, LEAVES - minutes * MINUTE, RULES)
    if isinstance(terms, NotBack):
        assert minutes <= 0
        return
    assert terms.fee + terms.back == amount
    assert 0 <= terms.fee <= amount
    assert terms.why is not Worth.TIER or terms.fee >= min(amount, 50)


@given(fares, before, before)
def test_waiting_never_makes_it_cheaper(amount: Fen, one: int, other: int) -> None:
    early, late = max(one, other), min(one, other)
    first, second = (refund_terms(amount, COACH, LEAVES - minutes * MINUTE, RULES) for minutes in (early, late))
    if isinstance(second, Terms):
        assert isinstance(first, Terms)
        assert first.fee <= second.fee


@given(
    st.integers(1, 500_000).map(Fen),
    st.lists(st.sampled_from(list(TicketKind)), min_size=1, max_size=5),
    st.integers(1, 600),
)
def test_tickets_of_one_order_go_back_one_by_one(full: Fen, kinds: list[TicketKind], minutes: int) -> None:
    """Each ticket has its own fare and fee; all of them together never bring more than was paid."""
    paid = [fare(full, kind, FareRules.default()) for kind in kinds]
    back = 0
    for each in paid:
        terms = refund_terms(each, COACH, LEAVES - minutes * MINUTE, RULES)
        assert isinstance(terms, Terms)
        back += terms.back
    assert back <= sum(paid)


@given(
    st.lists(st.tuples(st.integers(1, 5_000), st.integers(0, 10_000), st.integers(0, 5_000)), max_size=4),
    st.integers(1, 500).map(Fen),
    st.sampled_from(list(Rounding)),
    fares,
    st.integers(1, 6_000),
)
def test_any_province(
    drawn: list[tuple[int, int, int]], unit: Fen, rounding: Rounding, amount: Fen, minutes: int
) -> None:
    """Whatever the data are: in whole units but for the cap and the least fee, between nothing and the fare."""
    steps = sorted({each[0]: each for each in drawn}.values(), reverse=True)
    tiers = tuple(Tier(minutes=at, kept=kept, least=Fen(least)) for at, kept, least in steps)
    rules = RefundRules(
        tiers=(*tiers, Tier(minutes=0, kept=3_000, least=Fen(0))), unit=unit, rounding=rounding, delay_minutes=30
    )
    terms = refund_terms(amount, COACH, LEAVES - minutes * MINUTE, rules)
    assert isinstance(terms, Terms)
    assert 0 <= terms.fee <= amount
    least = next(tier.least for tier in rules.tiers if minutes >= tier.minutes)
    assert terms.fee % unit == 0 or terms.fee in (amount, least)


@pytest.mark.parametrize(
    "tiers",
    [
        (),
        (Tier(minutes=60, kept=1_000, least=Fen(0)),),
        (Tier(minutes=0, kept=1_000, least=Fen(0)), Tier(minutes=60, kept=1, least=Fen(0))),
        (Tier(minutes=0, kept=10_001, least=Fen(0)),),
        (Tier(minutes=0, kept=0, least=Fen(-1)),),
    ],
)
def test_rules_that_leave_something_open_are_refused(tiers: tuple[Tier, ...]) -> None:
    with pytest.raises(ValueError, match=r"tiers|share"):
        RefundRules(tiers=tiers, unit=Fen(10), rounding=Rounding.UP, delay_minutes=30)


def test_a_fare_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        refund_terms(Fen(-1), COACH, LEAVES, RULES)


@pytest.mark.parametrize(
    ("changed", "minutes", "coach", "why"),
    [
        (0, 30, COACH, None),
        (0, 1, COACH, None),
        (0, 0, COACH, NotBack.LEFT),
        (1, 30, COACH, NotBack.TOO_OFTEN),
        (0, 30, None, NotBack.NOT_KNOWN),
        (0, 30, replace(COACH, state=DepartureState.DEPARTED), NotBack.LEFT),
        (3, -60, replace(COACH, state=DepartureState.CANCELLED), None),
    ],
)
def test_changes(changed: int, minutes: int, coach: Departure | None, why: NotBack | None) -> None:
    assert change_terms(changed, coach, LEAVES - minutes * MINUTE, ChangeRules()) is why


def test_a_change_may_have_to_come_earlier() -> None:
    rules = ChangeRules(until_minutes=120, times=2)
    assert change_terms(1, COACH, LEAVES - 121 * MINUTE, rules) is None
    assert change_terms(1, COACH, LEAVES - 120 * MINUTE, rules) is NotBack.TOO_LATE


def test_a_change_stays_on_its_line() -> None:
    old = Journey(
        service_date=date(2026, 11, 22),
        trip="K1",
        boarding=1,
        alighting=2,
        seat=None,
        kind=TicketKind.ADULT,
        children=0,
        fare=Fen(4500),
        tag=bytes(8),
    )
    assert on_the_line(old, 1, 2, ChangeRules())
    assert not on_the_line(old, 1, 3, ChangeRules())
    assert not on_the_line(old, 3, 2, ChangeRules())
    assert on_the_line(old, 1, 3, ChangeRules(same_line=False))
