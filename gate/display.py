"""Which picture stands on the lane's display, and when the picture of the free lane returns."""

from collections.abc import Callable

from gate.announcement import Announce, Announcement, Showing

_BRIEF = (Showing.STOP, Showing.WAIT, Showing.BADGE)


class Display:
    """Announces each picture once. What is to be read stands for `seconds`, all else until there is more to say."""

    def __init__(self, announce: Announce, seconds: float, monotonic: Callable[[], float]) -> None:
        self._announce = announce
        self._seconds = seconds
        self._monotonic = monotonic
        self._stands: Announcement | None = None
        self._until = 0.0

    def show(self, announcement: Announcement) -> None:
        """Say this to whoever stands there, now: also when it was just said to somebody else."""
        self._until = self._monotonic() + self._seconds if announcement.showing in _BRIEF else 0.0
        self._stands = announcement
        self._announce(announcement)

    def rest(self, free: Announcement, *, at_once: bool = False) -> None:
        """Return to the picture of the free lane, unless it stands there or a refusal is still to be read."""
        if self._stands != free and (at_once or self._monotonic() >= self._until):
            self.show(free)
