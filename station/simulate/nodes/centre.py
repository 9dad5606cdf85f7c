"""The centre: the real application over its real store, on a machine that may be slow, half-dead, or put back."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.simulate.nodes.node import Program, Site
from station.simulate.nodes.serving import ServingNode, program_of
from sync.server.app import create_app
from sync.server.centre import Centre
from sync.server.settings import Settings
from sync.server.store import DATABASE, INSTANCE
from tickets.errors import Fault

CENTRE = "centre"
UPKEEP_S = 1500.0
"""How often the centre looks after its departures here; in life it is every half minute."""


class CentreNode(ServingNode):
    """The one centre of a world."""

    def __init__(self, site: Site, folder: Path, bug: Callable[[BaseException], None]) -> None:
        super().__init__(site, CENTRE, folder)
        self._bug = bug
        self._centre: Centre | None = None
        self._backup: tuple[Any, int] | None = None
        self.changes = 0
        self.changed_at = 0
        self.calmed = False
        self._till_calm: list[Callable[[], None]] = []
        self._hearing: list[Callable[[], None]] = []
        self._program = program_of(self, "centre", self._main)

    @property
    def centre(self) -> Centre:
        """The open centre, for what is done at its own console. AssertionError while it does not run."""
        assert self._centre is not None, "the centre does not run"
        return self._centre

    @property
    def is_open(self) -> bool:
        """Whether there is a centre to ask."""
        return self._centre is not None and self._server is not None

    def settings(self) -> Settings:
        """What the real centre is given."""
        return Settings(
            directory=self.folder,
            clock=lambda: datetime.fromtimestamp(self.wall(), UTC),
            random=self.random.randbytes,
            probe=self.probe,
            upkeep_seconds=UPKEEP_S,
            sleep=lambda seconds: self.site.turns.sleep(int(seconds * 1000)),
        )

    def died(self) -> None:
        """See Node."""
        super().died()
        self._centre = None

    def at_console(self, act: Callable[[Centre], object], failed: Callable[[], None]) -> None:
        """Do something at its own console, as soon as may be; `failed` is called when it does not run, or dies over it.

        What the centre refuses (a Fault) is done.
        """
        centre = self._centre if self.is_open else None
        if centre is None:
            failed()
            return
        ended = False

        def work() -> None:
            nonlocal ended
            with suppress(Fault):
                act(centre)
            ended = True

        strand = self.site.turns.spawn(work, "centre console", self._program)
        self._program.began(strand)
        strand.when_over(lambda: None if ended else failed())

    def back_up(self) -> None:
        """Somebody copies its disk, in the middle of everything."""
        self.note("is backed up")
        self._backup = self.site.disks.image(self.name), self.site.agenda.now

    def restore(self) -> bool:
        """Somebody puts the last backup back, which is old by now; False when there is none."""
        if self._backup is None:
            return False
        backup, made_at = self._backup
        self.note("is put back to its backup")
        self.crash(power=True, back_in_ms=None)
        self.site.disks.put(self.name, backup)
        with closing(sqlite3.connect(self.folder / DATABASE, isolation_level=None)) as copy:  # see `backing_up`
            copy.execute("DELETE FROM about WHERE name = ?", (INSTANCE,))
        self.start()
        self.site.watch.restored(made_at)
        return True

    def passes(self, point: str) -> None:
        """See Node; every commit may be news for terminals."""
        super().passes(point)
        if point.endswith(":commit:after"):
            self.changed_at = self.site.agenda.now
            self._is_news()

    def _is_news(self) -> None:
        self.changes += 1
        hearing, self._hearing = self._hearing, []
        for act in hearing:
            act()

    def calm(self) -> None:
        """See Node; whoever leaves its changes to gather is told of them now."""
        super().calm()
        self.calmed = True
        waiting, self._till_calm = self._till_calm, []
        for act in waiting:
            act()
        self._is_news()

    def when_calm(self, act: Callable[[], None]) -> None:
        """Call `act` once, when everything is put right."""
        if not self.calmed:
            self._till_calm.append(act)

    def when_news(self, act: Callable[[], None]) -> None:
        """Call `act` once, when `changes` is another."""
        self._hearing.append(act)

    def _main(self, _: Program) -> None:
        app = create_app(self.settings())
        centre = app.state.centre
        assert isinstance(centre, Centre)
        self._centre = centre
        self.run_app(app, self._bug)
