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
