"""A relay: `waystation relay` beside its own `waystation sync`, on a machine that may lose its disk or be replaced."""

from collections.abc import Callable
from pathlib import Path

from station import relay_process
from station.simulate.nodes.node import Site
from station.simulate.nodes.serving import ServingNode, program_of
from station.simulate.nodes.terminal import Place, Terminal, void
from sync.server.relay.app import create_app
from sync.server.relay.run import RelaySettings, open_parts


class RelayNode(ServingNode, Terminal):
    """The relay of a station. `mark` is another number whenever there may be something new to hear from it."""

    kind = "relay"
    process = "relay"

    def __init__(self, site: Site, name: str, folder: Path, place: Place, bug: Callable[[BaseException], None]) -> None:
        super().__init__(site, name, folder, place)
        self._bug = bug
        self.mark = 0
        self.neighbours: list[Terminal] = []
        program_of(self, "relay", lambda _: void(relay_process.run(self.config)))

    def died(self) -> None:
        """See Node."""
        super().died()
        self.mark += 1

    def passes(self, point: str) -> None:
        """See Node; what the relay keeps is news for its neighbours."""
        super().passes(point)
        if point.startswith("relay:") and point.endswith(":after"):
            self.mark += 1
            for terminal in self.neighbours:
                terminal.stir()

    def serve_relay(self, settings: RelaySettings, ready: Callable[[str], None]) -> None:
        """Instead of `sync.server.relay.run.serve_relay`: the same application, on lines of ours."""
        parts = open_parts(settings)
        try:
            self.run_app(create_app(parts), self._bug)
        finally:
            parts.desk.close()

