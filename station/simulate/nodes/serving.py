"""A machine that serves: a real ASGI application on a loop of its own, which may be slow, silent or gone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from station.simulate.asgi import Answered, App, Asked, Server, VirtualLoop
from station.simulate.nodes.node import Node, Program, Site


class ServingNode(Node):
    """A `network.Host`. `app` builds the application on the strand of the program that serves it."""

    def __init__(self, site: Site, name: str, folder: Path, *rest: Any) -> None:
        """`rest` is for the next class of a machine that serves and is more than that."""
        super().__init__(site, name, folder, *rest)
        self._slow_ms = 0
        self._slow_until = 0
        self._silent_until = 0
        self._server: Server | None = None
        self._lives = 0
        site.network.listen(self)

    @property
    def listening(self) -> bool:
        """See network.Host."""
        return self._server is not None or self.silent

    @property
    def silent(self) -> bool:
        """See network.Host."""
        now = self.site.agenda.now
        return self._silent_until > now or self.frozen_until > now

    @property
    def is_slow(self) -> bool:
        """See Node."""
        return self.silent or self._slow_until > self.site.agenda.now

    def slow(self, ms: int, *, lasts_ms: int) -> None:
        """Each answer takes up to so much longer, for a while."""
        self.note(f"is slow by up to {ms} ms for {lasts_ms} ms")
        self._slow_ms, self._slow_until = ms, self.site.agenda.now + lasts_ms

    def half_dead(self, lasts_ms: int) -> None:
        """It takes connections and never answers, for a while."""
        self.note(f"answers nobody for {lasts_ms} ms")
        self._silent_until = self.site.agenda.now + lasts_ms

    def calm(self) -> None:
        """See Node."""
        self._slow_until = self._silent_until = 0
        super().calm()

    def died(self) -> None:
        """See Node."""
        super().died()
        self._server = None
        self._lives += 1

    def serve(self, asked: Asked, source: str, answered: Callable[[Answered], None]) -> None:
        """See network.Host."""
        server, life = self._server, self._lives
        if server is None:
            return

        def told(answer: Answered) -> None:
            if life != self._lives:
                return
            late = self.random.randint(0, self._slow_ms) if self._slow_until > self.site.agenda.now else 0
            self.site.agenda.after(late, lambda: answered(answer) if life == self._lives else None)

        server.ask(asked, source, told)

    def run_app(self, app: App, bug: Callable[[BaseException], None]) -> None:
        """On the strand of a program: serve until the machine dies."""
        loop = VirtualLoop(self.site.turns, bug)
        server = Server(app, loop)
        life = self._lives

        def ready() -> None:
            if life == self._lives:
                self._server = server

        server.start(ready)
        try:
            loop.run()
        finally:
            if life == self._lives:
                self._server = None


def program_of(node: Node, name: str, main: Callable[[Program], None]) -> Program:
    """A program of this machine."""
    program = Program(node, name, main)
    node.programs.append(program)
    return program
