"""The table of an order's life."""

import pytest

from kiosk.till.states import STEPS, Step, WrongStep, after
from kiosk.till.values import OrderState
from kiosk.till.wording import CLAIM_REASONS, NOTICES, TROUBLES, Closing, Notice, Trouble

ENDED = {OrderState.RELEASED, OrderState.CLAIMED, OrderState.DELIVERED}


def test_every_state_is_reached_and_every_step_used() -> None:
    assert set(STEPS.values()) | {OrderState.DRAFT} == set(OrderState)
    assert {step for _, step in STEPS} == set(Step)


def test_what_has_ended_stays_ended() -> None:
    assert {state for state, _ in STEPS}.isdisjoint(ENDED)


def test_paid_ends_in_tickets_or_a_claim_or_with_the_money_back() -> None:
    assert {to for (state, _), to in STEPS.items() if state is OrderState.PAID} == {
        OrderState.ISSUED,
        OrderState.CLAIMED,
        OrderState.RELEASED,
    }


def test_there_are_no_tickets_without_pay() -> None:
    assert [state for (state, step) in STEPS if step is Step.ISSUE] == [OrderState.PAID]


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("step", Step)
def test_what_is_not_in_the_table_is_refused(state: OrderState, step: Step) -> None:
    if (state, step) in STEPS:
        assert after(state, step) is STEPS[state, step]
    else:
        with pytest.raises(WrongStep):
            after(state, step)


def test_everything_has_words_in_both_languages() -> None:
    assert set(TROUBLES) == set(Trouble)
    assert set(NOTICES) == set(Notice)
    assert set(CLAIM_REASONS) == set(Closing)
    for zh, en in (*TROUBLES.values(), *NOTICES.values(), *CLAIM_REASONS.values()):
        assert any("一" <= character <= "鿿" for character in zh)
        assert en.isascii()
