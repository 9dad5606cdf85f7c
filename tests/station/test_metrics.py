"""The gate's numbers, scraped over HTTP as Prometheus does, and read by its own parser."""

import http.client
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gate.lane import State
from station.config import ConfigFault, load
from station.metrics import LaneMetrics, MeasuredArbiter, Stores, served
from sync.lan.arbiter import Alone, Answer, Granted, Silent, Taken
from sync.wire.relay import ClaimRequest
from tickets.errors import EnvironmentFault

KNOWN = Stores(cache_age_seconds=12.5, queued_events=3, line_up=True, relay_up=None)


def scraped(metrics: LaneMetrics) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    with served(metrics, "127.0.0.1", 0) as port:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        asked.request("GET", "/metrics")
        answer = asked.getresponse()
        text = answer.read().decode()
        asked.close()
    assert answer.status == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_scans_and_decisions_are_counted() -> None:
    metrics = LaneMetrics(lambda: KNOWN)
    for outcome, seconds in (("admitted", 0.004), ("admitted", 0.015), ("used", 0.003), ("not_written", 0.7)):
        metrics.decided("1A", outcome, seconds)
    metrics.decided("1B", "admitted", 0.01)
    seen = scraped(metrics)
    assert seen[("waystation_scans_total", "1A", "admitted")] == 2
    assert seen[("waystation_scans_total", "1A", "used")] == 1
    assert seen[("waystation_scans_total", "1B", "admitted")] == 1
    assert seen[("waystation_decision_seconds_count", "1A")] == 4
    assert seen[("waystation_decision_seconds_bucket", "1A", "0.005")] == 2
    assert seen[("waystation_decision_seconds_bucket", "1A", "1.0")] == 4


def test_devices_and_lanes_show_how_they_are() -> None:
    metrics = LaneMetrics(lambda: KNOWN)
    for device in ("barrier", "camera"):
        metrics.expect("1A", device)
    metrics.lost("1A", "camera", "gone")
    metrics.stands("1A", "locked")
    metrics.stands("1A", "offline")
    metrics.stepped("1A")
    seen = scraped(metrics)
    assert (seen[("waystation_device_up", "barrier", "1A")], seen[("waystation_device_up", "camera", "1A")]) == (1, 0)
    states = {key[2]: value for key, value in seen.items() if key[0] == "waystation_lane_state"}
    assert states.pop("offline") == 1
    assert states == dict.fromkeys((state.value for state in State if state is not State.OFFLINE), 0)
    assert seen[("waystation_lane_last_step_seconds", "1A")] > 1.7e9
    metrics.returned("1A", "camera")
    assert scraped(metrics)[("waystation_device_up", "camera", "1A")] == 1


def test_the_stores_are_read_when_somebody_asks() -> None:
    asked: list[int] = []

    def stores() -> Stores:
        asked.append(1)
        return KNOWN

    metrics = LaneMetrics(stores)
    before = len(asked)
    seen = scraped(metrics)
    assert len(asked) == before + 1
    assert seen[("waystation_cache_age_seconds",)] == 12.5
    assert seen[("waystation_queued_events",)] == 3
    assert seen[("waystation_line_up",)] == 1
    assert ("waystation_relay_up",) not in seen  # not known is not down


def fails(error: Exception) -> Callable[[], Stores]:
    def stores() -> Stores:
        raise error

    return stores


@pytest.mark.parametrize(
    "error", [EnvironmentFault("The cache is damaged", "Wait."), sqlite3.DatabaseError("malformed"), OSError(5, "I/O")]
)
def test_stores_that_cannot_be_read_are_absent_and_the_rest_is_there(error: Exception) -> None:
    metrics = LaneMetrics(fails(error))
    metrics.decided("1A", "admitted", 0.01)
    seen = scraped(metrics)
    assert seen[("waystation_scans_total", "1A", "admitted")] == 1
    assert ("waystation_cache_age_seconds",) not in seen


class Says:
    """An arbiter that answers what it is told to."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)

    def ask(self, claim: ClaimRequest) -> Answer:  # noqa: ARG002 - whatever is asked
        return self._answers.pop(0)


def test_the_arbiters_answers_are_counted_and_handed_on() -> None:
    metrics = LaneMetrics(lambda: KNOWN)
    answers: tuple[Answer, ...] = (Granted(), Taken(uses=()), Silent(why="no answer"), Alone())
    times = iter([0.0, 0.01, 1.0, 1.02, 2.0, 2.08, 3.0, 3.0])
    arbiter = MeasuredArbiter(Says(*answers), metrics, monotonic=lambda: next(times))
    assert tuple(arbiter.ask(ClaimRequest.model_construct()) for _ in answers) == answers
    seen = scraped(metrics)
    for word in ("granted", "taken", "silent", "alone"):
        assert seen[("waystation_arbiter_answers_total", word)] == 1
    assert seen[("waystation_arbiter_seconds_count",)] == 4
    assert seen[("waystation_arbiter_seconds_sum",)] == pytest.approx(0.11)


@pytest.mark.parametrize("listen", ["", "127.0.0.1:9750", "[::1]:9750", "127.3.2.1:0"])
def test_loopback_may_be_configured(tmp_path: Path, listen: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(f'[metrics]\nlisten = "{listen}"\n', "utf-8")
    assert load(path).metrics.listen == listen


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:9750", ":9750", "9750", "192.168.1.5:9750", "localhost:9750", "[::]:9750", "127.0.0.1:99999"]
)
def test_an_address_that_others_reach_is_refused(tmp_path: Path, listen: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(f'[metrics]\nlisten = "{listen}"\n', "utf-8")
    with pytest.raises(ConfigFault, match=r"toml:2: `metrics.listen` must be a loopback address with its port"):
        load(path)
