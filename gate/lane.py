"""The lane: everything that decides when the barrier may open or close, as one table.

A lane has two beams, entry before the barrier and exit behind it. Their order tells a passage from a walk back:

    through:   entry+  exit+  entry-  exit-        or   entry+  entry-  exit+  exit-   (beams far apart)
    back:      entry+  exit+  exit-   entry-       or   entry+  entry-  nothing

Two rules. Everything that moves the barrier is in `TRANSITIONS`: the shell feeds events, does the effects, and knows no
state. Every pair of state and event is either in `TRANSITIONS` or in `IGNORED`: a test looks at each.

The barrier is never told to close while a beam is blocked. A passenger who lingers in a beam keeps it open, and alarms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum


class State(Enum):
    """Where the lane stands."""

    LOCKED = "locked"  # nobody is let in
    WAITING = "waiting"  # somebody stands in the entry beam of a locked lane, at the reader perhaps
    AUTHORISED = "authorised"  # open, and nobody has started to walk
    PASSING = "passing"  # somebody is in the entry beam
    BETWEEN = "between"  # out of the entry beam, not yet in the exit beam
    BRIDGING = "bridging"  # one body in both beams
    LEAVING = "leaving"  # in the exit beam only
    FOLLOWING = "following"  # one leaves, the next of the same ticket enters
    TAILGATED = "tailgated"  # one leaves, somebody without a ticket enters
    OBSTRUCTED = "obstructed"  # the passage is over and a beam is still blocked
    REVERSED = "reversed"  # somebody comes against the direction of the lane
    FORCED = "forced"  # somebody is behind the barrier of a locked lane
    BLOCKED = "blocked"  # the barrier is jammed
    OFFLINE = "offline"  # the barrier does not answer
    EMERGENCY = "emergency"  # the fire input has released the barrier in hardware


class Event(Enum):
    """What can happen to a lane."""

    ADMIT = "admit"  # a durable decision lets somebody in
    ENTRY_BLOCKED = "entry+"
    ENTRY_BLOCKED_EXTRA = "entry+ (one too many)"  # the ticket's last person is already inside
    ENTRY_CLEAR = "entry-"
    EXIT_BLOCKED = "exit+"
    EXIT_CLEAR = "exit-"
    EXIT_CLEAR_MORE = "exit- (more to come)"  # more persons of the same ticket are to come
    ALL_CLEAR = "both beams clear"
    START_TIMEOUT = "nobody started"
    FINISH_TIMEOUT = "nobody arrived"
    FAULT = "no answer"  # the barrier does not answer
    BACK = "answers again"  # and both beams are clear
    JAMMED = "jammed"
    JAM_CLEARED = "jam cleared"
    FIRE_ON = "fire"
    FIRE_OFF = "fire over"


class Effect(Enum):
    """What the shell has to do, in the order given."""

    OPEN = "open"
    CLOSE = "close"
    WAIT_FOR_START = "wait for start"  # (re)start the timer that ends in START_TIMEOUT
    WAIT_FOR_FINISH = "wait for finish"  # (re)start the timer that ends in FINISH_TIMEOUT
    STOP_TIMER = "stop timer"
    COUNT = "count"  # one person went through
    RECORD_PASSED = "record passed"  # the use ends: passed
    RECORD_RELEASED = "record released"  # the use ends: the right is given back
    RECORD_UNRESOLVED = "record unresolved"  # the use ends: nobody knows
    ALARM = "alarm"  # tell staff; the new state is the reason
    QUIET = "quiet"  # the reason for the alarm is gone


S, E, F = State, Event, Effect
Transitions = Mapping[tuple[State, Event], tuple[State, tuple[Effect, ...]]]

_PASSAGE: Transitions = {
    (S.LOCKED, E.ADMIT): (S.AUTHORISED, (F.OPEN, F.WAIT_FOR_START)),
    (S.WAITING, E.ADMIT): (S.PASSING, (F.OPEN, F.WAIT_FOR_FINISH)),
    (S.AUTHORISED, E.ENTRY_BLOCKED): (S.PASSING, (F.WAIT_FOR_FINISH,)),
    (S.AUTHORISED, E.START_TIMEOUT): (S.LOCKED, (F.RECORD_RELEASED, F.CLOSE)),
    (S.PASSING, E.ENTRY_CLEAR): (S.BETWEEN, ()),
    (S.PASSING, E.EXIT_BLOCKED): (S.BRIDGING, ()),
    (S.BETWEEN, E.EXIT_BLOCKED): (S.LEAVING, ()),
    (S.BETWEEN, E.ENTRY_BLOCKED): (S.PASSING, (F.WAIT_FOR_FINISH,)),
    (S.BETWEEN, E.ENTRY_BLOCKED_EXTRA): (S.PASSING, (F.WAIT_FOR_FINISH,)),
    (S.BETWEEN, E.FINISH_TIMEOUT): (S.LOCKED, (F.RECORD_RELEASED, F.CLOSE)),
    (S.BRIDGING, E.ENTRY_CLEAR): (S.LEAVING, ()),
    (S.BRIDGING, E.EXIT_CLEAR): (S.PASSING, (F.WAIT_FOR_FINISH,)),
    (S.BRIDGING, E.EXIT_CLEAR_MORE): (S.PASSING, (F.WAIT_FOR_FINISH,)),
    (S.LEAVING, E.EXIT_CLEAR): (S.LOCKED, (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED, F.CLOSE)),
    (S.LEAVING, E.EXIT_CLEAR_MORE): (S.AUTHORISED, (F.COUNT, F.WAIT_FOR_START)),
    (S.LEAVING, E.ENTRY_BLOCKED): (S.FOLLOWING, (F.WAIT_FOR_FINISH,)),
    (S.FOLLOWING, E.EXIT_CLEAR): (S.PASSING, (F.COUNT, F.WAIT_FOR_FINISH)),
    (S.FOLLOWING, E.EXIT_CLEAR_MORE): (S.PASSING, (F.COUNT, F.WAIT_FOR_FINISH)),
    (S.FOLLOWING, E.ENTRY_CLEAR): (S.LEAVING, ()),
}

# somebody stands in a beam for too long: the barrier stays open, the ticket's right stays his, staff are told
_LINGERING: Transitions = {
    (state, E.FINISH_TIMEOUT): (state, (F.OPEN, F.WAIT_FOR_FINISH, F.ALARM))
    for state in (S.PASSING, S.BRIDGING, S.LEAVING, S.FOLLOWING, S.TAILGATED)
}

_MISUSE: Transitions = {
    (S.LOCKED, E.ENTRY_BLOCKED): (S.WAITING, ()),
    (S.WAITING, E.ENTRY_CLEAR): (S.LOCKED, ()),
    (S.WAITING, E.EXIT_BLOCKED): (S.FORCED, (F.ALARM,)),
    (S.LOCKED, E.EXIT_BLOCKED): (S.FORCED, (F.ALARM,)),
    (S.FORCED, E.ALL_CLEAR): (S.LOCKED, (F.QUIET,)),
    (S.AUTHORISED, E.EXIT_BLOCKED): (S.REVERSED, (F.ALARM,)),
    (S.REVERSED, E.ALL_CLEAR): (S.AUTHORISED, (F.QUIET, F.WAIT_FOR_START)),
    (S.REVERSED, E.START_TIMEOUT): (S.OBSTRUCTED, (F.RECORD_RELEASED,)),
    (S.LEAVING, E.ENTRY_BLOCKED_EXTRA): (S.TAILGATED, (F.ALARM,)),
    (S.TAILGATED, E.ENTRY_CLEAR): (S.LEAVING, (F.QUIET,)),
    (S.TAILGATED, E.EXIT_CLEAR): (S.OBSTRUCTED, (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED)),
    (S.OBSTRUCTED, E.EXIT_BLOCKED): (S.OBSTRUCTED, (F.ALARM,)),
    (S.OBSTRUCTED, E.ALL_CLEAR): (S.LOCKED, (F.CLOSE, F.QUIET)),
}

_OUTSIDE = {E.FAULT: S.OFFLINE, E.JAMMED: S.BLOCKED, E.FIRE_ON: S.EMERGENCY}
# what becomes of the open use when the barrier fails or is released in mid-passage: given back while nobody started,
# passed where the exit beam has seen the person, and otherwise nobody knows
_INTERRUPTED = {
    S.LOCKED: (F.ALARM,),
    S.WAITING: (F.ALARM,),
    S.FORCED: (),
    S.OBSTRUCTED: (),
    S.AUTHORISED: (F.STOP_TIMER, F.RECORD_RELEASED, F.ALARM),
    S.REVERSED: (F.STOP_TIMER, F.RECORD_RELEASED),
    S.PASSING: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.BETWEEN: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.BRIDGING: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.LEAVING: (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED, F.ALARM),
    S.FOLLOWING: (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED, F.ALARM),
    S.TAILGATED: (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED),
}
_INTERRUPTIONS: Transitions = {
    (state, event): (after, effects) for state, effects in _INTERRUPTED.items() for event, after in _OUTSIDE.items()
}

# back again, through OBSTRUCTED: it closes as soon as, and only when, both beams are clear
_RECOVERY: Transitions = {
    (S.BLOCKED, E.JAM_CLEARED): (S.OBSTRUCTED, ()),
    (S.BLOCKED, E.FAULT): (S.OFFLINE, ()),
    (S.BLOCKED, E.FIRE_ON): (S.EMERGENCY, ()),
    (S.OFFLINE, E.BACK): (S.OBSTRUCTED, ()),
    (S.OFFLINE, E.JAMMED): (S.BLOCKED, ()),
    (S.OFFLINE, E.FIRE_ON): (S.EMERGENCY, ()),
    (S.EMERGENCY, E.FIRE_OFF): (S.OBSTRUCTED, ()),
}

TRANSITIONS: Transitions = {**_PASSAGE, **_LINGERING, **_MISUSE, **_INTERRUPTIONS, **_RECOVERY}

IGNORED: frozenset[tuple[State, Event]] = frozenset(
    (state, event) for state in State for event in Event if (state, event) not in TRANSITIONS and event is not E.ADMIT
)
"""Pairs that change nothing. ADMIT is never among them: it is fed only where `Lane.welcomes` says so."""

IN_USE = frozenset({S.AUTHORISED, S.REVERSED, S.PASSING, S.BETWEEN, S.BRIDGING, S.LEAVING, S.FOLLOWING, S.TAILGATED})
"""States in which a use is open."""

_INSIDE = frozenset({S.BETWEEN, S.BRIDGING, S.LEAVING})
_COMING_BACK = frozenset({E.BACK, E.JAM_CLEARED, E.FIRE_OFF})
_ENDS = frozenset({F.RECORD_PASSED, F.RECORD_RELEASED, F.RECORD_UNRESOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The lane's state with the little that the table cannot hold: both beams, and the persons of the ticket inside.

    `persons` is how many the open use allows, `through` how many of them have passed.
    """

    state: State = State.LOCKED
    entry: bool = False
    exit: bool = False
    persons: int = 0
    through: int = 0

    @property
    def welcomes(self) -> bool:
        """Whether ADMIT may be fed now."""
        return (self.state, Event.ADMIT) in TRANSITIONS

    @property
    def in_use(self) -> bool:
        """Whether a use is open."""
        return self.state in IN_USE

    def admit(self, persons: int) -> "tuple[Lane, tuple[Effect, ...]]":
        """Let `persons` in. ValueError where the lane does not welcome anybody: ask `welcomes` before deciding."""
        if not self.welcomes or persons < 1:
            raise ValueError(f"nobody can be admitted while the lane is {self.state.value}")
        return replace(self, persons=persons, through=0)._step(Event.ADMIT)

    def feed(self, event: Event) -> "tuple[Lane, tuple[Effect, ...]]":
        """Return the lane after an event other than ADMIT and what has to be done, in order."""
        match event:
            case Event.ENTRY_BLOCKED:
                extra = self.in_use and self.through + (self.state in _INSIDE) >= self.persons
                return replace(self, entry=True)._step(Event.ENTRY_BLOCKED_EXTRA if extra else event)
            case Event.EXIT_BLOCKED:
                return replace(self, exit=True)._step(event)
            case Event.ENTRY_CLEAR:
                return replace(self, entry=False)._step_then_clear(event)
            case Event.EXIT_CLEAR:
                more = self.in_use and self.through + 1 < self.persons
                return replace(self, exit=False)._step_then_clear(Event.EXIT_CLEAR_MORE if more else event)
            case _ if event in _COMING_BACK:
                return self._step_then_clear(event)
            case _:
                return self._step(event)

    def _step_then_clear(self, event: Event) -> "tuple[Lane, tuple[Effect, ...]]":
        lane, effects = self._step(event)
        if lane.entry or lane.exit:
            return lane, effects
        lane, more = lane._step(Event.ALL_CLEAR)
        return lane, effects + more

    def _step(self, event: Event) -> "tuple[Lane, tuple[Effect, ...]]":
        if (self.state, event) not in TRANSITIONS:
            return self, ()
        state, effects = TRANSITIONS[self.state, event]
        through = self.through + (Effect.COUNT in effects)
        if through and Effect.RECORD_RELEASED in effects:
            # a ticket with carried children of which somebody went through is passed, whoever stayed behind
            effects = tuple(Effect.RECORD_PASSED if each is Effect.RECORD_RELEASED else each for each in effects)
        over = not _ENDS.isdisjoint(effects)
        return replace(self, state=state, through=through, persons=0 if over else self.persons), effects
