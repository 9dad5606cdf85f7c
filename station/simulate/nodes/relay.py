"""A relay: `waystation relay` beside its own `waystation sync`, on a machine that may lose its disk or be replaced."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from station import relay_process
from station.simulate.nodes.node import Site
from station.simulate.nodes.serving import ServingNode, program_of
from station.simulate.nodes.terminal import Place, Terminal, void
from sync.journal.reader import JournalReader
from sync.points import Point
from sync.server.relay.app import create_app
from sync.server.relay.ledger import RELAY_DB
from sync.server.relay.run import RelaySettings, open_parts

OPEN_BY_MS = 5000
"""So long after its start a relay has its journal open."""


class RelayNode(ServingNode, Terminal):
    """The relay of a station. `mark` is another number whenever there may be something new to hear from it."""

    kind = "relay"
    process = "relay"

    def __init__(self, site: Site, name: str, folder: Path, place: Place, bug: Callable[[BaseException], None]) -> None:
        super().__init__(site, name, folder, place)
        self._bug = bug
        self.mark = 0
        self.neighbours: list[Terminal] = []
        self._hearing: list[Callable[[], None]] = []
        program_of(self, "relay", lambda _: void(relay_process.run(self.config)))

    def died(self) -> None:
        """See Node."""
        super().died()
        self._is_news()

    def lose_disk(self) -> None:
        """See Terminal; or only what the relay itself keeps is gone."""
        if self.random.random() < 0.5:
            super().lose_disk()
            return
        self.note("loses its ledger")
        self.crash(power=False, back_in_ms=self.random.randint(500, 60_000))
        if self.powered:
            for ending in ("", "-wal", "-shm", ".lock"):
                with suppress(FileNotFoundError):
                    (self.folder / f"{RELAY_DB}{ending}").unlink()

    def replace(self) -> None:
        """Another machine takes its place at once, with an empty disk."""
        device = self.device
        self.note("is replaced by another machine")
        self.crash(power=True, back_in_ms=None)
        self._is_empty(device, self.random.randint(5000, 30_000))

    def start(self) -> None:
        """See Node."""
        super().start()
        self.site.agenda.after(OPEN_BY_MS, lambda: self.show_written() if self.powered and not self.empty else None)

    def show_written(self) -> None:
        """See Terminal; the relay's journal belongs to its desk, and is read beside it."""
        reader = JournalReader(self.journal_path)
        epoch = reader.epoch()
        if epoch is not None:
            self.show_from(reader, epoch.epoch.hex)
        reader.close()

    def when_news(self, act: Callable[[], None]) -> None:
        """Call `act` once, when `mark` is another."""
        self._hearing.append(act)

    def _is_news(self) -> None:
        self.mark += 1
        hearing, self._hearing = self._hearing, []
        for act in hearing:
            act()

    def passes(self, point: str) -> None:
        """See Node; what devices say of themselves may let the arbiter begin, for which they wait."""
        super().passes(point)
        if point == Point.RELAY_STEP_COMMIT_AFTER:
            for terminal in self.neighbours:
                terminal.stir()

    def serve_relay(self, settings: RelaySettings, _ready: Callable[[str], None]) -> None:
        """Instead of `sync.server.relay.run.serve_relay`: the same application, on lines of ours."""
        parts = open_parts(settings)
        tell = parts.desk.on_change

        def on_change(changed: Callable[[], None]) -> None:
            def both() -> None:
                self._is_news()
                changed()

            tell(both)

        parts.desk.on_change = on_change  # type: ignore[method-assign]  # whoever idles hears of it too
        self._is_news()
        try:
            self.run_app(create_app(parts), self._bug)
        finally:
            parts.desk.close()
