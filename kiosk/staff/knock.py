"""The way to the technician's door: the station's name, held for five seconds. Pure: times come in."""

HOLD_MS = 5_000
"""Nobody holds a finger on a name that long by chance."""


class Knock:
    """A finger on the station's name. Times are monotonic milliseconds."""

    def __init__(self) -> None:
        """No finger there."""
        self._since_ms: int | None = None

    def hold(self, on: bool, at_ms: int) -> None:
        """A finger is put down, or taken off."""
        self._since_ms = at_ms if on else None

    def is_due(self, at_ms: int) -> bool:
        """Whether the finger has been there for long enough; said once."""
        if self._since_ms is None or at_ms - self._since_ms < HOLD_MS:
            return False
        self._since_ms = None
        return True
