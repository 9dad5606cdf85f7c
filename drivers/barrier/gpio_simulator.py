"""A simulated GPIO chip with the lane that hangs on it, for this process: there is no port that it could speak on.

Time passes when somebody looks, in steps of a millisecond, so that contacts can bounce as contacts do.
"""

import errno
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from drivers.barrier.gpio_lines import Lines, Wiring
from drivers.barrier.simulated_lane import SimulatedLane

STEP = 0.001
QUEUE = 1024
"""Edges that the kernel keeps; further ones are lost."""


class SimulatedChip:
    """Lines by number: `coil` and `exit_coil` open the arm, the others are contacts. Levels as `active_low` says.

    `do`: what a lane does (SimulatedLane.do), and bounce(beam, times=5): the contact of a beam opens and closes for
    1 ms each time; stuck(on): outputs stay low; unplug, plug: the chip leaves and comes back.
    """

    def __init__(
        self,
        *,
        coil: int = 17,
        exit_coil: int | None = None,
        entry_input: int = 22,
        exit_input: int = 23,
        fire_input: int = 24,
        jam_input: int = 25,
        arm_ms: int = 20,
        active_low: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arm_lines = (coil,) if exit_coil is None else (coil, exit_coil)
        self._contacts = {entry_input: "entry", exit_input: "exit", fire_input: "fire", jam_input: "jam"}
        self._active_low = active_low
        self._clock = clock
        self._now = clock()
        self._lane = SimulatedLane(arm_ms)
        self._outputs: dict[int, bool] = {}  # levels
        self._bounces: dict[str, int] = {}
        self._stuck = self._gone = False
        self._opened = 0
        self._held: SimulatedLines | None = None

    def request(self, wiring: Wiring) -> "SimulatedLines":
        """Take lines as a process does, outputs off. Raises OSError as the kernel does."""
        if self._gone:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        if self._held:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.pass_time()
        self._outputs = dict.fromkeys(wiring.outputs, wiring.outputs_active_low)
        self._held = SimulatedLines(self, wiring)
        return self._held

    def die(self, *, keeps_level: bool) -> None:
        """What the kernel does when the process that held the lines is gone; some chips keep the last level."""
        self._held = None
        if not keeps_level:
            self._outputs = {}

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        self.pass_time()
        match command:
            case "bounce":
                self._bounces[arguments["beam"]] = 2 * int(arguments.get("times", 5))
            case "stuck":
                self._stuck = bool(arguments.get("on", True))
            case "unplug" | "plug":
                self._gone = command == "unplug"
                self._held = None
            case _:
                return self._lane.do(self._now, command, **arguments)
        return {}

    def state(self) -> dict[str, Any]:
        """Return the lane's truth, and whether an output opens the arm."""
        self.pass_time()
        return {"coil": self._opens(), "opened": self._opened, **self._lane.state()}

    def level(self, line: int) -> bool:
        """The physical level of a line now."""
        if line in self._contacts:
            return self._on(self._contacts[line]) != self._active_low
        return self._outputs.get(line, False) and not self._stuck

    def drive(self, line: int, level: bool) -> None:
        """Put an output to a level."""
        before = self._opens()
        self._outputs[line] = level
        self._opened += self._opens() and not before

    def check(self, lines: "SimulatedLines") -> None:
        """Raise OSError when these lines are no longer held, or the chip is gone."""
        if self._gone or self._held is not lines:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def pass_time(self) -> None:
        """Let the lane move up to now."""
        until = self._clock()
        while self._now < until:
            self._now = min(self._now + STEP, until)
            self._bounces = {beam: left - 1 for beam, left in self._bounces.items() if left > 1}
            self._lane.move(self._now, coil=self._opens())
            if self._held:
                self._held.watch(self._now)

    def _on(self, contact: str) -> bool:
        if contact == "fire":
            return not self._lane.fire  # a loop that is whole is on
        if contact == "jam":
            return self._lane.jammed
        return self._lane.blocked(contact) != (self._bounces.get(contact, 0) % 2 == 1)

    def _opens(self) -> bool:
        return any(self.level(line) != self._active_low for line in self._arm_lines if line in self._outputs)


class SimulatedLines(Lines):
    """Lines of a simulated chip in the hands of a process; debounced as the kernel does it."""

    def __init__(self, chip: SimulatedChip, wiring: Wiring) -> None:
        self._chip = chip
        self._wiring = wiring
        self._steady = {line: self._input(line) for line in wiring.inputs}
        self._since: dict[int, float] = {}  # since when a line is not what it was
        self._edges: list[tuple[int, bool]] = []

    def read(self) -> Mapping[int, bool]:
        """See Lines.read."""
        self._chip.check(self)
        self._chip.pass_time()
        low = self._wiring.outputs_active_low
        return self._steady | {line: self._chip.level(line) != low for line in self._wiring.outputs}

    def edges(self) -> list[tuple[int, bool]]:
        """See Lines.edges."""
        self._chip.check(self)
        self._chip.pass_time()
        edges, self._edges = self._edges, []
        return edges

    def write(self, line: int, on: bool) -> None:
        """See Lines.write."""
        self._chip.check(self)
        self._chip.pass_time()
        self._chip.drive(line, on != self._wiring.outputs_active_low)

    def close(self) -> None:
        """See Lines.close."""
        try:
            self._chip.check(self)
        except OSError:
            return
        self._chip.die(keeps_level=False)

    def watch(self, now: float) -> None:
        """Look at the inputs; called by the chip every millisecond."""
        for line in self._wiring.inputs:
            level = self._input(line)
            if level is self._steady[line]:
                self._since.pop(line, None)
            elif now - self._since.setdefault(line, now) >= self._wiring.debounce_ms / 1000:
                del self._since[line]
                self._steady[line] = level
                if len(self._edges) < QUEUE:
                    self._edges.append((line, level))

    def _input(self, line: int) -> bool:
        return self._chip.level(line) != self._wiring.inputs_active_low
