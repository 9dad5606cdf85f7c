"""A terminal's part in its station's LAN: hearing what the others did, and telling what happened here.

Two threads of `waystation sync`, beside the one that talks to the centre: neither waits for another's calls, so that a
dead line to the centre delays no word in the station, and the other way round. Only commits to the cache take turns.
Whatever fails is tried again by itself; nothing that happens here ends the process.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.engine.backoff import Backoff
from sync.journal.reader import JournalReader
from sync.lan.fact_judge import FactJudge
from sync.lan.listener import Listener
from sync.lan.news import LanNews, Work
from sync.lan.outbox import Outbox
from sync.lan.relay_client import RelayClient
from sync.lan.relay_keys import RelayKeys
from sync.lan.teller import Teller
from sync.lan.writer import LanWriter
from sync.newest_trust import NewestTrust
from tickets.admission import TrustedNow
from tickets.errors import Fault
from tickets.keys import PublicKey, SigningKey
from tickets.trust import KeyUse

_log = logging.getLogger("waystation.lan")

_BUG_WAIT_S = 5.0
_CLOSING_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LanSettings:
    """Who this terminal is, where its relay answers, and where its clocks and random numbers come from.

    `url` is None at a station without a relay: staff facts that are signed here are obeyed here, and nowhere else.
    `journals` are the journals to tell of: none for the relay's own terminal. `boot` is a clock in seconds that never
    goes back; `random` answers a uniform number in [0, 1).
    """

    directory: Path
    url: str | None
    device: str
    key: SigningKey
    station: int
    root: PublicKey
    enrolled_trust: bytes
    journals: Sequence[Path]
    now: Callable[[], TrustedNow]
    boot: Callable[[], float]
    random: Callable[[], float]
    retry_base_seconds: float = 0.1
    retry_cap_seconds: float = 2.0


class Lan:
    """Keeps a terminal in step with its relay until it is stopped."""

    def __init__(self, settings: LanSettings, cache: CacheWriter) -> None:
        """`cache` is shared with the engine, and outlives this. Raises TrustFault for a bad list from enrolment."""
        self._settings = settings
        self._cache = cache
        self._writer = LanWriter(cache)
        self._news = LanNews(self._writer)
        self._stop = threading.Event()
        self._relays: list[RelayClient] = []
        self._open = ExitStack()
        steps: list[tuple[Work, Callable[[], float]]] = [("sending", self._teller().step)]
        if settings.url is not None:
            steps.append(("listening", self._listener(settings.url).step))
        self._threads = [
            threading.Thread(target=self._run, args=step, name=f"lan-{step[0]}", daemon=True) for step in steps
        ]

    def start(self) -> None:
        """Begin; the relay need not be there."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads, cutting an open question short, and wait for them."""
        self._stop.set()
        self._news.end()
        for relay in self._relays:
            relay.cut()
        for thread in self._threads:
            thread.join(_CLOSING_S)
        if not any(thread.is_alive() for thread in self._threads):
            self._open.close()

    def _relay(self, url: str) -> RelayClient:
        """A client for one thread: its own connection, its own reader of the cache."""
        settings = self._settings
        keys = RelayKeys(settings.directory / "cache.db")
        relay = RelayClient(url, settings.device, settings.key, keys, lambda: settings.now().at.timestamp())
        self._relays.append(relay)
        self._open.callback(relay.close)
        self._open.callback(keys.close)
        return relay

    def _trust(self) -> NewestTrust:
        """The newest trust list, for one thread."""
        settings = self._settings
        cache = CacheReader(settings.directory / "cache.db")
        self._open.callback(cache.close)
        return NewestTrust(settings.enrolled_trust, settings.root, cache)

    def _judge(self, trust: NewestTrust) -> FactJudge:
        return FactJudge(trust, self._settings.station, self._settings.now)

    def _listener(self, url: str) -> Listener:
        settings = self._settings
        judge = self._judge(self._trust())
        return Listener(self._relay(url), self._writer, judge, self._news, settings.now, settings.boot)

    def _teller(self) -> Teller:
        settings = self._settings
        trust = self._trust()
        journals = [JournalReader(path) for path in settings.journals]
        for journal in journals:
            self._open.callback(journal.close)
        return Teller(
            None if settings.url is None else self._relay(settings.url),
            self._cache,
            self._writer,
            journals,
            Outbox(settings.directory),
            self._judge(trust),
            self._news,
            settings.now,
            settings.boot,
            self._backoff(),
            receipt_keys=lambda: trust.current().keys(KeyUse.RECEIPT),
        )

    def _backoff(self) -> Backoff:
        settings = self._settings
        return Backoff(settings.random, base=settings.retry_base_seconds, cap=settings.retry_cap_seconds)

    def _run(self, work: Work, step: Callable[[], float]) -> None:
        backoff = self._backoff()
        wait = 0.0
        while not self._stop.wait(wait):
            try:
                wait = step()
                backoff.succeeded()
            except Fault as fault:
                self._note(work, fault)
                wait = backoff.failed()
            except Exception:  # a bug of ours must end neither the other thread nor the engine: told, and tried again
                if self._stop.is_set():
                    return
                _log.exception("lan.bug", extra={"state": work})
                wait = _BUG_WAIT_S

    def _note(self, work: Work, fault: Fault) -> None:
        """Tell of a fault; when even the status cannot be written, the log has said so."""
        try:
            self._news.trouble(work, fault)
        except Fault as another:
            _log.error("lan.status_not_written", extra={"what": another.what})
