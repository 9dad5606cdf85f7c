"""Uses that a lane of this gate has taken up again and that are under way there: no other lane takes them up meanwhile.

A use that nobody saw the end of has its row in the journal already, so that the row cannot say who has it now.
"""

from uuid import UUID


class InHand:
    """Which lane has which attempt in hand. The lanes of a gate share one; they take in the journal's turn."""

    def __init__(self) -> None:
        self._lanes: dict[UUID, str] = {}

    def elsewhere(self, attempt: UUID, lane: str) -> bool:
        """Whether another lane than this one has it."""
        return self._lanes.get(attempt, lane) != lane

    def take(self, attempt: UUID, lane: str) -> bool:
        """Take it in hand; False when another lane has it."""
        return self._lanes.setdefault(attempt, lane) == lane

    def let_go(self, attempt: UUID, lane: str) -> None:
        """The use has ended, or was not begun: this lane has it no more."""
        if not self.elsewhere(attempt, lane):
            self._lanes.pop(attempt, None)

    def let_go_of_all(self, lane: str) -> None:
        """A new life of this lane begins: it has nothing in hand."""
        for attempt, holder in list(self._lanes.items()):
            if holder == lane:
                self._lanes.pop(attempt, None)
