"""One lane's loop: take an input, decide, record, act. The only place of the gate that has effects.

Whoever is admitted has a committed use before the barrier hears of it, and the lane's table says what the barrier does.
What a use came to (passed, released, unresolved) is committed when the lane's table says so. A lane for both ways has
two sides, each with its readers and its display; whoever is admitted at one stops the other.
"""

import queue
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, assert_never

from drivers.barrier import Barrier, Way
from gate.announce import badge, go, stop
from gate.announcement import (
    CLOSED,
    EMERGENCY,
    EMERGENCY_OVER,
    IDLE,
    OTHER_SIDE,
    WAIT,
    Announce,
    Announcement,
    blind_for,
    closed_for,
)
from gate.arm import Arm
from gate.decide import Admitted, Decider, Decision, Refused
from gate.lane import NOT_STARTED, Effect, Event, Lane, State
from gate.observe import UNOBSERVED, Observer
from gate.override import BadgeShown
from gate.readers import Broken, Garbled, Inputs, Lost, Returned
from gate.record import Record
from gate.reset import ResetBadges
from gate.settings import FireReset, GateSettings
from gate.shown import Card, CardTags, Code
from gate.side import Side
from sync.journal.journal import Journal
from sync.points import Probe, no_probe
from tickets.errors import EnvironmentFault
from tickets.uses import UseEnd

GARBLED_SECONDS = 1.0
"""Noise at line rate is recorded and answered once in this time."""
CATCH_UP_SECONDS = 1.0
"""How often a journal that is behind is tried again."""
TIDY_SECONDS = 5.0
"""How long nothing may have happened before housekeeping is done."""

_ENDS = {
    Effect.RECORD_PASSED: UseEnd.PASSED,
    Effect.RECORD_RELEASED: UseEnd.RELEASED,
    Effect.RECORD_UNRESOLVED: UseEnd.UNRESOLVED,
}
_OUT_OF_SERVICE = frozenset({State.OFFLINE, State.BLOCKED, State.EMERGENCY})
_AT_REST = frozenset({State.LOCKED, State.WAITING, State.CLEARING})


@dataclass(frozen=True, slots=True)
class _Due:
    """An event that comes at a moment, in monotonic seconds."""

    event: Event
    at: float


@dataclass(frozen=True, slots=True)
class _InUse:
    """The use that is open: from which side, and by which code, if it was a code."""

    use: Admitted
    side: Side
    text: str | None


_Given = Code | CardTags | Garbled | Lost | Returned | Broken
"""An input, with the tags of a card in place of its number."""
D = TypeVar("D", bound=Decision | BadgeShown)
Badges = Callable[[Code], str | None]
"""The number of the badge whose valid code this is, or None."""


class Controller:
    """Runs one lane. Belongs to the lane's thread; `inputs` may be filled from any thread."""

    def __init__(
        self,
        *,
        settings: GateSettings,
        decider: Decider,
        journal: Journal,
        barrier: Barrier,
        inputs: Inputs,
        announce: Mapping[Way, Announce],
        monotonic: Callable[[], float] = time.monotonic,
        probe: Probe = no_probe,
        badges: Badges | None = None,
        settles: Callable[[str], bool] = lambda _: True,
        device_names: str = "",
        observer: Observer = UNOBSERVED,
        started: Callable[[], None] = lambda: None,
        readers: Mapping[Way, int] | None = None,
        idle: Mapping[Way, Announcement] | None = None,
    ) -> None:
        """`announce` has the display of each of the lane's ways. `device_names` is set before the names of devices.
        `readers` says how many devices read on each side: where none of them works, the display says so.
        `idle` is the picture of each side at rest, if another than `IDLE`.

        `settles` says of which lanes this one settles what an earlier life left open. `badges` says who may reset an
        emergency, if others may than those of gate/reset.py. `started` writes that the gate's life has begun, unless
        that is written, or raises EnvironmentFault.
        """
        self._settings = settings
        self._decider = decider
        self._inputs = inputs
        self._sides = {
            way: Side(
                way,
                settings=settings,
                decider=decider,
                announce=announce[way],
                monotonic=monotonic,
                readers=(readers or {}).get(way, 0),
                idle=(idle or {}).get(way, IDLE),
            )
            for way in Way
            if way in settings.ways
        }
        self._monotonic = monotonic
        self._badges = badges or ResetBadges(decider.badges)
        self._device_names = device_names
        self._observer = observer
        self._stands: State | None = None  # as the observer was told
        self._record = Record(journal, settings.lane, settles, observer, decider.give_back_not_written, started)
        self._arm = Arm(
            barrier=barrier,
            record=self._record,
            open_seconds=settings.start_seconds + settings.finish_seconds,
            monotonic=monotonic,
            probe=probe,
            device=f"{device_names}barrier",
        )
        self._lane = Lane.starting(settings.ways)
        self._in_use: _InUse | None = None
        self._alarmed: State | None = None
        self._timer: _Due | None = None
        self._fire_is_over: _Due | None = None
        self._retiring = False
        self._next_catch_up = 0.0
        self._tidy_at = 0.0

    @property
    def state(self) -> State:
        """Where the lane stands."""
        return self._lane.state

    @property
    def in_use(self) -> bool:
        """Whether somebody is admitted and has not passed yet, or still stands in the open lane."""
        return self._lane.in_use or self._lane.state is State.OBSTRUCTED

    def start(self) -> None:
        """Settle what an earlier life left open (nobody knows whether they walked through) and look at the barrier."""
        self._record.catch_up()
        self._look()
        if self._lane.state is State.CLEARING:
            self._feed(Event.BACK)
        self._rest()

    def retire(self) -> None:
        """Admit nobody any more; go on with `step` until nobody is `in_use`."""
        self._retiring = True

    def step(self) -> None:
        """Wait for one input or the next moment at which something is due, and do what follows from it."""
        given = self._next_input()
        if given is not None:
            self._take(given)
        if self._monotonic() >= self._arm.next_look:
            self._look()
        if self._timer and self._monotonic() >= self._timer.at:
            event, self._timer = self._timer.event, None
            self._feed(event)
        if self._fire_is_over and self._monotonic() >= self._fire_is_over.at:
            event, self._fire_is_over = self._fire_is_over.event, None
            self._feed(event)
        self._serve_waiting()
        self._do_when_free()
        if self._lane.state is not self._stands:
            self._stands = self._lane.state
            self._observer.stands(self._settings.lane, self._stands.value)
        self._observer.stepped(self._settings.lane)

    def _next_input(self) -> _Given | None:
        due = min(self._arm.next_look, self._timer.at if self._timer else self._arm.next_look)
        wait = due - self._monotonic()
        try:
            given = self._inputs.get(timeout=wait) if wait > 0 else self._inputs.get_nowait()
        except queue.Empty:
            return None
        if not isinstance(given, Card):
            return given
        # its number goes no further than this: not even a fault that is kept leads back to it
        side = self._sides.get(given.way)
        return None if side is None else side.answers.tags(given)

    def _take(self, given: _Given) -> None:
        match given:
            case Lost(device, what, way):
                self._record.device_lost(self._device_names + device, what)
                if way in self._sides:
                    self._sides[way].lost(device, what)
            case Returned(device, way):
                self._record.device_back(self._device_names + device)
                if way in self._sides:
                    self._sides[way].returned(device)
            case Broken(error):
                raise error
            case Code() | CardTags() | Garbled():
                side = self._sides.get(given.way)
                if side is not None:
                    self._take_from(side, given)
            case _:
                assert_never(given)

    def _take_from(self, side: Side, given: Code | CardTags | Garbled) -> None:
        match given:
            case Code() if self._lane.state is State.EMERGENCY and not self._lane.fire:
                self._reset(given)
            case Garbled():
                self._take_garbled(side, given)
            case Code(still=True):
                # after its holder has passed, a code that is still in view is a copy in somebody else's hand
                if side.is_copy(given.text) and self._lane.welcomes(side.way):
                    self._take_shown(side, given)
            case Code(may_be_ours=False):
                self._take_garbled(side, Garbled("code"))
            case Code() | CardTags():
                self._take_shown(side, given)
            case _:
                assert_never(given)

    def _take_garbled(self, side: Side, garbled: Garbled) -> None:
        if self._monotonic() < side.next_garbled or not self._lane.welcomes(side.way) or self._record.behind:
            return
        side.next_garbled = self._monotonic() + GARBLED_SECONDS
        refused = self._durable(lambda: self._decider.unreadable(garbled.by))
        if isinstance(refused, Refused):
            side.display.show(stop(refused))

    def _reset(self, code: Code) -> None:
        """The emergency is over when staff say so; a passenger's code says nothing now."""
        badge = None if code.still else self._badges(code)
        if badge is not None:
            self._record.lane_event(f"emergency reset by badge {badge}")
            self._feed(Event.RESET)

    def _take_shown(self, side: Side, shown: Code | CardTags) -> None:
        state = self._lane.state
        self._tidy_at = self._monotonic() + TIDY_SECONDS
        if self._retiring:
            side.display.show(CLOSED)
        elif state in _OUT_OF_SERVICE:
            side.display.show(self._out_of_service())
        elif self._lane.welcomes(side.way):
            self._decide(side, shown)
        elif not self._is_holder(side, shown):
            side.wait(shown)
            if state is not State.AUTHORISED or not self._is_used_from(side):
                side.display.show(WAIT)  # but whoever is to start walking now is not told to wait

    def _is_holder(self, side: Side, shown: Code | CardTags) -> bool:
        """Who may still be at the reader shows his own code again; later it is somebody else who has a copy."""
        held = self._in_use.text if self._in_use and self._is_used_from(side) else None
        return isinstance(shown, Code) and shown.text == held and self._lane.state in NOT_STARTED

    def _is_used_from(self, side: Side) -> bool:
        return self._in_use is not None and self._in_use.side is side

    def _serve_waiting(self) -> None:
        """Whoever has waited longest comes first, from whichever side."""
        waiting = [side for side in self._sides.values() if side.waiting is not None]
        for side in sorted(waiting, key=lambda each: each.waiting.since if each.waiting else 0.0):
            if side.waiting and self._monotonic() > side.waiting.until:
                side.waiting = None
            elif self._lane.welcomes(side.way) and not self._retiring:
                shown = side.served()
                if shown is not None:
                    self._decide(side, shown)

    def _decide(self, side: Side, shown: Code | CardTags) -> None:
        if self._record.behind:
            side.display.show(closed_for(self._record.fault))
            return
        side.passed(None)
        decision = self._durable(lambda: side.answers.decide(shown))
        match decision:
            case Refused():
                side.display.show(stop(decision))
            case BadgeShown():
                side.display.show(badge(decision))
            case Admitted():
                self._admit(decision, side, shown.text if isinstance(shown, Code) else None)
            case None:
                side.display.show(closed_for(self._record.fault))
            case _:
                assert_never(decision)

    def _admit(self, use: Admitted, side: Side, text: str | None) -> None:
        opened = self._in_use = _InUse(use, side, text)
        self._lane, effects = self._lane.admit(use.persons, side.way)
        self._carry_out(effects)
        if self._in_use is opened:  # the barrier did open
            side.display.show(go(use, side.way))
            for other in self._sides.values():
                if other is not side:
                    other.display.rest(OTHER_SIDE, at_once=True)

    def _durable(self, decide: Callable[[], D]) -> D | None:
        """The decision; None, and the lane closed until the disk is well, when it could not be written."""
        began = self._monotonic()
        try:
            decision = decide()
        except EnvironmentFault as fault:
            self._record.doubt(fault)
            self._next_catch_up = self._monotonic() + CATCH_UP_SECONDS
            decision = None
        self._observer.decided(self._settings.lane, _outcome(decision), self._monotonic() - began)
        return decision

    def _look(self) -> None:
        for event in self._arm.look():
            self._feed(event)

    def _feed(self, event: Event) -> None:
        before = self._lane
        self._lane, effects = before.feed(event)
        if event in (Event.FIRE_ON, Event.FIRE_OFF):
            self._time_the_reset()
        self._carry_out(effects)
        if self._lane.state in _OUT_OF_SERVICE:
            for side in self._sides.values():
                side.display.rest(self._out_of_service(), at_once=True)
        elif before.state not in _AT_REST and self._lane.welcomes_somebody:
            self._alarmed = None
            self._rest(at_once=True)

    def _time_the_reset(self) -> None:
        self._fire_is_over = None
        if not self._lane.fire and self._settings.fire_reset is FireReset.LOOP:
            self._fire_is_over = _Due(Event.RESET, self._monotonic() + self._settings.fire_reset_seconds)

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        failed: Event | None = None
        for effect in effects:
            match effect:
                case Effect.OPEN | Effect.KEEP_OPEN | Effect.RELEASE | Effect.CLOSE:
                    failed = self._arm.move(effect, self._lane.way) or failed
                case Effect.WAIT_FOR_START:
                    self._timer = _Due(Event.START_TIMEOUT, self._monotonic() + self._settings.start_seconds)
                case Effect.WAIT_FOR_FINISH:
                    self._timer = _Due(Event.FINISH_TIMEOUT, self._monotonic() + self._settings.finish_seconds)
                case Effect.STOP_TIMER:
                    self._timer = None
                case Effect.RECORD_PASSED | Effect.RECORD_RELEASED | Effect.RECORD_UNRESOLVED:
                    self._end_use(_ENDS[effect])
                case Effect.ALARM:
                    self._alarm()
                case Effect.COUNT | Effect.QUIET:
                    pass  # the lane counts; QUIET is for a lamp
                case _:
                    assert_never(effect)
        if failed:
            self._feed(failed)

    def _alarm(self) -> None:
        """Record once what a lane met, however long it lasts."""
        if self._alarmed is not self._lane.state:
            self._alarmed = self._lane.state
            self._record.lane_event(self._lane.state.value)

    def _end_use(self, end: UseEnd) -> None:
        ended, self._in_use = self._in_use, None
        if ended is None:
            return
        ended.side.passed(ended.text if end is UseEnd.PASSED else None)
        state = self._lane.state
        why = f"barrier {state.value}" if state in _OUT_OF_SERVICE else "not walked through"
        self._record.end(ended.use, end, persons=max(1, self._lane.through), why=why)
        self._decider.let_go(ended.use)

    def _do_when_free(self) -> None:
        """What has time: the picture of the empty lane, writing what the disk did not take, housekeeping."""
        now = self._monotonic()
        if not self._lane.welcomes_somebody and self._lane.state not in _OUT_OF_SERVICE:
            self._tidy_at = now + TIDY_SECONDS
            return
        for side in self._sides.values():
            side.answers.forget_what_is_old()
        if self._record.behind and now >= self._next_catch_up:
            self._next_catch_up = now + CATCH_UP_SECONDS
            self._record.catch_up()
        self._rest()
        if now >= self._tidy_at:
            self._record.tidy()
            self._tidy_at = now + TIDY_SECONDS

    def _rest(self, *, at_once: bool = False) -> None:
        """Show each side that is free that it is, and one at which nothing reads any more that it is closed."""
        closed = closed_for(self._record.fault) if self._record.behind or self._retiring else None
        for side in self._sides.values():
            if self._lane.welcomes(side.way):
                blind = None if side.blind is None else blind_for(side.blind)
                side.display.rest(closed or blind or side.idle, at_once=at_once)

    def _out_of_service(self) -> Announcement:
        """The picture of a lane that admits nobody, and why."""
        if self._lane.state is not State.EMERGENCY:
            return CLOSED
        waits_for_staff = not self._lane.fire and self._settings.fire_reset is FireReset.BADGE
        return EMERGENCY_OVER if waits_for_staff else EMERGENCY


def _outcome(decision: Decision | BadgeShown | None) -> str:
    """What became of what was shown, in a word for those who count."""
    match decision:
        case Admitted():
            return "admitted"
        case Refused():
            return decision.refusal.reason.value
        case BadgeShown():
            return "badge"
        case None:
            return "not_written"
        case _:
            assert_never(decision)
