"""What a gate measures, for Prometheus: counted in the lanes, read from the stores when asked, on loopback only.

Nothing of a passenger is in it: labels are lanes, reasons, devices and states.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import assert_never

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gate.lane import State
from gate.observe import Observers
from sync.lan.arbiter import Alone, Answer, Arbiter, Granted, Silent, Taken
from sync.wire.relay import ClaimRequest
from tickets.errors import Fault

DECISION_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds. The budget of a decision is in the middle; the last ones show a disk or an arbiter in trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What is read from the terminal's stores; None where it is not known."""

    cache_age_seconds: float | None
    queued_events: int | None
    line_up: bool | None
    relay_up: bool | None
    trust_worry: bool | None = None


class LaneMetrics(Observers):
    """An `Observer` that counts. `stores` is asked once for each scrape, in the scraper's thread."""

    def __init__(self, stores: Callable[[], Stores]) -> None:
        super().__init__()
        self.registry = CollectorRegistry(auto_describe=True)
        self._scans = Counter(
            "waystation_scans",
            "What was shown at the readers, by what became of it",
            ("lane", "outcome"),
            registry=self.registry,
        )
        self._decisions = Histogram(
            "waystation_decision_seconds",
            "From a code or card to a durable decision",
            ("lane",),
            buckets=DECISION_BUCKETS,
            registry=self.registry,
        )
        self._devices = Gauge(
            "waystation_device_up",
            "1 while a device works, 0 while it is lost",
            ("lane", "device"),
            registry=self.registry,
        )
        self._states = Gauge(
            "waystation_lane_state", "1 for the state in which a lane stands", ("lane", "state"), registry=self.registry
        )
        self._last_step = Gauge(
            "waystation_lane_last_step_seconds",
            "When a lane's loop last went round, in Unix time",
            ("lane",),
            registry=self.registry,
        )
        self.arbiter_answers = Counter(
            "waystation_arbiter_answers", "What the station's arbiter answered", ("answer",), registry=self.registry
        )
        self.arbiter_seconds = Histogram(
            "waystation_arbiter_seconds",
            "How long the arbiter was waited for",
            buckets=DECISION_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(StoreMetrics(stores))

    def expect(self, lane: str, device: str) -> None:
        """A device that there is: it works until it says otherwise."""
        self._devices.labels(lane, device).set(1)

    def stepped(self, lane: str) -> None:
        """See Observer.stepped."""
        self._last_step.labels(lane).set_to_current_time()

    def decided(self, lane: str, outcome: str, seconds: float) -> None:
        """See Observer.decided."""
        self._scans.labels(lane, outcome).inc()
        self._decisions.labels(lane).observe(seconds)

    def stands(self, lane: str, state: str) -> None:
        """See Observer.stands."""
        for each in State:
            self._states.labels(lane, each.value).set(each.value == state)

    def lost(self, lane: str, device: str, what: str) -> None:  # noqa: ARG002 - words are for the log
        """See Observer.lost."""
        self._devices.labels(lane, device).set(0)

    def returned(self, lane: str, device: str) -> None:
        """See Observer.returned."""
        self._devices.labels(lane, device).set(1)


class MeasuredArbiter(Arbiter):
    """An arbiter like the one behind it, whose answers are counted and timed."""

    def __init__(
        self, arbiter: Arbiter, metrics: LaneMetrics, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._arbiter = arbiter
        self._metrics = metrics
        self._monotonic = monotonic

    def ask(self, claim: ClaimRequest) -> Answer:
        """As the arbiter behind it."""
        began = self._monotonic()
        answer = self._arbiter.ask(claim)
        self._metrics.arbiter_seconds.observe(self._monotonic() - began)
        self._metrics.arbiter_answers.labels(_answer(answer)).inc()
        return answer


def _answer(answer: Answer) -> str:
    match answer:
        case Granted():
            return "granted"
        case Taken():
            return "taken"
        case Silent():
            return "silent"
        case Alone():
            return "alone"
        case _:
            assert_never(answer)


class StoreMetrics(Collector):
    """The state of the stores at the moment of a scrape. What cannot be read is left out, and shows as absent."""

    def __init__(self, stores: Callable[[], Stores]) -> None:
        self._stores = stores

    def collect(self) -> Iterator[Metric]:
        """Ask once, give what is known."""
        try:
            now = self._stores()
        except (Fault, sqlite3.Error, OSError):
            return
        for name, help_text, value in (
            ("waystation_cache_age_seconds", "How long ago the centre's records were complete", now.cache_age_seconds),
            ("waystation_queued_events", "Events that the centre has not signed for", now.queued_events),
            ("waystation_line_up", "1 while the centre answers", now.line_up),
            ("waystation_relay_up", "1 while the station's relay answers", now.relay_up),
            ("waystation_trust_worry", "1 while the trust list ends soon, has ended or is held back", now.trust_worry),
        ):
            if value is not None:
                yield GaugeMetricFamily(name, help_text, value=float(value))


@contextmanager
def served(metrics: LaneMetrics, host: str, port: int) -> Iterator[int]:
    """Serve on a loopback address until the end; gives the port, which is picked when it is 0. Raises OSError."""
    server, thread = start_http_server(port, host, registry=metrics.registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=2)
