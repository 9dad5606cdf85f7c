"""The lane's table: whole, safe and truthful, over every walk that beams, timers and faults can make."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.barrier import Way
from gate.lane import IGNORED, INWARDS, MIRRORED, TRANSITIONS, Effect, Event, Lane, State

Walk = list[Event | int]
BOTH = frozenset(Way)
OUTWARDS = frozenset({Way.OUT})
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
    """Feed events; a number n is an admission of n persons, for the way in."""
    lane, done = lane or Lane(), list[Effect]()
    for each in walk:
        lane, effects = lane.admit(each, Way.IN) if isinstance(each, int) else lane.feed(each)
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


def test_a_tailgater_between_beams_that_are_far_apart() -> None:
    """The second steps in while the first is between the beams, and is still there when the first is out."""
    lane, done = run([1, E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.EXIT_CLEAR])
    assert lane.state is State.OBSTRUCTED
    assert [e for e in done if e in ENDS] == [Effect.RECORD_PASSED]
    assert Effect.ALARM in done
    assert Effect.CLOSE not in done
    assert Effect.CLOSE in run([E.ENTRY_CLEAR], lane)[1], "before he is between them"


def test_a_child_close_behind_between_beams_that_are_far_apart_counts_too() -> None:
    two = [E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.EXIT_CLEAR]
    lane, done = run([2, *two, E.ENTRY_CLEAR, E.EXIT_BLOCKED, E.EXIT_CLEAR])
    assert lane.state is State.LOCKED
    assert done.count(Effect.COUNT) == 2
    assert Effect.ALARM not in done


def test_who_hesitates_is_no_tailgater() -> None:
    hesitates = [E.ENTRY_BLOCKED, E.ENTRY_CLEAR, E.ENTRY_BLOCKED, E.ENTRY_CLEAR]
    lane, done = run([1, *hesitates, E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR, E.EXIT_CLEAR])
    assert lane.state is State.LOCKED
    assert Effect.ALARM not in done
    assert done.count(Effect.COUNT) == 1
    assert [e for e in run([1, *hesitates, E.FINISH_TIMEOUT])[1] if e in ENDS] == [Effect.RECORD_RELEASED]


def test_one_more_than_the_ticket_allows_is_a_tailgater() -> None:
    close = [E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR]
    for persons in (1, 2, 3, 4):
        lane, done = run([persons, *[*close, E.EXIT_CLEAR] * (persons - 1), *close])
        assert Effect.ALARM not in done
        lane, done = run([E.ENTRY_BLOCKED], lane)
        assert (lane.state, done) == (State.TAILGATED, [Effect.ALARM])
        done = run([E.EXIT_CLEAR, E.ENTRY_CLEAR], lane)[1]
        assert [e for e in done if e in ENDS] == [Effect.RECORD_PASSED]
        assert Effect.CLOSE in done


def test_fire_is_never_contradicted() -> None:
    lane, done = run([1, E.FIRE_ON])
    assert lane.state is State.EMERGENCY
    assert done[-2:] == [Effect.RELEASE, Effect.WAIT_FOR_FINISH], "software asks for what the hardware does"
    for event in OUTSIDE_EVENTS:
        after, effects = lane.feed(event)
        assert Effect.CLOSE not in effects
        assert after.state is State.EMERGENCY
    assert not lane.welcomes_somebody


def test_a_fire_lasts_until_it_is_reset_and_no_reset_ends_one_that_burns() -> None:
    burning, _ = run([E.FIRE_ON])
    assert run([E.RESET], burning) == (burning, [])
    over, done = run([E.FIRE_OFF], burning)
    assert (over.state, done) == (State.EMERGENCY, [])
    for renewed in (E.FINISH_TIMEOUT, E.BACK):
        lane, done = run([renewed], over)
        assert (lane.state, done) == (State.EMERGENCY, [Effect.RELEASE, Effect.WAIT_FOR_FINISH])
    assert run([E.FIRE_ON, E.RESET], over)[0].state is State.EMERGENCY, "it burns again"
    lane, done = run([E.RESET], over)
    assert (lane.state, done) == (State.LOCKED, [Effect.STOP_TIMER, Effect.CLOSE, Effect.QUIET])
    lane, done = run([E.ENTRY_BLOCKED, E.RESET], over)
    assert (lane.state, done) == (State.CLEARING, [Effect.STOP_TIMER]), "it does not close on who still leaves"


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
    assert lane.welcomes(Way.IN)
    assert run([1, *THROUGH[1:]], lane)[0].state is State.LOCKED
    lane, _ = run([E.FAULT, E.EXIT_BLOCKED, E.BACK])
    assert not lane.welcomes(Way.IN), "towards somebody who is coming"


def test_trouble_that_began_during_another_is_not_forgotten() -> None:
    assert run([E.FIRE_ON, E.JAMMED, E.FIRE_OFF, E.RESET])[0].state is State.BLOCKED
    assert run([E.JAMMED, E.FAULT, E.BACK])[0].state is State.BLOCKED
    assert run([E.JAMMED, E.FIRE_ON, E.JAM_CLEARED, E.FIRE_OFF, E.RESET])[0].state is State.LOCKED
    assert run([E.FAULT, E.FIRE_ON, E.BACK])[0].state is State.EMERGENCY
    assert run([E.FAULT, E.FIRE_ON, E.FIRE_OFF, E.RESET])[0].state is State.LOCKED
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


class TestBothWays:
    """A lane for both ways: whoever is admitted first has it, and the beams are read from his side."""

    lane = Lane(ways=BOTH)

    def test_out_is_in_with_the_beams_changed(self) -> None:
        for walk in (THROUGH, THROUGH_FAR):
            lane, done = self.lane.admit(1, Way.OUT)
            lane, more = run([MIRRORED[each] for each in walk if isinstance(each, Event)], lane)
            assert lane.state is State.LOCKED
            assert [*done, *more] == run([1, *walk])[1]

    def test_who_stands_at_either_reader_is_expected(self) -> None:
        for beam in (E.ENTRY_BLOCKED, E.EXIT_BLOCKED):
            lane, done = run([beam], self.lane)
            assert (lane.state, done) == (State.WAITING, [])
        assert run([E.EXIT_BLOCKED])[0].state is State.FORCED, "on a lane for one way only he is not"

    def test_nobody_is_admitted_towards_somebody(self) -> None:
        inside, _ = run([E.EXIT_BLOCKED], self.lane)
        assert (inside.welcomes(Way.IN), inside.welcomes(Way.OUT)) == (False, True)
        outside, _ = run([E.ENTRY_BLOCKED], self.lane)
        assert (outside.welcomes(Way.IN), outside.welcomes(Way.OUT)) == (True, False)

    def test_an_admission_stops_the_other_side(self) -> None:
        for way in Way:
            lane, _ = self.lane.admit(1, way)
            assert not lane.welcomes_somebody
            mine, other = (E.ENTRY_BLOCKED, E.EXIT_BLOCKED) if way is Way.IN else (E.EXIT_BLOCKED, E.ENTRY_BLOCKED)
            assert run([mine], lane)[0].state is State.PASSING
            lane, done = run([other], lane)
            assert (lane.state, done) == (State.REVERSED, [Effect.ALARM])

    def test_it_turns_to_whoever_comes_next(self) -> None:
        lane, _ = run([1, *THROUGH], self.lane)
        lane, _ = run([E.EXIT_BLOCKED], lane)
        assert (lane.state, lane.way) == (State.WAITING, Way.OUT)
        lane, done = lane.admit(1, Way.OUT)
        assert (lane.state, done[0]) == (State.PASSING, Effect.OPEN)
        assert run([E.ENTRY_BLOCKED, E.EXIT_CLEAR, E.ENTRY_CLEAR], lane)[0].state is State.LOCKED

    def test_who_is_in_both_beams_of_a_locked_lane_forces_it(self) -> None:
        for first, second in ((E.ENTRY_BLOCKED, E.EXIT_BLOCKED), (E.EXIT_BLOCKED, E.ENTRY_BLOCKED)):
            lane, done = run([first, second], self.lane)
            assert (lane.state, done) == (State.FORCED, [Effect.ALARM])

    def test_a_lane_for_one_way_admits_in_no_other(self) -> None:
        assert not Lane(ways=INWARDS).welcomes(Way.OUT)
        assert not Lane(ways=OUTWARDS, way=Way.OUT).welcomes(Way.IN)
        assert Lane.starting(OUTWARDS).way is Way.OUT


Steps = list[Event | tuple[int, Way]]
ANY_STEPS = st.lists(
    st.one_of(st.sampled_from(OUTSIDE_EVENTS), st.tuples(st.integers(1, 4), st.sampled_from(Way))), max_size=40
)


@settings(derandomize=True, database=None, max_examples=300, deadline=None)
@given(ANY_STEPS)
def test_a_lane_for_the_way_out_is_the_mirror_of_one_for_the_way_in(steps: Steps) -> None:
    inwards, outwards = Lane(ways=INWARDS), Lane(ways=OUTWARDS, way=Way.OUT)
    for each in steps:
        if isinstance(each, tuple):
            if not inwards.welcomes(Way.IN):
                assert not outwards.welcomes(Way.OUT)
                continue
            (inwards, done), (outwards, mirrored) = inwards.admit(each[0], Way.IN), outwards.admit(each[0], Way.OUT)
        else:
            (inwards, done), (outwards, mirrored) = inwards.feed(each), outwards.feed(MIRRORED.get(each, each))
        assert (inwards.state, inwards.through, done) == (outwards.state, outwards.through, mirrored)
        assert (inwards.entry, inwards.exit) == (outwards.exit, outwards.entry)


@settings(derandomize=True, database=None, max_examples=700, deadline=None)
@given(st.sampled_from([INWARDS, OUTWARDS, BOTH]), ANY_STEPS)
def test_every_walk_is_safe_and_every_admission_ends_once(ways: frozenset[Way], steps: Steps) -> None:
    lane, open_uses = Lane.starting(ways), 0
    timer: Event | None = None
    for each in steps:
        before = lane
        if isinstance(each, tuple):
            persons, way = each
            if not lane.welcomes(way):
                continue
            lane, effects = lane.admit(persons, way)
            open_uses += 1
            assert effects.count(Effect.OPEN) == 1
            assert lane.way is way in ways
            assert not (lane.exit if way is Way.IN else lane.entry), "towards somebody"
        else:
            if each in TIMERS.values():
                if each is not timer:
                    continue
                timer = None
            lane, effects = lane.feed(each)
            assert Effect.OPEN not in effects, "opened without an admission"
            assert Effect.KEEP_OPEN not in effects or lane.in_use or lane.state is State.OBSTRUCTED
            assert Effect.RELEASE not in effects or lane.state is State.EMERGENCY
            assert lane.way is before.way or not (before.in_use or lane.in_use), "turned under somebody"
        if Effect.CLOSE in effects:
            assert (lane.entry, lane.exit) == (False, False), "closed on somebody"
        ended = sum(effect in ENDS for effect in effects)
        assert ended <= 1
        open_uses -= ended
        assert open_uses == (1 if lane.in_use else 0)
        assert lane.through <= 4
        assert not lane.fire or lane.state is State.EMERGENCY, "a fire is contradicted"
        if before.state is State.EMERGENCY:
            assert lane.state is State.EMERGENCY or each is E.RESET, "a fire ended by itself"
        assert not lane.jammed or not lane.welcomes_somebody, "somebody is led to a jammed barrier"
        if lane.state in (State.OBSTRUCTED, State.REVERSED, State.MEETING, State.FORCED, State.WAITING):
            assert lane.entry or lane.exit, "waits for beams that are clear"
        for effect in effects:
            timer = TIMERS.get(effect, timer)
        open_ended = lane.in_use or lane.state in (State.OBSTRUCTED, State.EMERGENCY)
        assert timer or not open_ended, "nothing would ever end this"


@settings(derandomize=True, database=None, max_examples=300, deadline=None)
@given(st.integers(1, 5), st.integers(1, 8), st.sampled_from(Way))
def test_never_more_walk_than_were_admitted_without_an_alarm(persons: int, walkers: int, way: Way) -> None:
    """People who walk one close behind the other: as many as the ticket allows pass in peace, one more alarms."""
    lane, done = Lane(ways=BOTH).admit(persons, way)
    effects = list(done)
    close = [E.ENTRY_BLOCKED, E.EXIT_BLOCKED, E.ENTRY_CLEAR]
    walked: list[Event] = []
    for walker in range(walkers):
        walked += close if walker == 0 else [E.ENTRY_BLOCKED, E.EXIT_CLEAR, E.EXIT_BLOCKED, E.ENTRY_CLEAR]
    for each in [*walked, E.EXIT_CLEAR]:
        lane, more = lane.feed(MIRRORED[each] if way is Way.OUT else each)
        effects += more
    assert (Effect.ALARM in effects) == (walkers > persons)
    assert effects.count(Effect.COUNT) == min(walkers, persons)
