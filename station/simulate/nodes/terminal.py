"""What tills, gates and relays have in common: an enrolment, a cache, a journal, and `waystation sync`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from station import sync_process
from station.clock import TerminalClock
from station.config import CentreConfig, Config, RelayConfig, SyncConfig
from station.enrolment import Enrolment
from station.simulate.nodes.centre import CENTRE
from station.simulate.nodes.node import Node, Program, Site
from station.simulate.nodes.serving import program_of
from sync.cache import CacheReader
from sync.journal import Journal
from sync.trusted_time import Clocks

Without = Literal["admit", "staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a terminal stands. `relay` is the name of the station's relay, or None where there is none."""

    station: int
    number: int
    relay: str | None
    without: Without = "admit"


class Terminal(Node):
    """A machine of a station. `number` of its place counts stations from 1."""

    kind: Literal["till", "gate", "relay"]
    process: str
    """How its program calls itself in the names of points."""

    def __init__(self, site: Site, name: str, folder: Path, place: Place) -> None:
        super().__init__(site, name, folder)
        self.place = place
        self.config = Config(
            directory=folder,
            centre=CentreConfig(url=f"http://{CENTRE}"),
            sync=SyncConfig(interval_seconds=8.0, retry_base_seconds=2.0, retry_cap_seconds=120.0),
            relay=None
            if place.relay is None
            else RelayConfig(url=f"http://{place.relay}:8090", without=place.without),
        )
        self.journal_path = folder / "journal.db"
        self.cache_path = folder / "cache.db"
        self.running: Journal | None = None
        self._noted: dict[str, int] = {}
        program_of(self, "sync", lambda _: void(sync_process.run(self.config)))

    @property
    def enrolment(self) -> Enrolment:
        """Who it is, as its disk says. EnvironmentFault before it is enrolled."""
        return Enrolment.load(self.folder)

    @property
    def clocks(self) -> Clocks:
        """Its own clocks."""
        return Clocks(boot=self.boot, wall=self.wall, boot_id=self.boot_id)

    def terminal_clock(self, cache: CacheReader) -> TerminalClock:
        """The clock of a program of this machine."""
        return TerminalClock(cache, self.clocks)

    def died(self) -> None:
        """See Node."""
        super().died()
        self.running = None

    def passes(self, point: str) -> None:
        """See Node; what the program has written is shown, and stirs its sync."""
        if point.startswith(f"{self.process}:commit:") and point.endswith(":after"):
            self.show_written()
            self.stir()

    def has_opened(self, journal: Journal) -> None:
        """The program has its journal open: what was durable and never heard of is heard of now."""
        self.running = journal
        self.show_written()

    def show_written(self) -> None:
        """Tell whoever watches what the journal has that was not told yet."""
        journal = self.running
        if journal is None:
            return
        epoch = journal.epoch.hex
        while events := journal.events(self._noted.get(epoch, 0), 1000):
            self._noted[epoch] = events[-1].seq
            self.site.watch.wrote(self.name, epoch, events)


def void(_: object) -> None:
    """Drop a result."""


def main_of(node: Node, name: str, main: Callable[[Program], None]) -> Program:
    """The machine's own program, begun before its sync."""
    program = program_of(node, name, main)
    node.programs.insert(0, node.programs.pop())
    return program
