"""Running a centre as a process of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import uvicorn

from sync.points import Probe, no_probe
from sync.server.app import create_app
from sync.server.listening import ListeningServer, listener_at, signals_end_quietly
from sync.server.settings import Policy, Settings
from sync.server.tls import ServerTls

_PATIENCE_S: Final = 5
"""How long a stopping centre waits for requests that are under way."""


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
