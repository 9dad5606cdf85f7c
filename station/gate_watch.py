"""All that watches over the lanes of a gate: the watchdog, the log and the metrics, put together from configuration."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gate.observe import Observers
from station.config import Config, LaneConfig
from station.lane_log import LaneLog
from station.lanes import ways
from station.logs import log_to
from station.sd_notify import SdNotify
from station.watchdog import Watchdog
from sync.cache.reader import CacheReader
from sync.journal.reader import JournalReader
from sync.lan.arbiter import Arbiter

if TYPE_CHECKING:
    from station.metrics import LaneMetrics, Stores

_log = logging.getLogger("waystation.gate")
READERS = ("scanner", "camera", "id_reader")


class GateWatch(Observers):
    """What the gate's lanes report to."""

    def __init__(
        self, notify: SdNotify, watchdog: Watchdog, metrics: "LaneMetrics | None", stop: threading.Event
    ) -> None:
        super().__init__((watchdog, LaneLog(), *([metrics] if metrics else [])))
        self._notify = notify
        self._stop = stop
        self._stopping = False
        self._watchdog = watchdog
        self._metrics = metrics

    def ready(self) -> None:
        """The gate serves."""
        self._notify.ready()

    def stepped(self, lane: str) -> None:
        """See Observer.stepped. The first step after `stop` was set says that the gate stops, which takes a while."""
        if self._stop.is_set() and not self._stopping:
            self._stopping = True
            self._notify.stopping()
        super().stepped(lane)

    def failed(self, lane: str, error: Exception) -> None:
        """A lane failed and will begin anew: its thread lives, and the others go on."""
        _log.error("lane.failed", exc_info=error, extra={"lane": lane})
        self._watchdog.stepped(lane)

    def measured(self, arbiter: Arbiter | None) -> Arbiter | None:
        """The same arbiter, counted and timed where there are metrics."""
        if arbiter is None or self._metrics is None:
            return arbiter
        from station.metrics import MeasuredArbiter

        return MeasuredArbiter(arbiter, self._metrics)


@contextmanager
def watching(config: Config, lanes: Sequence[LaneConfig], stop: threading.Event) -> Iterator[GateWatch]:
    """Set up the log, and the metrics where they are configured.

    Metrics that cannot be served are said once: a gate without them is a gate.
    """
    log_to()
    notify = SdNotify()
    with ExitStack() as at_the_end:
        metrics = None
        if config.metrics.listen:
            from station.metrics import LaneMetrics, served  # with an HTTP server, which most gates do not need

            metrics = LaneMetrics(lambda: read_stores(config.directory))
            for lane, device in devices(lanes):
                metrics.expect(lane, device)
            host, _, port = config.metrics.listen.rpartition(":")
            try:
                at_the_end.enter_context(served(metrics, host.strip("[]"), int(port)))
            except OSError as error:
                _log.error("metrics.not_served", extra={"what": f"{config.metrics.listen}: {error.strerror or error}"})
                metrics = None
        yield GateWatch(notify, Watchdog(notify, [lane.name for lane in lanes]), metrics, stop)


def devices(lanes: Sequence[LaneConfig]) -> Iterator[tuple[str, str]]:
    """Each lane with the names under which its devices are lost and found: with its own before them where there are
    several, and with "out" before what reads for the way out.
    """
    for lane in lanes:
        several = f"{lane.name} " if len(lanes) > 1 else ""
        yield lane.name, f"{several}barrier"
        for way in ways(lane):
            side = lane.out if way == "out" and lane.direction == "both" else lane
            out = "out " if way == "out" else ""
            for reader in READERS:
                if getattr(side, reader, None) is not None:
                    yield lane.name, f"{several}{out}{reader}"


def read_stores(directory: Path) -> "Stores":
    """Read what a scrape wants to know, with files of its own. Raises Fault, sqlite3.Error or OSError."""
    from station.metrics import Stores

    with contextlib.closing(CacheReader(directory / "cache.db")) as cache:
        age, status, lan = cache.age(datetime.fromtimestamp(time.time(), UTC)), cache.status(), cache.lan_status()
        with contextlib.closing(JournalReader(directory / "journal.db")) as journal:
            epoch = journal.epoch()
            queued = None if epoch is None else journal.head()[0] - cache.kept_through(epoch.epoch)
    return Stores(
        cache_age_seconds=None if age is None else age.total_seconds(),
        queued_events=queued,
        line_up=None if status is None else status.line_up,
        trust_worry=None if status is None else bool(status.worry),
        relay_up=None if lan is None else lan.relay_up,
    )
