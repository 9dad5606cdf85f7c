"""A barrier on lines of this machine's own GPIO chip: one output per way (or one for both), beams, fire loop, jam.

Nothing but this process times the opening, so it is timed twice over: a timer of its own ends it whatever the rest of
the process does, and every time the lines are taken all outputs are off. When the process dies in the middle, the
kernel takes the lines back, and what level they then have is the chip's affair: docs/drivers.md says how to wire for
it. The fire loop is active when its level disappears, so a cut wire is a fire; the arm is released by the loop itself.
"""

import errno
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from drivers.barrier import CHANGES, Barrier, BarrierEvent, Inputs, Way, changes
from drivers.barrier.gpio_lines import Lines
from drivers.faults import DeviceFault, DeviceGone, DeviceRefused
from drivers.health import Health

LONGEST_PULSE = 3600.0
"""Seconds. Whoever asks for more has made a mistake, and nobody else would notice."""

HINTS = {
    errno.EBUSY: "Another program holds these lines: gpioinfo shows which one; end it.",
    errno.EACCES: "The gate's user must be in the group gpio.",
    errno.ENOENT: "Check the chip's path in the configuration: gpiodetect lists the chips.",
    errno.EINVAL: "Check the lines' numbers and the bias in the configuration: gpioinfo lists the lines.",
}
EVENTS = {name: (came, went) for name, came, went in CHANGES}


class GpioBarrier(Barrier):
    """See the module. `open_lines` takes the lines, all outputs off; it raises OSError.

    One thread uses it, as every barrier; the timer is inside.
    """

    def __init__(
        self,
        open_lines: Callable[[], Lines],
        *,
        coil: int,
        exit_coil: int | None = None,
        entry_input: int,
        exit_input: int,
        fire_input: int,
        jam_input: int | None = None,
        timer: Callable[[float, Callable[[], None]], threading.Timer] = threading.Timer,
    ) -> None:
        self._open_lines = open_lines
        self._timer_of = timer
        self._coils = {Way.IN: coil, Way.OUT: coil if exit_coil is None else exit_coil}
        self._names = {entry_input: "entry_blocked", exit_input: "exit_blocked", fire_input: "fire"}
        if jam_input is not None:
            self._names[jam_input] = "jammed"
        self._fire_input = fire_input
        self._lock = threading.Lock()  # the timer switches off while the caller may switch on
        self._lines: Lines | None = None
        self._pulses: dict[int, threading.Timer] = {}
        """The timer of each output that is on."""
        self._last = Inputs()

    def open_for(self, seconds: float, way: Way = Way.IN) -> None:
        """See Barrier.open_for. Timed here, each output by itself. 0 to 3600 s, outside of that ValueError."""
        if not 0 < seconds <= LONGEST_PULSE:
            raise ValueError(f"an opening takes up to {LONGEST_PULSE} s, not {seconds}")
        coil = self._coils[way]
        with self._lock:
            self._end_pulse(coil)
            pulse = self._timer_of(seconds, lambda: self._time_is_up(coil, pulse))
            pulse.daemon = True
            pulse.start()  # before the output is on: a pulse that cannot be ended is not begun
            self._pulses[coil] = pulse
            try:
                lines = self._taken()
                lines.write(coil, True)
                on = lines.read()[coil]
            except OSError as error:
                raise self._gone(error) from error
            if not on:
                self._switch_off(lines)
                raise DeviceRefused(
                    "The GPIO output was switched on and stayed off", "Look for a short circuit at the output's wires."
                )

    def close_now(self) -> None:
        """See Barrier.close_now."""
        with self._lock:
            try:
                lines = self._taken()
                for coil in self._coils.values():
                    lines.write(coil, False)
                    self._end_pulse(coil)
            except OSError as error:
                raise self._gone(error) from error

    def poll(self) -> list[BarrierEvent]:
        """See Barrier.poll. What came and went between two polls is reported too, in its order."""
        with self._lock:
            try:
                lines = self._taken()
                edges = lines.edges()
                now = self._inputs_of(lines)
            except OSError as error:
                raise self._gone(error) from error
        events = []
        for line, on in edges:
            name = self._names.get(line)
            if name is None:
                continue
            value = on != (name == "fire")  # the loop's level says that all is well
            if getattr(self._last, name) is not value:
                self._last = replace(self._last, **{name: value})
                events.append(EVENTS[name][0 if value else 1])
        events += changes(self._last, now)  # what the kernel's queue had no room for
        self._last = now
        return events

    def inputs(self) -> Inputs:
        """See Barrier.inputs."""
        with self._lock:
            try:
                return self._inputs_of(self._taken())
            except OSError as error:
                raise self._gone(error) from error

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
                hint=f"If there is no alarm, check the loop's wires at line {self._fire_input}.",
            )
        if inputs.jammed:
            return Health(ok=False, what="The arm is jammed", hint="Free the arm, then reset its controller.")
        return Health(ok=True, what="The GPIO chip answers", hint="")

    def close(self) -> None:
        """See Barrier.close."""
        with self._lock:
            if self._lines is not None:
                self._switch_off(self._lines)
            self._let_go()

    def _taken(self) -> Lines:
        if self._lines is None:
            self._lines = self._open_lines()
        return self._lines

    def _inputs_of(self, lines: Lines) -> Inputs:
        levels = lines.read()
        said = {name: levels[line] for line, name in self._names.items()}
        return Inputs(**{**said, "fire": not said["fire"]})

    def _time_is_up(self, coil: int, pulse: threading.Timer) -> None:
        with self._lock:
            if pulse is self._pulses.get(coil) and self._lines is not None:
                del self._pulses[coil]
                with suppress(OSError):  # a chip that does not take it fails at the next call too, which says so
                    self._lines.write(coil, False)

    def _end_pulse(self, coil: int) -> None:
        pulse = self._pulses.pop(coil, None)
        if pulse:
            pulse.cancel()

    def _switch_off(self, lines: Lines) -> None:
        """Switch all outputs off, as far as the chip takes it."""
        for coil in set(self._coils.values()):
            self._end_pulse(coil)
            with suppress(OSError):
                lines.write(coil, False)

    def _let_go(self) -> None:
        lines, self._lines = self._lines, None
        if lines:
            with suppress(OSError):
                lines.close()

    def _gone(self, error: OSError) -> DeviceGone:
        for coil in tuple(self._pulses):
            self._end_pulse(coil)
        if self._lines is not None:
            self._switch_off(self._lines)
        self._let_go()
        why = error.strerror or str(error)
        hint = HINTS.get(error.errno or 0, "Check the chip and its cable; the lines are taken anew when it is back.")
        return DeviceGone(f"The GPIO chip does not do what it is asked ({why})", hint)
