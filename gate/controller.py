"""One lane's loop: take an input, decide, record, act. The only place of the gate that has effects.

Whoever is admitted has a committed use before the barrier hears of it, and the lane's table says what the barrier does.
What a use came to (passed, released, unresolved) is committed when the lane's table says so.
"""

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, assert_never

from drivers.barrier import Barrier
from gate.announce import CLOSED, EMERGENCY, IDLE, WAIT, Announce, Announcement, closed_for, go, stop
from gate.arm import Arm
from gate.decide import Admitted, Decider, Decision, Refused
from gate.display import Display
from gate.lane import NOT_STARTED, Effect, Event, Lane, State
from gate.pairing import Pairing
from gate.readers import Broken, Garbled, Input, Inputs, Lost, Returned
from gate.record import Record
from gate.settings import GateSettings
from gate.shown import Card, Code
from sync.journal import Journal
from sync.points import Probe, no_probe
from tickets.errors import EnvironmentFault
from tickets.events import Kind
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
_OUT_OF_SERVICE = {State.OFFLINE: CLOSED, State.BLOCKED: CLOSED, State.EMERGENCY: EMERGENCY}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Until(Generic[T]):
    """Something remembered until a moment, in monotonic seconds."""

    what: T
    until: float


class Controller:
    """Runs one lane. Belongs to the thread that opened the journal; `inputs` may be filled from any thread."""

    def __init__(
        self,
        *,
        settings: GateSettings,
        decider: Decider,
        journal: Journal,
        barrier: Barrier,
        inputs: Inputs,
        announce: Announce,
        monotonic: Callable[[], float] = time.monotonic,
        probe: Probe = no_probe,
    ) -> None:
        self._settings = settings
        self._decider = decider
        self._inputs = inputs
        self._display = Display(announce, settings.refusal_seconds, monotonic)
        self._pairing = Pairing(decider, settings.pair_seconds, monotonic)
        self._monotonic = monotonic
        self._record = Record(journal, settings.lane)
        self._arm = Arm(
            barrier=barrier,
            record=self._record,
            open_seconds=settings.start_seconds + settings.finish_seconds,
            monotonic=monotonic,
            probe=probe,
        )
        self._lane = Lane(state=State.CLEARING)  # an earlier life may have left the barrier open
        self._use: Admitted | None = None
        self._use_text: str | None = None
        self._passed_text: str | None = None
        self._alarmed: State | None = None
        self._timer: _Until[Event] | None = None
        self._waiting: _Until[Code | Card] | None = None
        self._retiring = False
        self._next_garbled = 0.0
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
        if self._lane.welcomes:
            self._display.rest(self._free_picture())

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
        if self._timer and self._monotonic() >= self._timer.until:
            event, self._timer = self._timer.what, None
            self._feed(event)
        self._serve_waiting()
        self._do_when_free()

    def _next_input(self) -> Input | None:
        due = min(self._arm.next_look, self._timer.until if self._timer else self._arm.next_look)
        wait = due - self._monotonic()
        try:
            return self._inputs.get(timeout=wait) if wait > 0 else self._inputs.get_nowait()
        except queue.Empty:
            return None

    def _take(self, given: Input) -> None:
        match given:
            case Lost(device, what):
                self._record.event(Kind.DEVICE_FAULT, {"device": device, "what": what})
            case Returned(device):
                self._record.event(Kind.DEVICE_BACK, {"device": device})
            case Broken(error):
                raise error
            case Garbled():
                self._take_garbled(given)
            case Code(still=True):
                # after its holder has passed, a code that is still in view is a copy in somebody else's hand
                if given.text == self._passed_text and self._lane.welcomes:
                    self._take_shown(given)
            case Code(may_be_ours=False):
                self._take_garbled(Garbled("code"))
            case Code() | Card():
                self._take_shown(given)
            case _:
                assert_never(given)

    def _take_garbled(self, garbled: Garbled) -> None:
        if self._monotonic() < self._next_garbled or not self._lane.welcomes or self._record.behind:
            return
        self._next_garbled = self._monotonic() + GARBLED_SECONDS
        refused = self._durable(lambda: self._decider.unreadable(garbled.by))
        if isinstance(refused, Refused):
            self._display.show(stop(refused))

    def _take_shown(self, shown: Code | Card) -> None:
        state = self._lane.state
        self._tidy_at = self._monotonic() + TIDY_SECONDS
        if self._retiring:
            self._display.show(CLOSED)
        elif state in _OUT_OF_SERVICE:
            self._display.show(_OUT_OF_SERVICE[state])
        elif self._lane.welcomes:
            self._decide(shown)
        elif not (isinstance(shown, Code) and shown.text == self._use_text and state in NOT_STARTED):
            # who may still be at the reader shows his own code again; later it is somebody else who has a copy
            self._waiting = _Until(shown, self._monotonic() + self._settings.patience_seconds)
            if state is not State.AUTHORISED:  # whoever is to start walking now is not told to wait
                self._display.show(WAIT)

    def _serve_waiting(self) -> None:
        if self._waiting is None:
            return
        if self._monotonic() > self._waiting.until:
            self._waiting = None
        elif self._lane.welcomes and not self._retiring:
            shown, self._waiting = self._waiting.what, None
            self._decide(shown)

    def _decide(self, shown: Code | Card) -> None:
        if self._record.behind:
            self._display.show(closed_for(self._record.fault))
            return
        self._passed_text = None
        decision = self._durable(lambda: self._pairing.decide(shown))
        match decision:
            case Refused():
                self._display.show(stop(decision))
            case Admitted():
                self._use, self._use_text = decision, shown.text if isinstance(shown, Code) else None
                self._lane, effects = self._lane.admit(decision.persons)
                self._carry_out(effects)
                if self._use is decision:  # the barrier did open
                    self._display.show(go(decision))
            case None:
                self._display.show(closed_for(self._record.fault))
            case _:
                assert_never(decision)

    def _durable(self, decide: Callable[[], Decision]) -> Decision | None:
        """The decision; None, and the lane closed until the disk is well, when it could not be written."""
        try:
            return decide()
        except EnvironmentFault as fault:
            self._record.doubt(fault)
            self._next_catch_up = self._monotonic() + CATCH_UP_SECONDS
            return None

    def _look(self) -> None:
        for event in self._arm.look():
            self._feed(event)

    def _feed(self, event: Event) -> None:
        welcomed = self._lane.welcomes
        self._lane, effects = self._lane.feed(event)
        self._carry_out(effects)
        after = self._lane.state
        if self._lane.welcomes and not welcomed:
            self._alarmed = None
            self._display.rest(self._free_picture(), at_once=True)
        elif after in _OUT_OF_SERVICE:
            self._display.rest(_OUT_OF_SERVICE[after], at_once=True)

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        failed: Event | None = None
        for effect in effects:
            match effect:
                case Effect.OPEN | Effect.KEEP_OPEN | Effect.CLOSE:
                    failed = self._arm.move(effect) or failed
                case Effect.WAIT_FOR_START:
                    self._timer = _Until(Event.START_TIMEOUT, self._monotonic() + self._settings.start_seconds)
                case Effect.WAIT_FOR_FINISH:
                    self._timer = _Until(Event.FINISH_TIMEOUT, self._monotonic() + self._settings.finish_seconds)
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
        use, text = self._use, self._use_text
        self._use = self._use_text = None
        self._passed_text = text if end is UseEnd.PASSED else None
        if use is not None:
            state = self._lane.state
            why = f"barrier {state.value}" if state in _OUT_OF_SERVICE else "not walked through"
            self._record.end(use, end, persons=max(1, self._lane.through), why=why)

    def _do_when_free(self) -> None:
        """What has time: the picture of the empty lane, writing what the disk did not take, housekeeping."""
        now = self._monotonic()
        if not self._lane.welcomes and self._lane.state not in _OUT_OF_SERVICE:
            self._tidy_at = now + TIDY_SECONDS
            return
        self._pairing.forget_what_is_old()
        if self._record.behind and now >= self._next_catch_up:
            self._next_catch_up = now + CATCH_UP_SECONDS
            self._record.catch_up()
        if self._lane.welcomes:
            self._display.rest(self._free_picture())
        if now >= self._tidy_at:
            self._record.tidy()
            self._tidy_at = now + TIDY_SECONDS

    def _free_picture(self) -> Announcement:
        return closed_for(self._record.fault) if self._record.behind or self._retiring else IDLE
