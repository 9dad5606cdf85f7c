"""One lane's loop: take an input, decide, record, act. The only place of the gate that has effects.

Whoever is admitted has a committed use before the barrier hears of it, and the lane's table says what the barrier does.
What a use came to (passed, released, unresolved) is committed when the lane's table says so.
"""

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.barrier import Barrier, BarrierEvent
from drivers.faults import DeviceFault
from gate.announce import CLOSED, EMERGENCY, IDLE, WAIT, Announce, go, stop
from gate.decide import Admitted, Card, Code, Decider, Decision, Refused
from gate.lane import Effect, Event, Lane, State
from gate.readers import Garbled, Input, Inputs, Lost, Returned
from gate.settings import GateSettings
from sync.journal import Journal
from sync.journal_uses import end_use, open_uses
from sync.points import Point, Probe, no_probe
from tickets.events import Kind
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.uses import UseEnd

POLL_SECONDS = 0.03  # how often the beams are looked at
RETRY_SECONDS = 0.5  # how often a silent barrier is asked again
GARBLED_SECONDS = 1.0  # unreadable codes at line rate are recorded once in this time

_BEAMS = {
    BarrierEvent.ENTRY_BEAM_BLOCKED: Event.ENTRY_BLOCKED,
    BarrierEvent.ENTRY_BEAM_CLEAR: Event.ENTRY_CLEAR,
    BarrierEvent.EXIT_BEAM_BLOCKED: Event.EXIT_BLOCKED,
    BarrierEvent.EXIT_BEAM_CLEAR: Event.EXIT_CLEAR,
    BarrierEvent.FIRE_ON: Event.FIRE_ON,
    BarrierEvent.FIRE_OFF: Event.FIRE_OFF,
    BarrierEvent.JAMMED: Event.JAMMED,
    BarrierEvent.JAM_CLEARED: Event.JAM_CLEARED,
}
_ENDS = {
    Effect.RECORD_PASSED: UseEnd.PASSED,
    Effect.RECORD_RELEASED: UseEnd.RELEASED,
    Effect.RECORD_UNRESOLVED: UseEnd.UNRESOLVED,
}
_PICTURES = {
    State.LOCKED: IDLE,
    State.OFFLINE: CLOSED,
    State.BLOCKED: CLOSED,
    State.EMERGENCY: EMERGENCY,
}


@dataclass(frozen=True, slots=True)
class _Pending:
    """Half of a pair (a code that needs its card, or a ticket whose card was shown), or a code that has to wait."""

    what: Code | Card | TicketNumber
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
        self._journal = journal
        self._barrier = barrier
        self._inputs = inputs
        self._announce = announce
        self._monotonic = monotonic
        self._probe = probe
        self._lane = Lane()
        self._use: Admitted | None = None
        self._use_text: str | None = None
        self._timer: tuple[float, Event] | None = None
        self._next_poll = 0.0
        self._next_garbled = 0.0
        self._pair: _Pending | None = None
        self._waiting: _Pending | None = None

    @property
    def state(self) -> State:
        """Where the lane stands."""
        return self._lane.state

    def start(self) -> None:
        """Settle what an earlier life left open: nobody can say whether those passengers walked through."""
        for left in open_uses(self._journal):
            with self._journal.transaction() as tx:
                end_use(
                    tx,
                    ticket=left.use.ticket,
                    use_no=left.use.use_no,
                    attempt=left.use.attempt,
                    end=UseEnd.UNRESOLVED,
                )
        self._announce(IDLE)

    def step(self) -> None:
        """Wait for one input or the next look at the beams, whichever comes first, and do what follows from it."""
        wait = max(0.0, min(self._next_poll, self._timer[0] if self._timer else self._next_poll) - self._monotonic())
        try:
            given: Input | None = self._inputs.get(timeout=wait) if wait else self._inputs.get_nowait()
        except queue.Empty:
            given = None
        if given is not None:
            self._take(given)
        if self._monotonic() >= self._next_poll:
            self._poll()
        if self._timer and self._monotonic() >= self._timer[0]:
            event, self._timer = self._timer[1], None
            self._feed(event)
        self._serve_waiting()

    def _take(self, given: Input) -> None:
        match given:
            case Lost(device, what):
                self._record_event(Kind.DEVICE_FAULT, {"device": device, "what": what})
            case Returned(device):
                self._record_event(Kind.DEVICE_BACK, {"device": device})
            case Garbled():
                if self._monotonic() >= self._next_garbled:
                    self._next_garbled = self._monotonic() + GARBLED_SECONDS
                    self._announce(stop(self._decider.unreadable()))
            case Code() | Card():
                if isinstance(given, Code) and self._lane.in_use and given.text == self._use_text:
                    return  # the holder still holds it up
                if self._lane.welcomes:
                    self._decide(given)
                elif self._lane.state in (State.OFFLINE, State.BLOCKED, State.EMERGENCY):
                    self._announce(_PICTURES[self._lane.state])
                else:
                    self._waiting = _Pending(given, self._monotonic() + self._settings.patience_seconds)
                    self._announce(WAIT)

    def _serve_waiting(self) -> None:
        waiting = self._waiting
        if waiting is None or isinstance(waiting.what, TicketNumber):
            return
        if self._monotonic() > waiting.until:
            self._waiting = None
        elif self._lane.welcomes:
            self._waiting = None
            self._decide(waiting.what)

    def _decide(self, shown: Code | Card) -> None:
        decision = self._ask(shown)
        match decision:
            case Refused():
                self._remember_half(shown, decision)
                self._announce(stop(decision))
            case Admitted():
                self._pair = None
                self._use, self._use_text = decision, shown.text if isinstance(shown, Code) else None
                self._announce(go(decision))
                self._lane, effects = self._lane.admit(decision.persons)
                self._carry_out(effects)

    def _ask(self, shown: Code | Card) -> Decision:
        """Pair a code with the card shown just before or after it, where a departure needs both."""
        half = self._pair.what if self._pair and self._monotonic() <= self._pair.until else None
        match shown, half:
            case Card(), Code():
                return self._decider.code(half, card=shown)
            case Code(), TicketNumber():
                return self._decider.code(shown, matched=half)
            case Code(), _:
                return self._decider.code(shown)
            case Card(), _:
                return self._decider.card(shown)

    def _remember_half(self, shown: Code | Card, refused: Refused) -> None:
        needed = refused.refusal.reason is Reason.IDENTITY_NEEDED
        half = (shown if isinstance(shown, Code) else refused.number) if needed else None
        self._pair = _Pending(half, self._monotonic() + self._settings.pair_seconds) if half is not None else None

    def _poll(self) -> None:
        try:
            events = self._barrier.poll()
        except DeviceFault as fault:
            self._barrier_failed(fault)
            return
        self._next_poll = self._monotonic() + POLL_SECONDS
        if self._lane.state is State.OFFLINE:
            self._record_event(Kind.DEVICE_BACK, {"device": "barrier"})
            self._feed(Event.BACK)
        for event in events:
            self._feed(_BEAMS[event])

    def _barrier_failed(self, fault: DeviceFault) -> None:
        self._next_poll = self._monotonic() + RETRY_SECONDS
        if self._lane.state is not State.OFFLINE:
            self._record_event(Kind.DEVICE_FAULT, {"device": "barrier", "what": f"{fault.what}. {fault.hint}"[:256]})
        self._feed(Event.FAULT)

    def _feed(self, event: Event) -> None:
        before = self._lane.state
        self._lane, effects = self._lane.feed(event)
        self._carry_out(effects)
        if self._lane.state is not before and self._lane.state in _PICTURES:
            self._announce(_PICTURES[self._lane.state])

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        fault: DeviceFault | None = None
        for effect in effects:
            match effect:
                case Effect.OPEN | Effect.CLOSE:
                    fault = self._move(effect)
                case Effect.WAIT_FOR_START:
                    self._timer = (self._monotonic() + self._settings.start_seconds, Event.START_TIMEOUT)
                case Effect.WAIT_FOR_FINISH:
                    self._timer = (self._monotonic() + self._settings.finish_seconds, Event.FINISH_TIMEOUT)
                case Effect.STOP_TIMER:
                    self._timer = None
                case Effect.RECORD_PASSED | Effect.RECORD_RELEASED | Effect.RECORD_UNRESOLVED:
                    self._end_use(_ENDS[effect])
                case Effect.ALARM:
                    what = self._lane.state.value
                    self._record_event(Kind.LANE_EVENT, {"lane": self._settings.lane, "what": what})
                case Effect.COUNT | Effect.QUIET:
                    pass  # the lane counts; QUIET is for a lamp
        if fault:
            self._barrier_failed(fault)

    def _move(self, effect: Effect) -> DeviceFault | None:
        """Drive the barrier; returns the fault when it did not answer."""
        try:
            if effect is Effect.OPEN:
                self._probe(Point.GATE_COIL_BEFORE)
                self._barrier.open_for(self._settings.start_seconds + self._settings.finish_seconds)
                self._probe(Point.GATE_COIL_AFTER)
            else:
                self._barrier.close_now()
        except DeviceFault as fault:
            return fault
        return None

    def _end_use(self, end: UseEnd) -> None:
        use = self._use
        if use is None:
            return
        with self._journal.transaction() as tx:
            end_use(
                tx,
                ticket=use.number,
                use_no=use.use_no,
                attempt=use.attempt,
                end=end,
                persons=max(1, self._lane.through),
            )
        self._use = self._use_text = None

    def _record_event(self, kind: Kind, body: dict[str, object]) -> None:
        with self._journal.transaction() as tx:
            tx.append(kind, body)
