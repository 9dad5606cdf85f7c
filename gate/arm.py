"""The barrier as the lane sees it: its contacts and its faults become events, its movements are asked for here.

A barrier that stops answering is recorded once, asked again for ever, and recorded once when it is back.
"""

from collections.abc import Callable

from drivers.barrier import Barrier, BarrierEvent, Way
from drivers.faults import DeviceFault
from gate.lane import Effect, Event
from gate.record import Record
from sync.points import Point, Probe

LOOK_SECONDS = 0.03
"""How often the beams are looked at."""
RETRY_SECONDS = 0.5
"""How often a barrier that does not answer is asked again."""
MARGIN_SECONDS = 2.0
"""How much longer than the lane's timers the barrier is told to stay open, so that it is renewed before it closes."""

_EVENTS = {
    BarrierEvent.ENTRY_BEAM_BLOCKED: Event.ENTRY_BLOCKED,
    BarrierEvent.ENTRY_BEAM_CLEAR: Event.ENTRY_CLEAR,
    BarrierEvent.EXIT_BEAM_BLOCKED: Event.EXIT_BLOCKED,
    BarrierEvent.EXIT_BEAM_CLEAR: Event.EXIT_CLEAR,
    BarrierEvent.FIRE_ON: Event.FIRE_ON,
    BarrierEvent.FIRE_OFF: Event.FIRE_OFF,
    BarrierEvent.JAMMED: Event.JAMMED,
    BarrierEvent.JAM_CLEARED: Event.JAM_CLEARED,
}


class Arm:
    """One barrier. `open_seconds` is how long a passage may take from its beginning to its end."""

    def __init__(
        self,
        *,
        barrier: Barrier,
        record: Record,
        open_seconds: float,
        monotonic: Callable[[], float],
        probe: Probe,
        device: str = "barrier",
    ) -> None:
        """`device` is its name in the journal."""
        self._device = device
        self._barrier = barrier
        self._record = record
        self._open_seconds = open_seconds + MARGIN_SECONDS
        self._monotonic = monotonic
        self._probe = probe
        self._lost = False
        self.next_look = 0.0
        """When to look again, in monotonic seconds."""

    def look(self) -> list[Event]:
        """Return what changed; BACK comes after the changes that were missed, FAULT alone."""
        try:
            events = [_EVENTS[event] for event in self._barrier.poll()]
        except DeviceFault as fault:
            return [self._lose(fault, Event.FAULT)]
        self.next_look = self._monotonic() + LOOK_SECONDS
        if self._lost:
            self._lost = False
            self._record.device_back(self._device)
            events.append(Event.BACK)
        return events

    def move(self, effect: Effect, way: Way) -> Event | None:
        """Do OPEN, KEEP_OPEN, RELEASE or CLOSE; returns what the lane has to be told when it was not confirmed."""
        try:
            match effect:
                case Effect.CLOSE:
                    self._barrier.close_now()
                case Effect.OPEN:
                    self._probe(Point.GATE_COIL_BEFORE)
                    self._barrier.open_for(self._open_seconds, way)
                    self._probe(Point.GATE_COIL_AFTER)
                case Effect.RELEASE:
                    for each in Way:
                        self._barrier.open_for(self._open_seconds, each)
                case _:
                    self._barrier.open_for(self._open_seconds, way)
        except DeviceFault as fault:
            return self._lose(fault, Event.NOT_OPENED if effect is Effect.OPEN else Event.FAULT)
        return None

    def _lose(self, fault: DeviceFault, event: Event) -> Event:
        self.next_look = self._monotonic() + RETRY_SECONDS
        if not self._lost:
            self._lost = True
            self._record.device_lost(self._device, f"{fault.what}. {fault.hint}"[:256])
        return event
