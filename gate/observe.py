"""What a lane tells whoever watches over it: numbers, logs, the watchdog. Whoever listens never delays the lane.

Nothing of a passenger is told: no code, no ticket number, no name, no card.
"""

from collections.abc import Sequence
from typing import Protocol


class Observer(Protocol):
    """Is told in the lane's own thread; must neither wait nor raise. Seconds are monotonic."""

    def stepped(self, lane: str) -> None:
        """The lane's loop went round once more: it lives."""

    def decided(self, lane: str, outcome: str, seconds: float) -> None:
        """Something that was shown was answered after `seconds`.

        `outcome` is "admitted", a refusal's reason, "badge", or "not_written" when the disk did not take the answer.
        """

    def stands(self, lane: str, state: str) -> None:
        """The lane came to stand in this state of its table."""

    def lost(self, lane: str, device: str, what: str) -> None:
        """A device stopped working. `what` says what happened and what to do, and nothing of a person."""

    def returned(self, lane: str, device: str) -> None:
        """A device that was lost works again."""


class Observers(Observer):
    """Tells all of several observers, in their order."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def stepped(self, lane: str) -> None:
        """See Observer.stepped."""
        for each in self._observers:
            each.stepped(lane)

    def decided(self, lane: str, outcome: str, seconds: float) -> None:
        """See Observer.decided."""
        for each in self._observers:
            each.decided(lane, outcome, seconds)

    def stands(self, lane: str, state: str) -> None:
        """See Observer.stands."""
        for each in self._observers:
            each.stands(lane, state)

    def lost(self, lane: str, device: str, what: str) -> None:
        """See Observer.lost."""
        for each in self._observers:
            each.lost(lane, device, what)

    def returned(self, lane: str, device: str) -> None:
        """See Observer.returned."""
        for each in self._observers:
            each.returned(lane, device)


UNOBSERVED = Observers()
"""Nobody watches."""
