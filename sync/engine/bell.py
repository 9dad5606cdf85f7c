"""Ending a wait early, also from a signal handler."""

import os
import select


class Bell:
    """What one thread waits on, and anybody rings.

    A signal's handler runs in the middle of whatever its thread was doing, which may be holding the lock of a
    `threading.Event` that the handler would then wait for itself. Ringing takes no lock.
    """

    def __init__(self) -> None:
        """Not rung, not stopped."""
        self._rung = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._rung, select.POLLIN)
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether whoever waits shall end."""
        return self._stopped

    def ring(self) -> None:
        """End the wait that is under way, or else the next one, at once."""
        os.eventfd_write(self._rung, 1)

    def stop(self) -> None:
        """Ring for the last time."""
        self._stopped = True
        self.ring()

    def wait(self, seconds: float) -> bool:
        """Wait until it is rung, for at most so many seconds; whether it was."""
        if not self._stopped and not self._poll.poll(max(0.0, seconds) * 1000):
            return False
        try:
            os.eventfd_read(self._rung)
        except BlockingIOError:  # stopped, and that ring was heard before
            return self._stopped
        return True
