"""LOT's turnstiles over Modbus, RTU (115200 baud) or TCP (port 502), by the maker's published map of registers.

A permit is one passage: the turnstile counts it down when it is finished, and lets it lapse when nobody starts within
its waiting time or finishes within its passing time. Both are its own, so a host that dies leaves nothing open. Free
passage (0xFFFF) has no end and is never asked for; nor is its mode ever written, which it would keep over a restart.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from drivers.barrier import Barrier, BarrierEvent, Inputs, Way, changes
from drivers.barrier.modbus import ReadRegisters, Reply, Words, WriteRegisters
from drivers.barrier.rtu import REPLY_TIMEOUT, RtuMaster
from drivers.faults import DeviceFault, DeviceRefused
from drivers.health import Health
from drivers.link import Link


class Register(IntEnum):
    """The registers used here."""

    PERMIT_ENTRY = 0x40
    PERMIT_EXIT = 0x41
    OBJECT_ENTRY = 0x42  # 0: nothing stands on the entry side; else the number of a sensor that is covered
    OBJECT_EXIT = 0x43
    PASSED_ENTRY_LOW = 0x44
    PASSED_ENTRY_HIGH = 0x45
    PASSED_EXIT_LOW = 0x46
    PASSED_EXIT_HIGH = 0x47
    ERROR = 0x48
    MODE = 0x3000
    ACCUMULATE = 0x3010  # 0: a permit given twice is one permit
    WAIT_FOR_START = 0x3011  # seconds, as all that follow
    WAIT_FOR_FINISH = 0x3012
    DEAD_ZONE = 0x3013
    NO_CHANGE = 0x3014
    MOTOR = 0x3015


class Mode(IntEnum):
    """What MODE says."""

    NORMAL = 0
    BLOCKED = 1
    ANTIPANIC = 2


PERMITS = {Way.IN: Register.PERMIT_ENTRY, Way.OUT: Register.PERMIT_EXIT}
LONGEST_WAIT = 255
"""Seconds. The map gives no bound; the maker's own programs write the waiting time from a byte."""

CALL_BUDGET = 0.7
"""Seconds for all that one call asks; with the last attempt to take the permit back it stays below one second."""


class LotBarrier(Barrier):
    """See the module. One `open_for` is one passage, in the way that it names.

    The fire input of the turnstile is seen as its mode ANTIPANIC, in which it is released. An error is reported as a
    jam: what it means is the turnstile's to show.
    """

    def __init__(
        self, open_link: Callable[[], Link], *, unit: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._master = RtuMaster(open_link, name="turnstile", clock=clock)
        self._clock = clock
        self._unit = unit
        self._last = Inputs()
        self._mode = Mode.NORMAL.value
        self._waiting_time: int | None = None  # as the turnstile has it; None: not asked since the line was opened

    def open_for(self, seconds: float, way: Way = Way.IN) -> None:
        """See Barrier.open_for. The turnstile waits for a start for `seconds`, rounded up, and 255 at most.

        How long a passage may take from there is the turnstile's own setting. ValueError for no time at all.
        """
        if seconds <= 0:
            raise ValueError(f"a turnstile waits for a time, not {seconds} s")
        with self._call(release=True) as until:
            self._prepare(min(math.ceil(seconds), LONGEST_WAIT), until)
            self._write(PERMITS[way], (1,), until)
            (permits,) = self._read(PERMITS[way], 1, until)
            if permits == 0:
                raise DeviceRefused(
                    "The turnstile took the permit and gives no passage",
                    "Look for a key switch or a mode that blocks it, then let the passenger try again.",
                )

    def close_now(self) -> None:
        """See Barrier.close_now. Takes back the permits of both ways."""
        with self._call() as until:
            self._write(Register.PERMIT_ENTRY, (0, 0), until)

    def poll(self) -> list[BarrierEvent]:
        """See Barrier.poll."""
        now = self.inputs()
        events = changes(self._last, now)
        self._last = now
        return events

    def inputs(self) -> Inputs:
        """See Barrier.inputs."""
        with self._call() as until:
            said = self._read(Register.OBJECT_ENTRY, Register.ERROR - Register.OBJECT_ENTRY + 1, until)
            (self._mode,) = self._read(Register.MODE, 1, until)
        return Inputs(
            entry_blocked=said[0] != 0,
            exit_blocked=said[1] != 0,
            fire=self._mode == Mode.ANTIPANIC,
            jammed=said[-1] != 0,
        )

    def health(self) -> Health:
        """See Barrier.health."""
        try:
            inputs = self.inputs()
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        if inputs.fire:
            hint = "If there is no alarm, end the antipanic mode at the turnstile: it keeps it over a restart."
            return Health(ok=False, what="The turnstile is released (antipanic)", hint=hint)
        if self._mode == Mode.BLOCKED:
            return Health(ok=False, what="The turnstile is blocked", hint="Unblock it at its key or control panel.")
        if inputs.jammed:
            return Health(ok=False, what="The turnstile reports an error", hint="Free it, then switch it off and on.")
        return Health(ok=True, what="The turnstile answers", hint="")

    def close(self) -> None:
        """See Barrier.close."""
        try:
            self._release()
        finally:
            self._let_go()

    @contextmanager
    def _call(self, *, release: bool = False) -> Iterator[float]:
        """Give the time until which to ask; after a fault take permits back if asked to, and start from a new port."""
        try:
            yield self._clock() + CALL_BUDGET
        except DeviceFault as fault:
            if release:
                self._release()
            if not isinstance(fault, DeviceRefused):
                self._let_go()
            raise

    def _prepare(self, waiting_time: int, until: float) -> None:
        """Set what a permit depends on, where the turnstile has it otherwise: settings are not rewritten for nothing.

        Reading comes first: only a read tells a turnstile from an adapter that echoes.
        """
        if self._waiting_time is None:
            accumulate, self._waiting_time = self._read(Register.ACCUMULATE, 2, until)
            if accumulate:
                self._write(Register.ACCUMULATE, (0,), until)
        if self._waiting_time != waiting_time:
            self._write(Register.WAIT_FOR_START, (waiting_time,), until)
            self._waiting_time = waiting_time

    def _release(self) -> None:
        if self._master.is_open:
            with suppress(DeviceFault):  # the caller hears of the first fault; this is what can still be done
                self._ask(WriteRegisters(unit=self._unit, first=Register.PERMIT_ENTRY, values=(0, 0)), 1, None)

    def _let_go(self) -> None:
        self._waiting_time = None
        self._master.close()

    def _read(self, first: int, count: int, until: float) -> tuple[int, ...]:
        reply = self._ask(ReadRegisters(unit=self._unit, first=first, count=count), 3, until)
        assert isinstance(reply, Words), "the decoder answers a read with words"
        return reply.values

    def _write(self, first: int, values: tuple[int, ...], until: float) -> None:
        self._ask(WriteRegisters(unit=self._unit, first=first, values=values), 2, until)

    def _ask(self, request: ReadRegisters | WriteRegisters, attempts: int, until: float | None) -> Reply:
        until = self._clock() + REPLY_TIMEOUT if until is None else until
        return self._master.ask(request, attempts=attempts, until=until)
