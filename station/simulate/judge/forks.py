"""A disk that runs in two machines is found out: its journal has two branches, and the centre hears of both."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from station.simulate.judge.fair import SHORT_MS
from station.simulate.judge.wrong import Wrong


@dataclass(slots=True)
class Branches:
    """What two machines did with one journal since it was copied, in virtual ms: when each first wrote."""

    original: str
    first_wrote: dict[str, int]
    well_since: int | None = None
    """Since when both have been able to tell the centre of their own."""
    heard: bool = False
    """They have had the time to."""


class Forks:
    """Judges that copies are found."""

    def __init__(self, wrong: Wrong, now: Callable[[], int], reaches: Callable[[str], bool]) -> None:
        """`now` is virtual ms; `reaches`: whether this machine and the centre are well now, and the lines fair."""
        self._wrong = wrong
        self._now = now
        self._reaches = reaches
        self._copied: dict[str, Branches] = {}

    def copied(self, node: str, epoch: str) -> None:
        """This machine's disk, with this journal, now runs in another machine as well."""
        self._copied[epoch] = Branches(node, {})

    def over(self, node: str) -> None:
        """This machine's disk is gone, and its copy is taken away."""
        for epoch in [epoch for epoch, of in self._copied.items() if of.original == node and not of.heard]:
            del self._copied[epoch]

    def restored(self) -> None:
        """The centre has forgotten what it had found, and what has stopped because of it tells nothing again."""
        self._copied.clear()

    def wrote(self, node: str, epoch: str) -> None:
        """One of the two has written something."""
        of = self._copied.get(epoch)
        if of is not None:
            of.first_wrote.setdefault(node, self._now())

    def look(self) -> None:
        """Something happens somewhere: has the centre had the time to hear of both branches?"""
        for of in self._copied.values():
            if len(of.first_wrote) < 2 or not all(map(self._reaches, of.first_wrote)):
                of.well_since = None
                continue
            of.well_since = self._now() if of.well_since is None else of.well_since
            of.heard |= self._now() - of.well_since > SHORT_MS

    def at_end(self, found: Collection[str]) -> None:
        """`found`: the journals of which the centre says that they have two branches."""
        for epoch, of in self._copied.items():
            if of.heard and epoch not in found:
                machines = " and ".join(sorted(of.first_wrote))
                self._wrong(f"{machines} wrote one journal, and nobody found out", of.original, epoch)
