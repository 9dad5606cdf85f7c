"""Running a centre as a process of its own."""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import uvicorn

from sync.points import Probe, no_probe
from sync.server.app import create_app
from sync.server.settings import Policy, Settings
from sync.server.tls import ServerTls
from tickets.errors import EnvironmentFault

_STOP: Final = (signal.SIGTERM, signal.SIGINT)
_PATIENCE_S: Final = 5
"""How long a stopping centre waits for requests that are under way."""


class ListeningServer(uvicorn.Server):
    """A server that tells when it is really listening, and when it is about to stop."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None] = lambda: None
    ) -> None:
        """`ready` is called once requests are answered, `stopping` before it waits for those that are under way."""
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so, then stop."""
        self._stopping()
        await super().shutdown(sockets=sockets)


def serve(
    directory: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    probe: Probe = no_probe,
    ready: Callable[[str], None] = lambda _url: None,
    upkeep_seconds: float = 30.0,
    *,
    tls: bool = False,
    front_keys: frozenset[bytes] = frozenset(),
    database: str = "",
) -> None:
    """Serve the centre of `directory` until SIGTERM or SIGINT, then finish what is under way, close, and return.

    `tls` serves with the centre's own TLS; `front_keys` are those of a proxy that does so in front (see `Settings`).
    `database` is a PostgreSQL URL that counts instead of the policy's.
    Port 0 takes any free port; `ready` gets the true URL once requests are answered. There is no access log, so that no
    request's content is ever written. EnvironmentFault when the directory or the address cannot be used.
    """
    with listener_at(host, port) as listener:
        bound_host, bound_port = listener.getsockname()[:2]
        settings = Settings(
            directory=directory,
            database=database,
            probe=probe,
            upkeep_seconds=upkeep_seconds,
            front_keys=front_keys,
        )
        if tls:
            Policy.load(directory)  # says so where there is no centre, before anything is made there
            settings = replace(settings, tls=ServerTls(directory, settings.clock))
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE_S,
            ssl_context_factory=None if settings.tls is None else _context_of(settings.tls),
        )
        scheme = "http" if settings.tls is None else "https"
        server = ListeningServer(config, lambda: ready(f"{scheme}://{bound_host}:{bound_port}"), app.state.waiting.end)
        with signals_end_quietly():
            server.run(sockets=[listener])


def _context_of(tls: ServerTls) -> Callable[[uvicorn.Config, Callable[[], ssl.SSLContext]], ssl.SSLContext]:
    def context(_: uvicorn.Config, __: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        return tls.context

    return context


def listener_at(host: str, port: int) -> socket.socket:
    """A socket that listens there. EnvironmentFault when that cannot be.

    What it accepts sends at once (TCP_NODELAY): an answer's body must not wait for the acknowledgement of its head,
    which a caller on a connection that it keeps open delays by 40 ms. The event loop would see to it for a socket that
    says that it is TCP; one made by `create_server` does not.
    """
    try:
        listener = socket.create_server((host, port), backlog=256)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise EnvironmentFault(
            f"{host}:{port} cannot be listened on", error.strerror or "choose another port"
        ) from error


@contextmanager
def signals_end_quietly() -> Iterator[None]:
    """The server stops on a signal and then raises it once more for whoever handled it before: let that be nobody."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in _STOP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
