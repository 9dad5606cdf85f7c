"""A judge for a world: looks at its clock, its plan and its disks."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from station.simulate.judge.ends import Digests, Ends
from station.simulate.judge.journals import Found
from station.simulate.judge.judge import Judge
from station.simulate.judge.reading import CentreFile, cache_digests, journal_on_disk, untold

if TYPE_CHECKING:
    from station.simulate.nodes.terminal import Terminal
    from station.simulate.world import World

_WEATHER = ("request lost", "answer lost", "request twice", "late copy", "late answer")


class WorldJudge(Judge):
    """To be made before its world, which it is given as `world` before that begins."""

    world: "World"

    def __init__(self) -> None:
        super().__init__(
            now=lambda: self.world.agenda.now,
            look=self,
            history=self,
            arbitrated=lambda _: self.world.plan.relay,
            calm=lambda: not +self.world.struck,
        )

    # ------------------------------------------------------------------ the history's part

    def note(self, at_ms: int, who: str, what: str) -> None:
        """See History."""
        self.world.history.note(at_ms, who, what)

    def point_at(self, about: Iterable[str]) -> None:
        """See History."""
        self.world.history.point_at(about)

    # ------------------------------------------------------------------ what is heard

    def sold_by_centre(self, station: int, number: str, day: date, trip: str, seat: int | None) -> None:
        """See Watch; stations are called by their number in the simulation here."""
        super().sold_by_centre(self._stations()[station], number, day, trip, seat)

    # ------------------------------------------------------------------ how it looks

    def journal(self, node: str) -> Found | None:
        """See Look."""
        found = next((each for each in self._terminals() if each.name == node), None)
        return None if found is None else journal_on_disk(found.journal_path)

    def ends(self, judge: Judge) -> Ends:
        """See Look."""
        world = self.world
        centre = CentreFile(
            world.centre.folder / "centre.db", {code: str(number) for code, number in self._stations().items()}
        )
        terminals = list(self._terminals())
        journals = {each.name: found for each in terminals if (found := journal_on_disk(each.journal_path))}
        facts = centre.facts()
        lost = {epoch for epoch, of in judge.journals.epochs.items() if of.gone or of.forked}
        digests: list[Digests] = []
        for station in world.stations:
            numbers = centre.tickets_of(station.code)
            for each in station.terminals:
                digests += cache_digests(facts, numbers, each.cache_path, each.name)
        living = [each.journal_path for each in terminals if each.name in journals]
        forked = {epoch for epoch, of in judge.journals.epochs.items() if of.forked}
        told = [path for path, found in zip(living, journals.values(), strict=True) if found.epoch not in forked]
        return Ends(
            journals=journals,
            centre_events=centre.events(),
            tickets=centre.tickets(),
            capacity=centre.capacity(),
            incidents=centre.incidents(),
            relays=centre.relays(),
            digests=digests,
            differences=untold(facts, told, lost=lost),
        )

    def _terminals(self) -> "Iterable[Terminal]":
        return (terminal for station in self.world.stations for terminal in station.terminals)

    def _stations(self) -> dict[int, int]:
        return {station.code: station.number for station in self.world.stations}
