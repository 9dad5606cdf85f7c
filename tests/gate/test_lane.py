"""The lane's table: whole, safe and truthful, over every walk that beams, timers and faults can make."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.lane import IGNORED, TRANSITIONS, Effect, Event, Lane, State

Walk = list[Event | int]
ENDS = {Effect.RECORD_PASSED, Effect.RECORD_RELEASED, Effect.RECORD_UNRESOLVED}
TIMERS = {
    Effect.WAIT_FOR_START: Event.START_TIMEOUT,
    Effect.WAIT_FOR_FINISH: Event.FINISH_TIMEOUT,
    Effect.STOP_TIMER: None,
}
OUTSIDE_EVENTS = [
    event
    for event in Event
    if event not in (Event.ADMIT, Event.ENTRY_BLOCKED_EXTRA, Event.EXIT_CLEAR_MORE, Event.ALL_CLEAR)
]


def run(walk: Walk, lane: Lane | None = None) -> tuple[Lane, list[Effect]]:
    """Feed events; a number n is an admission of n persons."""
    lane, done = lane or Lane(), list[Effect]()
    for each in walk:
        lane, effects = lane.admit(each) if isinstance(each, int) else lane.feed(each)
        done += effects
    return lane, done


E = Event
THROUGH: Walk = [E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.EXIT_CLEAR]
THROUGH_FAR: Walk = [E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.EXIT_BLOCKED, E.EXIT_CLEAR]


def test_every_pair_is_answered() -> None:
    assert {*TRANSITIONS, *IGNORED} | {(s, E.ADMIT) for s in State} == {(s, e) for s in State for e in Event}
    assert {state for state, event in TRANSITIONS if event is E.ADMIT} == {State.LOCKED, State.WAITING, State.CLEARING}


def test_one_person_through_either_way_of_placing_the_beams() -> None:
    for walk in (THROUGH, THROUGH_FAR):
        lane, done = run([1, *walk])
        assert lane.state is State.LOCKED
        assert [e for e in done if e in ENDS] == [Effect.RECORD_PASSED]
        assert done.count(Effect.COUNT) == 1
        assert done[0] is Effect.OPEN
        assert Effect.CLOSE in done
        assert Effect.ALARM not in done


def test_scanning_while_standing_in_the_entry_beam() -> None:
    lane, done = run([E.ENTRY_BLOCKED, 1, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.EXIT_CLEAR])
    assert lane.state is State.LOCKED
    assert Effect.RECORD_PASSED in done
    assert Effect.ALARM not in done


def test_not_walking_gives_the_right_back() -> None:
    lane, done = run([1, E.START_TIMEOUT])
    assert lane.state is State.LOCKED
    assert done[-2:] == [Effect.RECORD_RELEASED, Effect.CLOSE]


def test_walking_back_gives_the_right_back() -> None:
    for back in (
        [E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.FINISH_TIMEOUT],
        [E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.EXIT_CLEAR, E.ENTRY_CLEAR, E.FINISH_TIMEOUT],
    ):
        lane, done = run([1, *back])
        assert lane.state is State.LOCKED
        assert [e for e in done if e in ENDS] == [Effect.RECORD_RELEASED]
        assert Effect.COUNT not in done


def test_carried_children_are_no_tailgaters() -> None:
    lane, done = run([3, *THROUGH, *THROUGH, *THROUGH])
    assert lane.state is State.LOCKED
    assert done.count(Effect.COUNT) == 3
    assert Effect.ALARM not in done
    assert [e for e in done if e in ENDS] == [Effect.RECORD_PASSED]


def test_a_child_close_behind_is_no_tailgater() -> None:
    close = [E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.ENTRY_BLOCKED, E.EXIT_CLEAR]
    lane, done = run([2, *close, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.EXIT_CLEAR])
    assert lane.state is State.LOCKED
    assert done.count(Effect.COUNT) == 2
    assert Effect.ALARM not in done


def test_the_child_that_stays_behind_does_not_give_the_ticket_back() -> None:
    lane, done = run([2, *THROUGH, E.START_TIMEOUT])
    assert lane.state is State.LOCKED
    assert [e for e in done if e in ENDS] == [Effect.RECORD_PASSED]


def test_a_tailgater_is_told_on_and_the_ticket_is_passed() -> None:
    lane, done = run([1, E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.ENTRY_BLOCKED])
    assert lane.state is State.TAILGATED
    assert Effect.ALARM in done
    lane, done = run([E.EXIT_CLEAR], lane)
    assert lane.state is State.OBSTRUCTED
    assert Effect.RECORD_PASSED in done
    assert Effect.CLOSE not in done
    assert run([E.ENTRY_CLEAR], lane)[0].state is State.LOCKED


def test_fire_is_never_contradicted() -> None:
    lane, _ = run([1, E.FIRE_ON])
    assert lane.state is State.EMERGENCY
    for event in OUTSIDE_EVENTS:
        after, effects = lane.feed(event)
        assert Effect.CLOSE not in effects or event is E.FIRE_OFF
        assert after.state is State.EMERGENCY or event is E.FIRE_OFF
    assert not lane.welcomes


def test_who_stands_at_the_reader_and_meets_a_dead_barrier_keeps_his_right() -> None:
    for before in ([], [E.ENTRY_BLOCKED]):
        lane, done = run([*before, 1, E.NOT_OPENED])
        assert lane.state is State.OFFLINE
        assert [e for e in done if e in ENDS] == [Effect.RECORD_RELEASED]


def test_a_barrier_that_fails_under_somebody_leaves_the_use_unresolved() -> None:
    lane, done = run([1, E.ENTRY_BLOCKED, E.FAULT])
    assert lane.state is State.OFFLINE
    assert [e for e in done if e in ENDS] == [Effect.RECORD_UNRESOLVED]


def test_a_barrier_that_comes_back_does_not_close_on_somebody() -> None:
    lane, done = run([E.FAULT, E.ENTRY_BLOCKED, E.BACK])
    assert lane.state is State.CLEARING
    assert Effect.CLOSE not in done
    lane, done = run([E.FINISH_TIMEOUT, E.START_TIMEOUT], lane)
    assert Effect.KEEP_OPEN not in done, "a lane that was never opened is not opened by standing in it"
    lane, done = run([E.ENTRY_CLEAR], lane)
    assert (lane.state, done) == (State.LOCKED, [Effect.CLOSE, Effect.QUIET])


def test_who_stands_at_the_reader_when_the_barrier_is_back_may_go() -> None:
    lane, _ = run([E.FAULT, E.ENTRY_BLOCKED, E.BACK])
    assert lane.welcomes
    assert run([1, *THROUGH[1:]], lane)[0].state is State.LOCKED
    lane, _ = run([E.FAULT, E.EXIT_BLOCKED, E.BACK])
    assert not lane.welcomes, "towards somebody who is coming"


def test_trouble_that_began_during_another_is_not_forgotten() -> None:
    assert run([E.FIRE_ON, E.JAMMED, E.FIRE_OFF])[0].state is State.BLOCKED
    assert run([E.JAMMED, E.FAULT, E.BACK])[0].state is State.BLOCKED
    assert run([E.JAMMED, E.FIRE_ON, E.JAM_CLEARED, E.FIRE_OFF])[0].state is State.LOCKED
    assert run([E.FAULT, E.FIRE_ON, E.BACK])[0].state is State.EMERGENCY
    assert run([E.FAULT, E.JAMMED, E.BACK])[0].state is State.BLOCKED


def test_a_child_that_takes_its_time_finds_the_barrier_open() -> None:
    done = run([3, *THROUGH])[1]
    assert done[-3:] == [Effect.COUNT, Effect.KEEP_OPEN, Effect.WAIT_FOR_START]


def test_an_open_lane_with_somebody_in_it_is_kept_open() -> None:
    tailgated, _ = run([1, E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.ENTRY_BLOCKED, E.EXIT_CLEAR])
    reversed_, _ = run([1, E.EXIT_BLOCKED, E.START_TIMEOUT])
    for lane in (tailgated, reversed_):
        assert lane.state is State.OBSTRUCTED
        after, done = run([E.FINISH_TIMEOUT], lane)
        assert (after.state, done) == (State.OBSTRUCTED, [Effect.KEEP_OPEN, Effect.WAIT_FOR_FINISH, Effect.ALARM])


def test_somebody_who_comes_back_out_leaves_the_next_his_right() -> None:
    lane, done = run([1, E.EXIT_BLOCKED, E.EXIT_CLEAR])
    assert lane.state is State.AUTHORISED
    assert done[-3:] == [Effect.QUIET, Effect.KEEP_OPEN, Effect.WAIT_FOR_START]


def test_who_slips_past_somebody_coming_out_does_not_keep_a_right_that_he_used() -> None:
    slips = [E.EXIT_BLOCKED, E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.EXIT_CLEAR]
    lane, done = run([1, *slips])
    assert lane.state is State.LOCKED
    assert [e for e in done if e in ENDS] == [Effect.RECORD_UNRESOLVED]
    lane, done = run([1, E.EXIT_BLOCKED, E.START_TIMEOUT, E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.EXIT_CLEAR])
    assert [e for e in done if e in ENDS] == [Effect.RECORD_UNRESOLVED]


def test_a_family_of_which_somebody_went_through_is_never_open_again() -> None:
    for interrupted in (E.FAULT, E.JAMMED, E.FIRE_ON):
        done = run([2, *THROUGH, E.ENTRY_BLOCKED, interrupted])[1]
        assert [e for e in done if e in ENDS] == [Effect.RECORD_PASSED]


@settings(derandomize=True, database=None, max_examples=800, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(OUTSIDE_EVENTS), st.integers(1, 3)), max_size=40))
def test_every_walk_is_safe_and_every_admission_ends_once(walk: Walk) -> None:
    lane, open_uses = Lane(), 0
    timer: Event | None = None
    for each in walk:
        if isinstance(each, int):
            if not lane.welcomes:
                continue
            lane, effects = lane.admit(each)
            open_uses += 1
            assert effects.count(Effect.OPEN) == 1
        else:
            if each in TIMERS.values():
                if each is not timer:
                    continue
                timer = None
            lane, effects = lane.feed(each)
            assert Effect.OPEN not in effects, "opened without an admission"
            assert Effect.KEEP_OPEN not in effects or lane.in_use or lane.state is State.OBSTRUCTED
        if Effect.CLOSE in effects:
            assert (lane.entry, lane.exit) == (False, False), "closed on somebody"
        ended = sum(effect in ENDS for effect in effects)
        assert ended <= 1
        open_uses -= ended
        assert open_uses == (1 if lane.in_use else 0)
        assert lane.through <= 3
        assert not lane.fire or lane.state is State.EMERGENCY, "a fire is contradicted"
        assert not lane.jammed or not lane.welcomes, "somebody is led to a jammed barrier"
        if lane.state in (State.OBSTRUCTED, State.REVERSED, State.MEETING, State.FORCED):
            assert lane.entry or lane.exit, "waits for beams that are clear"
        for effect in effects:
            timer = TIMERS.get(effect, timer)
        assert timer or not (lane.in_use or lane.state is State.OBSTRUCTED), "nothing would ever end this"
