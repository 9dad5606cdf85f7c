"""One part of a sync step (time, sending, fetching): it fails, waits and recovers without holding up the others."""

from collections.abc import Callable

from sync.engine.backoff import Backoff
from sync.line.faults import LineDown, Refused
from tickets.errors import EnvironmentFault, Fault, PeerError


class Part:
    """Runs `work` unless it failed too short a time ago. `problem` is what was wrong the last time, if anything."""

    def __init__(self, work: Callable[[], int], backoff: Backoff, boot: Callable[[], float]) -> None:
        """`boot` is a clock in seconds that never goes back."""
        self._work = work
        self._backoff = backoff
        self._boot = boot
        self._not_before = 0.0
        self.problem: Fault | None = None

    def run(self) -> int:
        """Do the work and answer how much was done; 0 when it is too early or something is wrong. Raises LineDown."""
        if self._boot() < self._not_before:
            return 0
        try:
            done = self._work()
        except LineDown:
            raise
        except (EnvironmentFault, PeerError) as fault:
            asked = fault.retry_after if isinstance(fault, Refused) else 0.0
            self._not_before = self._boot() + self._backoff.failed(asked)
            self.problem = fault
            return 0
        self._backoff.succeeded()
        self.problem = None
        return done

    def hurry(self) -> None:
        """Something has changed that may have been the cause: try again at once."""
        self._not_before = 0.0
        self._backoff.succeeded()
