"""Uses that a lane of this gate has taken up again and that are under way there: no other lane takes them up meanwhile.

A use that nobody saw the end of has its row in the journal already, so that the row cannot say who has it now. And
uses that a lane has asked the arbiter for and not written down: nobody but the gate can say that they let nobody in.
"""

from uuid import UUID

from gate.decision import Admitted


class InHand:
    """Which lane has which attempt in hand. The lanes of a gate share one; they take in the journal's turn."""

    def __init__(self) -> None:
        self._lanes: dict[UUID, str] = {}
        self._asked: dict[str, Admitted] = {}

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

    def asks(self, lane: str, wanted: Admitted) -> None:
        """The lane asks the arbiter for this use, which may grant it; whatever happens to the lane then."""
        self._asked[lane] = wanted

    def asked(self, lane: str) -> Admitted | None:
        """What this lane, or an earlier life of it, has asked for without writing down what came of it."""
        return self._asked.get(lane)

    def answered(self, lane: str) -> None:
        """What the lane asked for was not granted, or is written down."""
        self._asked.pop(lane, None)
