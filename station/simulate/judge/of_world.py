"""A judge for a world: looks at its clock, its plan and its disks."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from station.simulate.judge.clocks import Coach
from station.simulate.judge.ends import Ends
from station.simulate.judge.facts import unheard
from station.simulate.judge.fair import Fair
from station.simulate.judge.journals import Found
from station.simulate.judge.judge import Judge
from station.simulate.judge.places import Seat
from station.simulate.judge.private import plain
from station.simulate.judge.reading import (
    CentreFile,
    cached,
    held_by_relay,
    journal_on_disk,
    kept_by_centre,
    known_against,
)
from station.simulate.judge.wrong import station_of
from sync.server.relay.ledger import RELAY_DB
from sync.server.store import DATABASE
from tickets.service_day import CHINA

if TYPE_CHECKING:
    from station.simulate.nodes.node import Node
    from station.simulate.nodes.terminal import Terminal
    from station.simulate.world import World

_NAMES = ("王小明", "李小红")
"""How everybody is called here (`people`)."""
_OPENS_MS, _CLOSES_MS = 40 * 60_000, 3 * 60_000
"""How long before it leaves people are let in to a coach, from when to when."""


def _is_troubled(world: "World") -> bool:
    """Whether something is wrong just now, but that a disk may run in two machines."""
    return not world.network.is_fair or any(_ails(node) for node in world.nodes)


def _ails(node: "Node") -> bool:
    return not node.alive or node.frozen_until > node.site.agenda.now or node.skew_ms != 0 or node.is_slow


def _struck(world: "World") -> int:
    """How often something went wrong, but for what programs only say."""
    return world.struck.total() - sum(world.struck[said] for said in _SAID)


_PAPER = ("paper jams", "printer off")
_SAID = ("arbiter silent", "overridden")


def coach(day: str, trip: str) -> Coach | None:
    """The coach of a trip: a line's letter, then when it leaves. The windows are those of `plan.timetable_of`."""
    try:
        leaves = datetime.strptime(f"{day} {trip[1:]}", "%Y-%m-%d %H%M").replace(tzinfo=CHINA)
    except ValueError:
        return None
    departs_ms = int(leaves.timestamp() * 1000)
    return Coach(departs_ms=departs_ms, opens_ms=departs_ms - _OPENS_MS, closes_ms=departs_ms - _CLOSES_MS)


class WorldJudge(Judge):
    """To be made before its world, which it is given as `world` before that begins."""

    world: "World"

    def __init__(self) -> None:
        super().__init__(
            now=lambda: self.world.agenda.now,
            wall_ms=lambda: self.world.wall_ms,
            coach=coach,
            look=self,
            history=self,
            arbitrated=lambda _: self.world.plan.relay,
            strict=lambda _: self.world.plan.without == "staff",
            fair=Fair(lambda: self.world.agenda.now, lambda: _is_troubled(self.world), lambda: _struck(self.world)),
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

    def known_against(self, gate: str, number: str, attempt: str) -> str:
        """See Look."""
        cache = next(each.cache_path for each in self._terminals() if each.name == gate)
        return known_against(cache, number, attempt)

    def held_by_relay(self, gate: str) -> Mapping[str, tuple[int, int]]:
        """See Look."""
        relay = next(each.relay for each in self.world.stations if str(each.number) == station_of(gate))
        return held_by_relay(relay.folder / RELAY_DB) if relay is not None and relay.powered else {}

    def kept_by_centre(self, epoch: str) -> int | None:
        """See Look."""
        centre = self.world.centre
        return kept_by_centre(centre.folder / DATABASE, epoch) if centre.powered else None

    def reaches_centre(self, node: str) -> bool:
        """See Look."""
        world = self.world
        both = [each for each in world.nodes if each.name in (node, world.centre.name)]
        return len(both) == 2 and world.network.is_fair and not any(map(_ails, both))

    def departures(self) -> frozenset[Seat]:
        """See Look."""
        return self._centre().departures()

    def ends(self, _: Judge) -> Ends:
        """See Look."""
        world, centre = self.world, self._centre()
        terminals = list(self._terminals())
        journals = {each.name: found for each in terminals if (found := journal_on_disk(each.journal_path))}
        known = centre.known()
        differences: dict[str, list[str]] = {}
        for station in world.stations:
            records, numbers = centre.records(station.code), centre.tickets_of(station.code)
            for each in station.terminals:
                differences[each.name] = unheard(records, known, numbers, cached(each.cache_path))
        return Ends(
            journals=journals,
            centre_events=centre.events(),
            tickets=centre.tickets(),
            capacity=centre.capacity(),
            incidents=centre.incidents(),
            relays=centre.relays(),
            devices=centre.devices(),
            known=known,
            differences=differences,
            printers_well=not any(world.struck[fault] for fault in _PAPER),
            personal=plain(self._at_rest(), _NAMES),
        )

    def _at_rest(self) -> "Iterator[tuple[str, bytes | bytearray]]":
        """All that lies on disks, and all that was told meanwhile, which is what programs logged as well."""
        for node in self.world.nodes:
            disk = self.world.disks.of(node.name)
            for name in disk.names():
                yield f"{node.name}{name}", disk.file(name).seen
        yield "the history", "\n".join(self.world.history.lines()).encode()
        yield "a log", "\n".join(self.world.logged).encode()

    def _centre(self) -> CentreFile:
        stations = {code: str(number) for code, number in self._stations().items()}
        return CentreFile(self.world.centre.folder / DATABASE, stations)

    def _terminals(self) -> "Iterable[Terminal]":
        return (terminal for station in self.world.stations for terminal in station.terminals)

    def _stations(self) -> dict[int, int]:
        return {station.code: station.number for station in self.world.stations}
