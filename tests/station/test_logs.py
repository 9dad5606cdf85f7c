"""The log: one JSON line per event, the listed fields, and nothing of what was filled into a message."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from gate.lane import State
from station.lane_log import OUT_OF_SERVICE, LaneLog
from station.logs import FIELDS, log_to

SECRET = "RT1:SECRET-CODE 11010519491231002X"


class Log:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    log = Log()
    log_to(log.stream)
    yield log
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_has_the_listed_fields(log: Log) -> None:
    logging.getLogger("waystation.gate").warning(
        "device.lost", extra={"lane": "1A", "device": "camera", "seconds": 2.5}
    )
    (line,) = log.lines
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "waystation.gate",
        "event": "device.lost",
        "lane": "1A",
        "device": "camera",
        "seconds": 2.5,
    }


def test_a_field_that_is_not_listed_is_not_written(log: Log) -> None:
    hidden = {"code": SECRET, "passenger": SECRET, "ticket": SECRET, "lane": "1A"}
    assert not {"code", "passenger", "ticket"} & FIELDS
    logging.getLogger("waystation.gate").info("scan", extra=hidden)
    assert log.lines[0]["lane"] == "1A"
    assert "SECRET" not in log.text


def test_what_is_filled_into_a_message_is_not_written(log: Log) -> None:
    logging.getLogger("some.library").error("cannot parse %s of %s", SECRET, {"name": SECRET})
    assert log.lines[0]["event"] == "cannot parse %s of %s"
    assert "SECRET" not in log.text


def test_a_listed_field_takes_no_objects(log: Log) -> None:
    logging.getLogger("x").info("odd", extra={"what": {"code": SECRET}, "state": [SECRET], "error": None})
    assert "SECRET" not in log.text


def test_an_exception_leaves_its_kind_and_place_and_not_its_words(log: Log) -> None:
    def deep() -> None:
        raise ValueError(f"bad code {SECRET}")

    try:
        deep()
    except ValueError:
        logging.getLogger("x").exception("lane.failed", extra={"lane": "1A"})
    (line,) = log.lines
    assert line["error"] == "ValueError"
    assert line["where"][-1].startswith("deep:")
    assert "SECRET" not in log.text


def test_one_event_is_one_line(log: Log) -> None:
    logging.getLogger("x").info("a\nb", extra={"what": "c\nd " + "e" * 5000})
    (line,) = log.text.splitlines()
    assert len(line) < 600


def test_libraries_that_talk_are_kept_quiet(log: Log) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET http://relay/")
    logging.getLogger("x").debug("detail")
    assert log.text == ""


def test_a_lane_is_told_of_once_when_it_closes_and_once_when_it_opens(log: Log) -> None:
    lane_log = LaneLog()
    for state in ("locked", "authorised", "passing", "locked", "offline", "offline", "emergency", "locked", "locked"):
        lane_log.stands("1A", state)
    lane_log.lost("1A", "camera", "The camera left. Check its cable.")
    lane_log.returned("1A", "camera")
    lane_log.decided("1A", "used", 0.01)
    assert [(line["event"], line.get("state")) for line in log.lines] == [
        ("lane.closed", "offline"),
        ("lane.closed", "emergency"),
        ("lane.open", "locked"),
        ("device.lost", None),
        ("device.returned", None),
    ]


def test_the_closed_states_are_those_of_the_lanes_table() -> None:
    assert {state.value for state in (State.OFFLINE, State.BLOCKED, State.EMERGENCY)} == OUT_OF_SERVICE
