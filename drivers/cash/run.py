"""Reading a device's buffered events so that none is missed and none is counted twice, whatever restarts.

Bill validators (header 159) and coin acceptors (229) keep the same memory: a counter and the last five events. How
nothing is lost, for both:
- Events are asked for again when an answer is lost (asking does not use them up), and any change is read twice and must
  agree, because an 8-bit checksum lets one damaged answer in 256 through.
- A restart of the device wipes its inhibit bits, so bits that are set are the mark that it still is the same run.
  They are set once the host has taken note of where the counter stands, not before. A device that keeps these bits over
  a restart is judged by its counter and its last five events alone.
"""

from dataclasses import dataclass

from drivers.cash import EventsLost
from drivers.cash.bus import TRIES, BusDevice
from drivers.cash.codec import Header
from drivers.cash.events import KEPT, EventBuffer
from drivers.faults import DeviceNonsense

TYPES = 16
"""Bill or coin types that the two inhibit bytes cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one look brought: the memory, the events newer than asked (counter, A, B), oldest first, and whether the
    device carries the mark of this run.
    """

    buffer: EventBuffer
    new: tuple[tuple[int, int, int], ...]
    marked: bool


class EventRun:
    """Watches one device's event memory. `header` asks for it; `lost_what` and `lost_hint` word an EventsLost."""

    def __init__(self, device: BusDevice, header: Header, *, lost_what: str, lost_hint: str) -> None:
        self._device = device
        self._header = header
        self._lost_what = lost_what
        self._lost_hint = lost_hint
        self.seen: EventBuffer | None = None  # what the host was last told, in this run of the device
        self._told: int | None = None  # the counter of an EventsLost that the host has not answered yet
        self._told_in_marked_run = False

    def look(self, since: int | None) -> News:
        """Return what is newer than the counter `since`; None only syncs up. Raises EventsLost rather than miss one.

        What it returns counts as told only after `told`: whoever fails in between asks again.
        """
        buffer = self.read()
        marked = self.is_marked()  # after the events: a restart in between must not go unseen
        acknowledged = since is None or since == self._told
        if not marked and (not acknowledged or (since is not None and self._told_in_marked_run)):
            raise self._lost(buffer, marked=False)
        new = buffer.newer_than(buffer.counter if since is None else since)
        same_run = self.seen is None or since != self.seen.counter or buffer.follows(self.seen)
        if new is None or not (same_run or acknowledged):
            raise self._lost(buffer, marked=marked)
        return News(buffer=buffer, new=new, marked=marked)

    def told(self, news: News) -> None:
        """Take note that the host has these events."""
        self.seen, self._told = news.buffer, None

    def read(self) -> EventBuffer:
        """Return the memory as it stands, read twice when it is not what was last told."""
        buffer = self._read_once()
        if buffer == self.seen:
            return buffer
        for _ in range(TRIES):
            again = self._read_once()
            if again == buffer:
                return buffer
            buffer = again
        raise DeviceNonsense(f"{self._device.name}'s event memory never reads the same twice", self._device.hint)

    def is_marked(self) -> bool:
        """Whether the inhibit bits say that this is the run that the host has set up."""
        return any(self._device.ask(Header.INHIBIT_STATUS))

    def let_in(self, types: set[int]) -> None:
        """Set the bits of these types (never none: they are the mark) and no others."""
        mask = sum(1 << (kind - 1) for kind in types)
        self._device.ask(Header.MODIFY_INHIBITS, mask.to_bytes(2, "little"))

    def _read_once(self) -> EventBuffer:
        data = self._device.ask(self._header)
        buffer = EventBuffer.decode(data)
        if buffer is None:
            what = f"{self._device.name} answered {len(data)} bytes where its event memory has {1 + 2 * KEPT}"
            raise DeviceNonsense(what, f"{self._device.hint} Something else may be at that address.", data)
        return buffer

    def _lost(self, buffer: EventBuffer, *, marked: bool) -> EventsLost:
        self.seen = None
        self._told, self._told_in_marked_run = buffer.counter, marked
        return EventsLost(buffer.counter, what=self._lost_what, hint=self._lost_hint)
