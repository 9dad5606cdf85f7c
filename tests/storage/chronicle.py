"""What one journal promised: every commit that returned, and the one that was under way when the power failed."""

from collections.abc import Iterable

from sync.journal.journal import Journal
from sync.journal.reader import StoredEvent
from tickets.events import GENESIS, chain


class Chronicle:
    """Listens at the journal's own points, over all lives of one journal."""

    def __init__(self, begun: Iterable[bytes] = ()) -> None:
        """`begun` is what the journal held when the story began."""
        self.promised = list(begun)
        self._under_way: list[bytes] = []
        self._journal: Journal | None = None

    def follow(self, journal: Journal) -> None:
        """Hear of a journal that has just been opened: what it then holds is a promise from now on."""
        self._journal = journal
        self.promised = [each.data for each in journal.events(0, 100_000)]
        self._under_way = []

    def probe(self, point: str) -> None:
        if ":commit:" not in point or self._journal is None:
            return
        if point.endswith(":before"):
            self._under_way = [each.data for each in self._journal.events(len(self.promised), 100_000)]
        elif self._under_way:
            self.promised += self._under_way
            self._under_way = []

    def dies(self) -> None:
        """The process that was followed is no more."""
        self._journal = None

    def holds(self, stored: Iterable[StoredEvent]) -> None:
        """AssertionError unless the file holds what was promised, perhaps the commit under way, and nothing else."""
        last, found = GENESIS, []
        for place, event in enumerate(stored, 1):
            last = chain(last, event.data)
            assert (event.seq, event.hash) == (place, last), "the chain is broken"
            found.append(event.data)
        lost = len(self.promised) - len(found)
        assert lost <= 0, f"{lost} acknowledged events are lost"
        assert found[: len(self.promised)] == self.promised, "history is another than it was"
        more = found[len(self.promised) :]
        assert more in ([], self._under_way), "something was made up, or a commit was torn"
