"""The judge, told of made-up runs in which nothing is wrong: then machines must do what they are there for."""

import pytest

from station.simulate.judge.fair import EVERYBODY_MS, LONG_MS, SHORT_MS, Fair
from station.simulate.watch import Broken
from tests.simulate.streams import GATE, OTHER_GATE, TILL, Run, attempt
from tickets.uses import UseEnd

ONE = "00000000000000000001"


def test_all_is_well_since_what_was_wrong_was_last_seen() -> None:
    now, wrong, struck = [0], [True], [0]
    fair = Fair(lambda: now[0], lambda: wrong[0], lambda: struck[0])
    now[0] = 100
    assert fair.look() == 0
    wrong[0], now[0] = False, 150
    assert fair.look() == 50
    struck[0] += 1  # it came and went
    assert fair.look() == 0
    now[0] = 250
    assert fair.look() == 100


def test_whoever_did_not_walk_keeps_the_right_to() -> None:
    run = Run()
    run.has_been_well(0)
    run.lets_in(ONE, GATE, 1, end="released")
    with pytest.raises(Broken, match="nobody walked"):
        run.judge.shown(GATE, ONE, "used")
    run.lets_in(ONE, GATE, 2)
    run.judge.shown(GATE, ONE, "used")


def test_what_people_saw_counts_whatever_the_journal_says() -> None:
    run = Run()
    run.has_been_well(0)
    run.opens(ONE, GATE, 1, end="released")
    with pytest.raises(Broken, match="nobody walked"):
        run.judge.shown(GATE, ONE, "used")
    run.judge.crashed(GATE, power=True)
    run.judge.shown(GATE, ONE, "used")


def test_where_there_is_no_relay_another_gate_hears_of_it_from_the_centre() -> None:
    run = Run(arbitrated=False)
    run.has_been_well(0)
    run.lets_in(ONE, GATE, 1, end="released")
    run.now = 60_000
    run.judge.shown(OTHER_GATE, ONE, "used")
    run.now = EVERYBODY_MS + 1
    with pytest.raises(Broken, match="nobody walked"):
        run.judge.shown(OTHER_GATE, ONE, "used")


def test_another_gate_hears_of_it_after_a_while() -> None:
    for troubled in (False, True):
        run = Run()
        run.has_been_well(0)
        run.lets_in(ONE, GATE, 1, end="released")
        run.judge.shown(OTHER_GATE, ONE, "used")
        run.now = 60_000
        run.struck += troubled
        if troubled:
            run.judge.shown(OTHER_GATE, ONE, "used")
        else:
            with pytest.raises(Broken, match="nobody walked"):
                run.judge.shown(OTHER_GATE, ONE, "used")


def test_a_good_ticket_is_let_in_when_nothing_is_wrong() -> None:
    run = Run()
    run.sells(ONE)
    run.has_been_well(LONG_MS)
    run.judge.shown(GATE, ONE, "not-known-here")
    run.now += 1
    with pytest.raises(Broken, match="as not-known-here, which is good"):
        run.judge.shown(GATE, ONE, "not-known-here")
    run.judge.shown("2-gate-1", ONE, "wrong-station")
    run.judge.asks(OTHER_GATE, attempt(2), ONE)
    run.judge.asks(GATE, attempt(1), ONE)
    run.judge.shown(GATE, ONE, "used")
    run = Run()
    run.sells(ONE)
    run.has_been_well(7_000_000)
    run.judge.shown(GATE, ONE, "closed")


def test_a_refund_that_was_asked_for_may_have_come_first() -> None:
    run = Run()
    run.sells(ONE)
    run.has_been_well(LONG_MS + 1)
    run.judge.asks_refund(1, ONE)
    run.judge.shown(GATE, ONE, "refunded")


def test_the_arbiter_is_heard_when_nothing_is_wrong() -> None:
    run = Run()
    run.has_been_well(LONG_MS)
    run.judge.heard(GATE, attempt(1), None)
    run.now += 1
    with pytest.raises(Broken, match="does not hear its arbiter"):
        run.judge.heard(GATE, attempt(1), None)


@pytest.mark.parametrize("new", [GATE, "1-relay"])
def test_a_gate_and_a_relay_that_are_new_have_to_meet_first(new: str) -> None:
    run = Run()
    run.judge.lost_disk(new)
    run.has_been_well(LONG_MS + 1)
    run.asks(ONE, GATE, 1, None)
    run.asks(ONE, GATE, 1, "granted")
    with pytest.raises(Broken, match="does not hear its arbiter"):
        run.asks(ONE, GATE, 1, None)


def test_the_arbiter_has_heard_of_what_was_done_without_it_long_ago() -> None:
    for well_ms, broken in ((SHORT_MS, False), (SHORT_MS + 1, True)):
        run = Run()
        run.lets_in(ONE, GATE, 1, "unarbitrated")
        run.has_been_well(well_ms)
        if broken:
            with pytest.raises(Broken, match="neither cut off"):
                run.lets_in(ONE, OTHER_GATE, 2)
        else:
            run.lets_in(ONE, OTHER_GATE, 2)


@pytest.mark.parametrize("arbitrated", [True, False])
def test_gates_that_are_cut_off_hear_of_each_other_in_the_end(arbitrated: bool) -> None:
    for well_ms, broken in ((EVERYBODY_MS, False), (EVERYBODY_MS + 1, True)):
        run = Run(arbitrated=arbitrated)
        run.opens(ONE, GATE, 1)
        run.has_been_well(well_ms)
        if broken:
            with pytest.raises(Broken, match="neither cut off"):
                run.claims(ONE, OTHER_GATE, 2, "unarbitrated")
        else:
            run.claims(ONE, OTHER_GATE, 2, "unarbitrated")


def test_a_refund_is_known_everywhere_in_the_end() -> None:
    for well_ms, broken in ((EVERYBODY_MS, False), (EVERYBODY_MS + 1, True)):
        run = Run()
        run.sells(ONE)
        run.judge.refunded_by_centre(1, ONE)
        run.has_been_well(well_ms)
        if broken:
            with pytest.raises(Broken, match="long after it was refunded"):
                run.claims(ONE, GATE, 1)
        else:
            run.claims(ONE, GATE, 1)


def test_how_a_use_ended_is_what_people_saw_last() -> None:
    run = Run()
    run.has_been_well(0)
    use = run.opens(ONE, GATE, 1, end="released")
    run.judge.opened(GATE, "A", use)
    run.judge.passed(GATE, "A", use, UseEnd.PASSED)
    run.judge.shown(GATE, ONE, "used")
    run.ends_use(ONE, GATE, 1, "passed")
    run.sells("00000000000000000002", TILL)
