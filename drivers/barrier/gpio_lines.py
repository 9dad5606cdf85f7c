"""The lines of a GPIO chip as the barrier's driver needs them, and the same through libgpiod 2.

The kernel debounces: a level counts once it has been kept for the whole period, in edges and in what is read. Edges
are queued by the kernel, so what happens between two looks is not lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

import gpiod
from gpiod.line import Bias, Direction, Edge, Value

Pull = Literal["off", "pull-up", "pull-down"]
BIAS: Mapping[Pull, Bias] = {"off": Bias.DISABLED, "pull-up": Bias.PULL_UP, "pull-down": Bias.PULL_DOWN}
MOST_EDGES = 1024
"""How many edges one look takes: a contact that chatters without end must not keep the gate."""

CONSUMER = "waystation"
"""What `gpioinfo` shows as the user of our lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Which lines of a chip are what. On and off are meant logically: an active-low line is on at a low level."""

    outputs: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs_active_low: bool = False
    inputs_active_low: bool = False
    pull: Pull = "off"
    debounce_ms: int = 5


class Lines(Protocol):
    """Lines that this process holds, all outputs off at first. Every call raises OSError when the chip fails."""

    def read(self) -> Mapping[int, bool]:
        """Return what every line is now; of an output, what it really is and not what it was told."""

    def edges(self) -> list[tuple[int, bool]]:
        """Return the changes of inputs since the last call, oldest first: line, and what it became. Does not wait."""

    def write(self, line: int, on: bool) -> None:
        """Switch an output."""

    def close(self) -> None:
        """Let go of the lines. Calling it again does nothing."""


def settings(wiring: Wiring) -> dict[int, gpiod.LineSettings]:
    """Return what the kernel is asked for, line by line."""
    output = gpiod.LineSettings(
        direction=Direction.OUTPUT, active_low=wiring.outputs_active_low, output_value=Value.INACTIVE
    )
    watched = gpiod.LineSettings(
        direction=Direction.INPUT,
        edge_detection=Edge.BOTH,
        bias=BIAS[wiring.pull],
        active_low=wiring.inputs_active_low,
        debounce_period=timedelta(milliseconds=wiring.debounce_ms),
    )
    return dict.fromkeys(wiring.outputs, output) | dict.fromkeys(wiring.inputs, watched)


class GpiodLines(Lines):
    """Lines through libgpiod. The constructor takes them from the chip and raises OSError."""

    def __init__(self, chip: str, wiring: Wiring) -> None:
        wanted: dict[int | str, gpiod.LineSettings | None] = dict(settings(wiring).items())
        self._lines = list(wanted)
        self._request = gpiod.request_lines(chip, consumer=CONSUMER, config=dict(wanted.items()))
        self._open = True

    def read(self) -> Mapping[int, bool]:
        """See Lines.read."""
        values = self._request.get_values(self._lines)
        return {int(line): value is Value.ACTIVE for line, value in zip(self._lines, values, strict=True)}

    def edges(self) -> list[tuple[int, bool]]:
        """See Lines.edges."""
        found: list[tuple[int, bool]] = []
        while len(found) < MOST_EDGES and self._request.wait_edge_events(0):
            found += [
                (event.line_offset, event.event_type is event.Type.RISING_EDGE)
                for event in self._request.read_edge_events()
            ]
        return found

    def write(self, line: int, on: bool) -> None:
        """See Lines.write."""
        self._request.set_value(line, Value.ACTIVE if on else Value.INACTIVE)

    def close(self) -> None:
        """See Lines.close."""
        if self._open:
            self._open = False
            self._request.release()
