"""Running a relay as a process of its own."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from sync.database import open_reader
from sync.journal.journal import Clock, Journal
from sync.points import Probe, no_probe
from sync.server.listening import ListeningServer, listener_at, signals_end_quietly
from sync.server.relay.app import Parts, create_app, end_waiting
from sync.server.relay.arbiter import answer_claims
from sync.server.relay.desk import Desk
from sync.server.relay.diary import write_down
from sync.server.relay.handed_on import HandedOnReader
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.schema import SCHEMA
from sync.server.relay.view import StationView
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey

SETTLE_SECONDS: Final = 1.0
"""How long a new arbiter keeps silent. A gate that heard *granted* from the one before has written it down by then, or
given up: so what gates then say of their journals holds all that was granted."""
_PATIENCE_S: Final = 2
_SWITCH_S: Final = 0.001
"""How long the thread that writes may hold the interpreter while a question waits on the event loop."""
_MOST_CONNECTIONS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """Who this relay is, where its files are, and where it gets the time and random bytes from.

    `view` is asked on the event loop, `clock` on the thread that writes: they share nothing that is not safe to share.
    """

    directory: Path
    device: str
    station: int
    key: SigningKey
    view: StationView
    clock: Clock
    random: Callable[[int], bytes]
    probe: Probe = no_probe
    settle_seconds: float = SETTLE_SECONDS


def serve_relay(settings: RelaySettings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then close and return. Port 0 takes a free one; `ready` gets the true URL.

    EnvironmentFault when a file cannot be used, another process has it, or the address is taken.
    """
    sys.setswitchinterval(_SWITCH_S)
    with listener_at(host, port) as listener:
        bound_host, bound_port = listener.getsockname()[:2]
        parts = open_parts(settings)
        try:
            app = create_app(parts)
            config = uvicorn.Config(
                app,
                http=HastyProtocol,
                access_log=False,
                log_level="warning",
                log_config=None,  # what is to be said goes where the process's own log goes
                lifespan="on",
                server_header=False,
                timeout_keep_alive=HastyProtocol.PERIOD_S,
                timeout_graceful_shutdown=_PATIENCE_S,
                limit_concurrency=_MOST_CONNECTIONS,
            )
            server = ListeningServer(config, lambda: ready(f"http://{bound_host}:{bound_port}"), end_waiting(app))
            with signals_end_quietly():
                server.run(sockets=[listener])
        finally:
            parts.desk.close()


def open_parts(settings: RelaySettings) -> Parts:
    """Open the files of a relay. What it is made of is closed by closing the desk."""
    store = _Store(settings)
    desk = Desk(store.open, store.close, lambda ledger, claims: answer_claims(ledger, claims, store.now_ms()))

    def reader() -> sqlite3.Connection:
        found = open_reader(settings.directory / RELAY_DB, SCHEMA)
        if found is None:
            raise EnvironmentFault(f"{settings.directory / RELAY_DB} is gone", "Start the relay again.")
        return found

    return Parts(
        station=settings.station,
        key=settings.key,
        view=settings.view,
        desk=desk,
        reader=reader,
        write_diary=store.write_down,
        handed_on=HandedOnReader(settings.directory / "cache.db"),
    )


class _Store:
    """The ledger and the relay's own journal: both belong to the desk's thread."""

    def __init__(self, settings: RelaySettings) -> None:
        self._settings = settings
        self._journal: Journal | None = None

    def now_ms(self) -> int:
        return int(self._settings.clock().at.timestamp() * 1000)

    def open(self) -> Ledger:
        settings = self._settings
        ledger = Ledger.open(settings.directory / RELAY_DB, settings.random, self.now_ms(), settings.probe)
        try:
            if ledger.fresh:
                time.sleep(settings.settle_seconds)
            self._journal = Journal.create_or_open(
                settings.directory / "journal.db",
                device=settings.device,
                prefix=None,
                clock=settings.clock,
                random=settings.random,
                probe=settings.probe,
                process="relay",
            )
        except BaseException:
            ledger.close()
            raise
        return ledger

    def write_down(self, ledger: Ledger) -> bool:
        assert self._journal is not None, "the desk's thread has opened it"
        return write_down(ledger, self._journal)

    def close(self, ledger: Ledger) -> None:
        ledger.close()
        if self._journal is not None:
            self._journal.close()


class HastyProtocol(H11Protocol):
    """HTTP that does not wait for ever: a connection without a request is closed, also one that drips a header.

    Whoever is slow is alone with it: claims on other connections are answered meanwhile.
    """

    FIRST_S: Final = 10
    """Time for the first request's header."""
    PERIOD_S: Final = 120
    """Time for each later one; terminals keep their connections open between claims."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch the connection."""
        super().connection_made(transport)
        self._before: RequestResponseCycle | None = None
        self._watch = self.loop.call_later(self.FIRST_S, self._close_if_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch it no longer."""
        self._watch.cancel()
        super().connection_lost(exc)

    def _close_if_idle(self) -> None:
        if self.cycle is self._before and _at_rest(self.cycle):
            self.transport.close()
            return
        self._before = self.cycle
        self._watch = self.loop.call_later(self.PERIOD_S, self._close_if_idle)


def _at_rest(cycle: RequestResponseCycle | None) -> bool:
    """Whether no request is being answered."""
    return cycle is None or cycle.response_complete
