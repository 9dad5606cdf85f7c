"""The lane: everything that decides when the barrier may open or close, as one table.

A lane has two beams, *entry* on the passengers' side of the barrier and *exit* on the coaches'. Their order tells a
passage from a walk back:

    through:   entry+  exit+  entry-  exit-        or   entry+  entry-  exit+  exit-   (beams far apart)
    back:      entry+  exit+  exit-   entry-       or   entry+  entry-  nothing

The table is written for the way in. For somebody who goes out the beams change their parts (`MIRRORED`), and nothing
else does: a lane for the way out, or for both, is the same table seen from the other side. A lane for both ways faces
whoever steps into a beam while it is at rest, and then whoever is admitted, until that use is over.

Two rules. Everything that moves the barrier is in `TRANSITIONS`: the shell feeds events, does the effects, and knows no
state. Every pair of state and event is either in `TRANSITIONS` or in `IGNORED`: a test looks at each.

The barrier is never told to close while a beam is blocked, and what keeps it open is renewed before it runs out as long
as somebody is in a beam of an open lane. A passenger who lingers in a beam keeps it open, and alarms.

Its safe state without a barrier that answers is closed: nobody is admitted, and the barrier's own timer ends what was
open. In a fire it is open, and stays so when the fire input falls back, until it is reset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from drivers.barrier import Way


class State(Enum):
    """Where the lane stands."""

    LOCKED = "locked"  # nobody is let in
    WAITING = "waiting"  # somebody stands in the entry beam of a locked lane, at the reader perhaps
    AUTHORISED = "authorised"  # open, and nobody has started to walk
    PASSING = "passing"  # somebody is in the entry beam
    BETWEEN = "between"  # out of the entry beam, not yet in the exit beam
    BRIDGING = "bridging"  # one body in both beams
    RETURNING = "returning"  # in the entry beam again: who was between the beams, or somebody behind him
    PRESSED = "pressed"  # and in the exit beam as well: one body, or two close together
    LEAVING = "leaving"  # in the exit beam only
    FOLLOWING = "following"  # one leaves, the next of the same ticket enters
    TAILGATED = "tailgated"  # one leaves, somebody without a ticket enters
    OBSTRUCTED = "obstructed"  # the use is over, the barrier open, and a beam still blocked
    REVERSED = "reversed"  # somebody comes against the direction of the lane
    MEETING = "meeting"  # and meanwhile somebody enters: who of them went where, no beam can tell
    FORCED = "forced"  # somebody is behind the barrier of a locked lane
    BLOCKED = "blocked"  # the barrier is jammed
    OFFLINE = "offline"  # the barrier does not answer
    EMERGENCY = "emergency"  # the fire input has released the barrier in hardware; until it is reset
    CLEARING = "clearing"  # at the start and after trouble: it is to close as soon as both beams are clear


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
    NOT_OPENED = "did not open"  # the barrier did not confirm that it opens for an admission
    FAULT = "no answer"  # the barrier does not answer
    BACK = "answers again"
    JAMMED = "jammed"
    JAM_CLEARED = "jam cleared"
    FIRE_ON = "fire"
    FIRE_OFF = "fire over"
    RESET = "reset"  # somebody who may says that the emergency is over


class Effect(Enum):
    """What the shell has to do, in the order given."""

    OPEN = "open"  # for somebody who was admitted; when this fails it is NOT_OPENED
    KEEP_OPEN = "keep open"  # what is open already, for as long again; when this or CLOSE fails it is FAULT
    RELEASE = "release"  # open both ways, for everybody, and as long as KEEP_OPEN would; when this fails it is FAULT
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


MIRRORED: Mapping[Event, Event] = {
    Event.ENTRY_BLOCKED: Event.EXIT_BLOCKED,
    Event.ENTRY_CLEAR: Event.EXIT_CLEAR,
    Event.EXIT_BLOCKED: Event.ENTRY_BLOCKED,
    Event.EXIT_CLEAR: Event.ENTRY_CLEAR,
}
"""What the beams say, as the table reads it for somebody who goes out."""

S, E, F = State, Event, Effect
Transitions = Mapping[tuple[State, Event], tuple[State, tuple[Effect, ...]]]

_PASSAGE: Transitions = {
    (S.LOCKED, E.ADMIT): (S.AUTHORISED, (F.OPEN, F.WAIT_FOR_START)),
    (S.WAITING, E.ADMIT): (S.PASSING, (F.OPEN, F.WAIT_FOR_FINISH)),
    (S.CLEARING, E.ADMIT): (S.PASSING, (F.OPEN, F.WAIT_FOR_FINISH)),
    (S.AUTHORISED, E.ENTRY_BLOCKED): (S.PASSING, (F.WAIT_FOR_FINISH,)),
    (S.AUTHORISED, E.START_TIMEOUT): (S.LOCKED, (F.RECORD_RELEASED, F.CLOSE)),
    (S.PASSING, E.ENTRY_CLEAR): (S.BETWEEN, ()),
    (S.PASSING, E.EXIT_BLOCKED): (S.BRIDGING, ()),
    (S.BETWEEN, E.EXIT_BLOCKED): (S.LEAVING, ()),
    (S.BETWEEN, E.ENTRY_BLOCKED): (S.RETURNING, (F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.BETWEEN, E.ENTRY_BLOCKED_EXTRA): (S.RETURNING, (F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.BETWEEN, E.FINISH_TIMEOUT): (S.LOCKED, (F.RECORD_RELEASED, F.CLOSE)),
    (S.BRIDGING, E.ENTRY_CLEAR): (S.LEAVING, ()),
    (S.BRIDGING, E.EXIT_CLEAR): (S.PASSING, (F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.BRIDGING, E.EXIT_CLEAR_MORE): (S.PASSING, (F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.RETURNING, E.ENTRY_CLEAR): (S.BETWEEN, ()),
    (S.RETURNING, E.EXIT_BLOCKED): (S.PRESSED, ()),
    (S.PRESSED, E.ENTRY_CLEAR): (S.LEAVING, ()),
    (S.PRESSED, E.EXIT_CLEAR_MORE): (S.PASSING, (F.COUNT, F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.LEAVING, E.EXIT_CLEAR): (S.LOCKED, (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED, F.CLOSE)),
    (S.LEAVING, E.EXIT_CLEAR_MORE): (S.AUTHORISED, (F.COUNT, F.KEEP_OPEN, F.WAIT_FOR_START)),
    (S.LEAVING, E.ENTRY_BLOCKED): (S.FOLLOWING, (F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.FOLLOWING, E.EXIT_CLEAR_MORE): (S.PASSING, (F.COUNT, F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.FOLLOWING, E.ENTRY_CLEAR): (S.LEAVING, ()),
}

# somebody stands in a beam for too long: the barrier stays open, the ticket's right stays his, staff are told
_LINGERING: Transitions = {
    (state, E.FINISH_TIMEOUT): (state, (F.KEEP_OPEN, F.WAIT_FOR_FINISH, F.ALARM))
    for state in (
        S.PASSING,
        S.BRIDGING,
        S.RETURNING,
        S.PRESSED,
        S.LEAVING,
        S.FOLLOWING,
        S.TAILGATED,
        S.OBSTRUCTED,
    )
}

_MISUSE: Transitions = {
    (S.LOCKED, E.ENTRY_BLOCKED): (S.WAITING, ()),
    (S.WAITING, E.ENTRY_CLEAR): (S.LOCKED, ()),
    (S.WAITING, E.EXIT_BLOCKED): (S.FORCED, (F.ALARM,)),
    (S.LOCKED, E.EXIT_BLOCKED): (S.FORCED, (F.ALARM,)),
    (S.FORCED, E.ALL_CLEAR): (S.LOCKED, (F.QUIET,)),
    (S.AUTHORISED, E.EXIT_BLOCKED): (S.REVERSED, (F.ALARM,)),
    (S.REVERSED, E.ALL_CLEAR): (S.AUTHORISED, (F.QUIET, F.KEEP_OPEN, F.WAIT_FOR_START)),
    (S.REVERSED, E.ENTRY_BLOCKED): (S.MEETING, ()),
    (S.REVERSED, E.START_TIMEOUT): (S.OBSTRUCTED, (F.RECORD_UNRESOLVED, F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.MEETING, E.ALL_CLEAR): (S.LOCKED, (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.CLOSE, F.QUIET)),
    (S.MEETING, E.START_TIMEOUT): (S.OBSTRUCTED, (F.RECORD_UNRESOLVED, F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.LEAVING, E.ENTRY_BLOCKED_EXTRA): (S.TAILGATED, (F.ALARM,)),
    (S.TAILGATED, E.ENTRY_CLEAR): (S.LEAVING, (F.QUIET,)),
    (S.TAILGATED, E.EXIT_CLEAR): (S.OBSTRUCTED, (F.COUNT, F.RECORD_PASSED, F.KEEP_OPEN, F.WAIT_FOR_FINISH)),
    (S.PRESSED, E.EXIT_CLEAR): (S.OBSTRUCTED, (F.COUNT, F.RECORD_PASSED, F.KEEP_OPEN, F.WAIT_FOR_FINISH, F.ALARM)),
    (S.OBSTRUCTED, E.EXIT_BLOCKED): (S.OBSTRUCTED, (F.ALARM,)),
    (S.OBSTRUCTED, E.ALL_CLEAR): (S.LOCKED, (F.STOP_TIMER, F.CLOSE, F.QUIET)),
}

_HELD_OPEN = (F.RELEASE, F.WAIT_FOR_FINISH)
_OUTSIDE: Mapping[Event, tuple[State, tuple[Effect, ...]]] = {
    E.FAULT: (S.OFFLINE, ()),
    E.JAMMED: (S.BLOCKED, ()),
    E.FIRE_ON: (S.EMERGENCY, _HELD_OPEN),
}
# what becomes of the open use when the barrier fails or is released in mid-passage: given back while nobody started,
# passed where the exit beam has seen the person, and otherwise nobody knows
_INTERRUPTED = {
    S.LOCKED: (F.ALARM,),
    S.WAITING: (F.ALARM,),
    S.FORCED: (),
    S.OBSTRUCTED: (F.STOP_TIMER,),
    S.CLEARING: (),
    S.AUTHORISED: (F.STOP_TIMER, F.RECORD_RELEASED, F.ALARM),
    S.REVERSED: (F.STOP_TIMER, F.RECORD_RELEASED),
    S.MEETING: (F.STOP_TIMER, F.RECORD_UNRESOLVED),
    S.PASSING: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.BETWEEN: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.BRIDGING: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.RETURNING: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.PRESSED: (F.STOP_TIMER, F.RECORD_UNRESOLVED, F.ALARM),
    S.LEAVING: (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED, F.ALARM),
    S.FOLLOWING: (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED, F.ALARM),
    S.TAILGATED: (F.STOP_TIMER, F.COUNT, F.RECORD_PASSED),
}
_INTERRUPTIONS: Transitions = {
    (state, event): (after, effects + then)
    for state, effects in _INTERRUPTED.items()
    for event, (after, then) in _OUTSIDE.items()
}

# the barrier did not open for somebody who was admitted: wherever he stands, he did not go through it
_NOT_OPENED: Transitions = {
    (state, E.NOT_OPENED): (S.OFFLINE, (F.STOP_TIMER, F.RECORD_RELEASED, F.ALARM))
    for state in (S.AUTHORISED, S.PASSING)
}

# back again, through CLEARING: it closes as soon as, and only when, both beams are clear
_RECOVERY: Transitions = {
    (S.BLOCKED, E.JAM_CLEARED): (S.CLEARING, ()),
    (S.BLOCKED, E.FAULT): (S.OFFLINE, ()),
    (S.BLOCKED, E.FIRE_ON): (S.EMERGENCY, _HELD_OPEN),
    (S.OFFLINE, E.BACK): (S.CLEARING, ()),
    (S.OFFLINE, E.FIRE_ON): (S.EMERGENCY, _HELD_OPEN),
    (S.EMERGENCY, E.FINISH_TIMEOUT): (S.EMERGENCY, _HELD_OPEN),
    (S.EMERGENCY, E.BACK): (S.EMERGENCY, _HELD_OPEN),
    (S.EMERGENCY, E.RESET): (S.CLEARING, (F.STOP_TIMER,)),
    (S.CLEARING, E.EXIT_BLOCKED): (S.CLEARING, (F.ALARM,)),
    (S.CLEARING, E.ALL_CLEAR): (S.LOCKED, (F.CLOSE, F.QUIET)),
}

TRANSITIONS: Transitions = {**_PASSAGE, **_LINGERING, **_MISUSE, **_INTERRUPTIONS, **_NOT_OPENED, **_RECOVERY}

IGNORED: frozenset[tuple[State, Event]] = frozenset(
    (state, event) for state in State for event in Event if (state, event) not in TRANSITIONS and event is not E.ADMIT
)
"""Pairs that change nothing. ADMIT is never among them: it is fed only where `Lane.welcomes` says so."""

_INSIDE = frozenset({S.BETWEEN, S.BRIDGING, S.LEAVING})
_WALKING = frozenset({S.PASSING, S.RETURNING, S.PRESSED, S.FOLLOWING, S.TAILGATED}) | _INSIDE
IN_USE = frozenset({S.AUTHORISED, S.REVERSED, S.MEETING}) | _WALKING
"""States in which a use is open."""

NOT_STARTED = frozenset({S.AUTHORISED, S.REVERSED, S.PASSING})
"""States of an open use in which its holder may still stand at the reader."""

_AT_REST = frozenset({S.LOCKED, S.CLEARING})
_ENDS = frozenset({F.RECORD_PASSED, F.RECORD_RELEASED, F.RECORD_UNRESOLVED})
INWARDS = frozenset({Way.IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The lane's state with the little that the table cannot hold: what the contacts say, and who is inside.

    `ways` are those in which people may be admitted, `way` is the one that the table is read for now. `entry` and
    `exit` are the beams as they are wired, whichever way. `persons` is how many the open use allows, `through` how
    many of them have passed.
    """

    state: State = State.LOCKED
    ways: frozenset[Way] = INWARDS
    way: Way = Way.IN
    entry: bool = False
    exit: bool = False
    fire: bool = False
    jammed: bool = False
    persons: int = 0
    through: int = 0

    @classmethod
    def starting(cls, ways: frozenset[Way]) -> "Lane":
        """A lane of which nothing is known yet: an earlier life may have left its barrier open."""
        return cls(state=State.CLEARING, ways=ways, way=Way.IN if Way.IN in ways else Way.OUT)

    def welcomes(self, way: Way) -> bool:
        """Whether ADMIT may be fed for this way now: nobody is admitted towards somebody on the other side."""
        far = self.exit if way is Way.IN else self.entry
        return way in self.ways and (self.state, Event.ADMIT) in TRANSITIONS and not far

    @property
    def welcomes_somebody(self) -> bool:
        """Whether anybody could be admitted now, from whichever side."""
        return any(self.welcomes(way) for way in self.ways)

    @property
    def in_use(self) -> bool:
        """Whether a use is open."""
        return self.state in IN_USE

    def admit(self, persons: int, way: Way) -> "tuple[Lane, tuple[Effect, ...]]":
        """Let `persons` go `way`. ValueError where the lane does not welcome them: ask `welcomes` before deciding."""
        if not self.welcomes(way) or persons < 1:
            raise ValueError(f"nobody can be admitted {way} while the lane is {self.state.value}")
        return replace(self, way=way, persons=persons, through=0)._step(Event.ADMIT)

    def feed(self, event: Event) -> "tuple[Lane, tuple[Effect, ...]]":
        """Return the lane after an event other than ADMIT and what has to be done, in order."""
        lane = self._noting(event)._facing()
        lane, effects = lane._step(lane._counted(lane._seen(event)))
        for still in lane._still():
            lane, more = lane._step(still)
            effects += more
        return lane, effects

    def _facing(self) -> "Lane":
        """Turn to whoever is in a beam, where both ways are open to people and nobody is admitted."""
        if len(self.ways) < 2 or self.state not in _AT_REST or self.entry == self.exit:
            return self
        return replace(self, way=Way.IN if self.entry else Way.OUT)

    def _seen(self, event: Event) -> Event:
        """What a beam says, from the side of whoever goes the lane's way."""
        return MIRRORED.get(event, event) if self.way is Way.OUT else event

    def _counted(self, event: Event) -> Event:
        """Tell the last person of a ticket from those who have others behind them, and a reset from one in a fire."""
        match event:
            case Event.ENTRY_BLOCKED if self.in_use and self.through + (self.state in _INSIDE) >= self.persons:
                return Event.ENTRY_BLOCKED_EXTRA
            case Event.EXIT_CLEAR if self.in_use and self.through + 1 < self.persons:
                return Event.EXIT_CLEAR_MORE
            case Event.RESET if self.fire:
                return Event.FIRE_ON
            case _:
                return event

    def _noting(self, event: Event) -> "Lane":
        match event:
            case Event.ENTRY_BLOCKED | Event.ENTRY_CLEAR:
                return replace(self, entry=event is Event.ENTRY_BLOCKED)
            case Event.EXIT_BLOCKED | Event.EXIT_CLEAR:
                return replace(self, exit=event is Event.EXIT_BLOCKED)
            case Event.FIRE_ON | Event.FIRE_OFF:
                return replace(self, fire=event is Event.FIRE_ON)
            case Event.JAMMED | Event.JAM_CLEARED:
                return replace(self, jammed=event is Event.JAMMED)
            case _:
                return self

    def _still(self) -> list[Event]:
        """What holds now and the new state may not have heard of: it began while the lane was in another trouble."""
        holds = []
        if self.state is State.CLEARING:
            holds += [Event.FIRE_ON] * self.fire + [Event.JAMMED] * self.jammed
        return holds if self.entry or self.exit else [*holds, Event.ALL_CLEAR]

    def _step(self, event: Event) -> "tuple[Lane, tuple[Effect, ...]]":
        if (self.state, event) not in TRANSITIONS:
            return self, ()
        state, effects = TRANSITIONS[self.state, event]
        through = self.through + (Effect.COUNT in effects)
        if through:
            # a ticket with carried children of which somebody went through is passed, whoever stayed behind
            effects = tuple(Effect.RECORD_PASSED if each in _ENDS else each for each in effects)
        over = not _ENDS.isdisjoint(effects)
        return replace(self, state=state, through=through, persons=0 if over else self.persons), effects
