"""The controller's pulse: it asks its barrier many times a second, so each question is a sign that it lives.

A thread of its own would go on beating for a controller that hangs, and its last picture would stand for ever.
"""

from collections.abc import Callable

from drivers.barrier import Barrier, BarrierEvent, Inputs, Way
from drivers.health import Health


class PulsingBarrier:
    """A barrier like the one behind it, that tells `beat` whenever it is polled. Is a `Barrier`."""

    def __init__(self, barrier: Barrier, beat: Callable[[], None]) -> None:
        self._barrier = barrier
        self._beat = beat

    def open_for(self, seconds: float, way: Way = Way.IN) -> None:
        """As the barrier behind it."""
        self._barrier.open_for(seconds, way)

    def close_now(self) -> None:
        """As the barrier behind it."""
        self._barrier.close_now()

    def poll(self) -> list[BarrierEvent]:
        """As the barrier behind it, after a beat."""
        self._beat()
        return self._barrier.poll()

    def inputs(self) -> Inputs:
        """As the barrier behind it."""
        return self._barrier.inputs()

    def health(self) -> Health:
        """As the barrier behind it."""
        return self._barrier.health()

    def close(self) -> None:
        """As the barrier behind it."""
        self._barrier.close()
