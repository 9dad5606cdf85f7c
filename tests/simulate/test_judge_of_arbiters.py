"""The judge hears what relays say on the line, and what gates make of it."""

import pytest

from station.simulate.watch import Broken
from tests.simulate.streams import GATE, OTHER_GATE, Run, attempt

ONE = "00000000000000000001"


def asks(run: Run, word: str, after_ms: int = 10, gate: str = GATE) -> None:
    run.judge.asks(gate, attempt(1), ONE)
    run.now += after_ms
    run.judge.answered(gate, attempt(1), word)


@pytest.mark.parametrize("word", ["granted", "taken"])
def test_a_word_that_came_in_time_is_heard(word: str) -> None:
    run = Run()
    asks(run, word)
    with pytest.raises(Broken, match=f"whose word {word} has come in time"):
        run.judge.heard(GATE, attempt(1), None)


def test_a_word_that_came_late_or_says_nothing_need_not_be_heard() -> None:
    for word, after_ms in (("granted", 61), ("not_arbitrating", 10)):
        run = Run()
        asks(run, word, after_ms)
        run.judge.heard(GATE, attempt(1), None)


def test_an_answer_to_an_earlier_question_is_none() -> None:
    run = Run()
    run.asks(ONE, GATE, 1, None)
    asks(run, "granted")
    run.judge.heard(GATE, attempt(1), None)
    run.now += 200_000
    asks(run, "granted")
    with pytest.raises(Broken, match="has come in time"):
        run.judge.heard(GATE, attempt(1), None)


def test_a_relay_that_is_not_known_yet_is_not_believed() -> None:
    run = Run()
    run.judge.lost_disk("1-relay")
    asks(run, "granted")
    run.judge.heard(GATE, attempt(1), None)
    run = Run()
    run.judge.crashed(GATE, power=False)
    asks(run, "granted")
    run.judge.heard(GATE, attempt(1), None)
    asks(run, "granted", gate=OTHER_GATE)
    with pytest.raises(Broken, match="has come in time"):
        run.judge.heard(OTHER_GATE, attempt(1), None)


@pytest.mark.parametrize("said", [None, "taken", "not_arbitrating"])
def test_a_word_that_is_heard_has_come(said: str | None) -> None:
    run = Run()
    run.judge.asks(GATE, attempt(1), ONE)
    if said is not None:
        run.judge.answered(GATE, attempt(1), said)
    with pytest.raises(Broken, match="said granted, which nobody saw come"):
        run.judge.heard(GATE, attempt(1), "granted")


def test_two_lanes_ask_at_once_and_each_acts_by_what_it_hears() -> None:
    run = Run()
    asks(run, "granted")
    run.judge.asks(GATE, attempt(1), ONE)
    run.judge.heard(GATE, attempt(1), None)
    run.judge.heard(GATE, attempt(1), "granted")
    run.claims(ONE, GATE, 1)
    run.judge.asks(GATE, attempt(1), ONE)
    with pytest.raises(Broken, match="said granted, which nobody saw come"):
        run.judge.heard(GATE, attempt(1), "granted")


def is_let_in_unheard(run: Run, end: str) -> None:
    """A ticket is let in while the relay does not answer, which then holds the journal that says so."""
    run.lets_in(ONE, OTHER_GATE, 2, "unarbitrated", end=end)
    journal = run.writers[OTHER_GATE]
    run.held[journal.epoch.hex] = (1, len(journal.stored))


def test_an_arbiter_grants_nothing_against_a_journal_that_it_holds() -> None:
    run = Run()
    is_let_in_unheard(run, "passed")
    with pytest.raises(Broken, match="and holds the journal of 1-gate-2 that lets it in"):
        run.lets_in(ONE, GATE, 1)


def test_what_was_given_back_or_is_not_held_stands_against_nothing() -> None:
    run = Run()
    is_let_in_unheard(run, "released")
    run.lets_in(ONE, GATE, 1)
    run = Run()
    is_let_in_unheard(run, "passed")
    run.held.clear()
    run.lets_in(ONE, GATE, 1)


def test_what_is_granted_with_leave_of_staff_or_not_granted_at_all_breaks_nothing() -> None:
    run = Run()
    is_let_in_unheard(run, "passed")
    run.lets_in(ONE, GATE, 1, "overridden")
    run = Run()
    is_let_in_unheard(run, "passed")
    run.lets_in(ONE, GATE, 1, "unarbitrated")


def test_what_the_arbiter_hears_after_it_has_granted_stands_against_nothing() -> None:
    run = Run()
    run.asks(ONE, GATE, 1, "granted")
    is_let_in_unheard(run, "passed")
    run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))


def test_an_arbiter_that_lacks_the_beginning_of_a_journal_grants_nothing() -> None:
    run = Run()
    run.held["ab" * 16] = (4, 9)
    run.lets_in(ONE, OTHER_GATE, 2, "unarbitrated", end="released")
    with pytest.raises(Broken, match="and lacks the beginning of abab"):
        run.lets_in(ONE, GATE, 1)
