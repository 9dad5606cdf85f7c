"""What tills, gates and relays have in common: an enrolment, a cache, a journal, and `waystation sync`."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from station import sync_process
from station.clock import TerminalClock
from station.config import CentreConfig, Config, RelayConfig, SyncConfig
from station.enrolment import Enrolment
from station.simulate.disk.disk import PowerCut
from station.simulate.nodes.centre import CENTRE
from station.simulate.nodes.node import Node, Program, Site
from station.simulate.nodes.serving import program_of
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.journal.reader import JournalReader
from sync.points import Point
from sync.trusted_time import Clocks
from tickets.errors import Fault

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
            sync=SyncConfig(interval_seconds=25.0, retry_base_seconds=2.0, retry_cap_seconds=120.0),
            relay=None if place.relay is None else RelayConfig(url=f"http://{place.relay}:8090", without=place.without),
        )
        self.journal_path = folder / "journal.db"
        self.cache_path = folder / "cache.db"
        self.running: Journal | None = None
        self.technician: Callable[[Terminal, str | None, int], None] = lambda *_: None
        """Comes after so many ms: enrols this machine anew, and takes the device that it was before out of use."""
        self._noted: dict[str, int] = {}
        self._was: str | None = None
        self.empty = False
        """Whether nothing is on its disk that it could begin with."""
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

    # ------------------------------------------------------------------ disks

    @property
    def device(self) -> str | None:
        """The device that it is enrolled as, as far as its disk says, or said before its power failed."""
        try:
            self._was = self.enrolment.device
        except Fault:
            self._was = None
        except PowerCut:
            pass
        return self._was

    def crash(self, *, power: bool, back_in_ms: int | None) -> None:
        """See Node; whoever comes to it while it has no power reads on a label which device it is."""
        if power and self.powered:
            _ = self.device
        super().crash(power=power, back_in_ms=back_in_ms)

    def lose_disk(self) -> None:
        """Its disk dies, and its power with it. A technician brings a new one after a while and enrols it anew."""
        device = self.device
        self.note("loses its disk")
        self.crash(power=True, back_in_ms=None)
        self._is_empty(device, self.random.randint(30_000, 600_000))

    def reinstall(self) -> None:
        """A technician installs it anew, without having let it send what it had."""
        device = self.device
        self.note("is installed anew")
        self.crash(power=False, back_in_ms=None)
        self._is_empty(device if self.random.random() < 0.5 else None, self.random.randint(10_000, 60_000))

    def lose_cache(self) -> None:
        """Somebody deletes its cache; its programs are begun again."""
        self.note("loses its cache")
        self.crash(power=False, back_in_ms=self.random.randint(500, 5000))
        if self.powered:
            for ending in ("", "-wal", "-shm", ".lock"):
                with suppress(FileNotFoundError):
                    self.cache_path.with_name(f"{self.cache_path.name}{ending}").unlink()

    def _is_empty(self, device: str | None, technician_in_ms: int) -> None:
        self.site.disks.lose(self.name)
        self.powered = False
        self.empty = True
        self.site.watch.lost_disk(self.name)
        self.technician(self, device, technician_in_ms)

    def come_back(self) -> None:
        """See Node; an empty machine waits for its technician."""
        if not self.empty:
            super().come_back()

    def start(self) -> None:
        """See Node."""
        if not self.empty:
            super().start()

    # ------------------------------------------------------------------ what is written

    def passes(self, point: str) -> None:
        """See Node; what the program has written is shown, and stirs its sync."""
        if point.startswith(f"{self.process}:commit:") and point.endswith(":after"):
            self.show_written()
            self.stir()
        elif point == Point.SYNC_ACKNOWLEDGE_COMMIT_AFTER:
            self._show_kept()

    def _show_kept(self) -> None:
        cache = sqlite3.connect(f"file:{self.cache_path}?mode=ro", uri=True, isolation_level=None)
        for epoch, through in cache.execute("SELECT epoch, kept_through FROM acknowledged").fetchall():
            if (own := UUID(epoch)).hex in self._noted:
                self.site.watch.kept(self.name, own, through)
        cache.close()

    def has_opened(self, journal: Journal) -> None:
        """The program has its journal open: what was durable and never heard of is heard of now."""
        self.running = journal
        self.show_written()

    def show_written(self) -> None:
        """Tell whoever watches what the journal has that was not told yet."""
        if self.running is not None:
            self.show_from(self.running, self.running.epoch.hex)

    def knows_what(self, other: "Terminal") -> None:
        """What the other has told of its journal is told: this is a copy of it."""
        self._noted = dict(other._noted)

    def show_from(self, journal: Journal | JournalReader, epoch: str) -> None:
        """Tell what is in this journal and was not told yet."""
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
