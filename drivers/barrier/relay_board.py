"""A barrier behind a Modbus RTU relay board with timed outputs, as Waveshare makes them (9600 baud, 8N1).

One output opens the arm, three inputs are the two beams and the fire loop, a fourth the arm's own fault contact.
The pulse is the board's "flash on": function 5, address 0x0200 + output, value n × 100 ms (the maker's protocol
manual). The fire loop follows PERCo's turnstiles: it is active when the level disappears, so a cut wire is a fire.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from drivers.barrier import Barrier, BarrierEvent, Inputs, Way, changes
from drivers.barrier.modbus import OFF, READ_COILS, READ_INPUTS, Bits, ReadBits, WriteCoil
from drivers.barrier.rtu import REPLY_TIMEOUT, RtuMaster
from drivers.faults import DeviceFault, DeviceRefused
from drivers.health import Health
from drivers.link import Link

FLASH_ON = 0x0200
LONGEST_PULSE = 0x7FFF
"""In tenths of a second."""

CALL_BUDGET = 0.68
"""Seconds for all that one call asks; with the last attempt to close again it stays below one second."""

SHORTEST_CHECKED_PULSE = 1.0
"""Seconds. A shorter pulse may be over before the output can be read back."""


class ModbusRelayBarrier(Barrier):
    """See the module. `jam_input=None`: the arm has no fault contact. `exit_coil`: another one opens the way out.

    `read_back=False` is for a board whose coils do not show a running pulse; then its acknowledgement is all there is.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        unit: int = 1,
        coil: int = 0,
        exit_coil: int | None = None,
        entry_input: int = 0,
        exit_input: int = 1,
        fire_input: int = 2,
        jam_input: int | None = 3,
        read_back: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._master = RtuMaster(open_link, clock=clock)
        self._clock = clock
        self._unit = unit
        self._coils = {Way.IN: coil, Way.OUT: coil if exit_coil is None else exit_coil}
        self._entry, self._exit, self._fire, self._jam = entry_input, exit_input, fire_input, jam_input
        self._read_back = read_back
        count = max(8, 1 + max(entry_input, exit_input, fire_input, jam_input or 0))
        self._read_inputs = ReadBits(unit=unit, function=READ_INPUTS, first=0, count=count)
        self._off = [WriteCoil(unit=unit, address=each, value=OFF) for each in sorted(set(self._coils.values()))]
        self._last = Inputs()

    def open_for(self, seconds: float, way: Way = Way.IN) -> None:
        """See Barrier.open_for. `seconds` is rounded to tenths, 0.1 to 3276.7; outside of that ValueError."""
        tenths = round(seconds * 10)
        if not 1 <= tenths <= LONGEST_PULSE:
            raise ValueError(f"a pulse takes 0.1 to {LONGEST_PULSE / 10} s, not {seconds}")
        pulse = WriteCoil(unit=self._unit, address=FLASH_ON + self._coils[way], value=tenths)
        with self._call(release=True) as until:
            self._meet(until)
            self._master.ask(pulse, attempts=2, until=until)  # once more is the same pulse from its start
            if self._read_back and seconds >= SHORTEST_CHECKED_PULSE:
                self._check_coil(self._coils[way], until)

    def close_now(self) -> None:
        """See Barrier.close_now."""
        with self._call() as until:
            self._meet(until)
            for off in self._off:
                self._master.ask(off, attempts=3, until=until)

    def poll(self) -> list[BarrierEvent]:
        """See Barrier.poll."""
        now = self.inputs()
        events = changes(self._last, now)
        self._last = now
        return events

    def inputs(self) -> Inputs:
        """See Barrier.inputs."""
        with self._call() as until:
            bits = self._bits(self._read_inputs, until)
        return Inputs(
            entry_blocked=bits[self._entry],
            exit_blocked=bits[self._exit],
            fire=not bits[self._fire],
            jammed=self._jam is not None and bits[self._jam],
        )

    def health(self) -> Health:
        """See Barrier.health."""
        try:
            inputs = self.inputs()
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        if inputs.fire:
            return Health(
                ok=False,
                what="The fire loop is open: the barrier is released",
                hint=f"If there is no alarm, check the loop's wires at input {self._fire}.",
            )
        if inputs.jammed:
            return Health(ok=False, what="The arm is jammed", hint="Free the arm, then reset its controller.")
        return Health(ok=True, what="The relay board answers", hint="")

    def close(self) -> None:
        """See Barrier.close."""
        try:
            self._release()
        finally:
            self._master.close()

    @contextmanager
    def _call(self, *, release: bool = False) -> Iterator[float]:
        """Give the time until which to ask; after a fault release the output if asked to, and start from a new port."""
        try:
            yield self._clock() + CALL_BUDGET
        except DeviceFault as fault:
            if release:
                self._release()
            if not isinstance(fault, DeviceRefused):
                self._master.close()
            raise

    def _meet(self, until: float) -> None:
        """Read before the first write on a new connection: only a read tells a board from an echo."""
        if not self._master.is_open:
            self._bits(self._read_inputs, until)

    def _check_coil(self, coil: int, until: float) -> None:
        (on,) = self._bits(ReadBits(unit=self._unit, function=READ_COILS, first=coil, count=1), until)
        if not on:
            raise DeviceRefused(
                "The relay board confirmed the pulse and its output stayed off",
                "Replace the board; if its coils never show a pulse, switch reading back off in the configuration.",
            )

    def _release(self) -> None:
        for off in self._off:
            if self._master.is_open:
                with suppress(DeviceFault):  # the caller hears of the first fault; this is what can still be done
                    self._master.ask(off, attempts=1, until=self._clock() + REPLY_TIMEOUT / len(self._off))

    def _bits(self, request: ReadBits, until: float) -> tuple[bool, ...]:
        reply = self._master.ask(request, attempts=3, until=until)
        assert isinstance(reply, Bits), "the decoder answers a read with bits"
        return reply.values
