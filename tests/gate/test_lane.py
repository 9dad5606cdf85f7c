"""The lane's table: whole, safe and truthful, over every walk that beams, timers and faults can make."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.lane import IGNORED, IN_USE, TRANSITIONS, Effect, Event, Lane, State

Walk = list[Event | int]
ENDS = {Effect.RECORD_PASSED, Effect.RECORD_RELEASED, Effect.RECORD_UNRESOLVED}
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
    assert {state for state, event in TRANSITIONS if event is E.ADMIT} == {State.LOCKED, State.WAITING}


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


@settings(max_examples=800, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(OUTSIDE_EVENTS), st.integers(1, 3)), max_size=40))
def test_every_walk_is_safe_and_every_admission_ends_once(walk: Walk) -> None:
    lane, open_uses = Lane(), 0
    for each in walk:
        if isinstance(each, int):
            if not lane.welcomes:
                continue
            lane, effects = lane.admit(each)
            open_uses += 1
            assert effects.count(Effect.OPEN) == 1
        else:
            was_in_use = lane.in_use
            lane, effects = lane.feed(each)
            assert Effect.OPEN not in effects or was_in_use, "opened without a use"
        if Effect.CLOSE in effects:
            assert (lane.entry, lane.exit) == (False, False), "closed on somebody"
        ended = sum(effect in ENDS for effect in effects)
        assert ended <= 1
        open_uses -= ended
        assert open_uses == (1 if lane.in_use else 0)
        assert (lane.state in IN_USE) == lane.in_use
        assert lane.through <= 3
