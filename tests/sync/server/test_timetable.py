"""The timetable as data: a coach at any hour, each with the right service day, and a demonstration worth showing."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.server.timetable import DEMO, load_timetable, read_timetable
from tests.sync.server.support import small_timetable
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.service_day import service_date, service_day_bounds

ANY_TIME = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
DEMONSTRATION = load_timetable()


@settings(deadline=None, max_examples=40)
@given(now=ANY_TIME)
def test_the_demonstration_has_a_coach_to_catch_at_any_hour(now: datetime) -> None:
    coming = sorted(each.departs_at for each in DEMONSTRATION.departures(now, now + timedelta(minutes=60)))
    gaps = [later - earlier for earlier, later in zip([now, *coming], coming, strict=False)]
    assert max(gaps) <= timedelta(minutes=5)


@settings(deadline=None, max_examples=40)
@given(now=ANY_TIME)
def test_service_days_trips_and_check_in(now: datetime) -> None:
    made = list(DEMONSTRATION.departures(now, now + timedelta(hours=3)))
    assert len({(each.service_date, each.trip) for each in made}) == len(made)
    for departure in made:
        start, end = service_day_bounds(departure.service_date, DEMONSTRATION.zone)
        assert start <= departure.departs_at < end
        assert departure.departs_at - departure.opens_at == timedelta(minutes=40)
        assert departure.departs_at - departure.closes_at == timedelta(minutes=3)
        assert Departure.from_record(json.loads(json.dumps(departure.to_record()))) == departure


def test_around_the_end_of_the_service_day() -> None:
    """At 03:00 local time the service day turns; the coach at 02:57 still belongs to the evening before."""
    start = datetime(2026, 11, 22, 18, 40, tzinfo=UTC)
    made = {each.trip: each.service_date for each in DEMONSTRATION.departures(start, start + timedelta(minutes=40))}
    assert made["LG0257"] == date(2026, 11, 22)
    assert made["QD0300"] == date(2026, 11, 23)
    assert service_date(start, DEMONSTRATION.zone) == date(2026, 11, 22)


def test_ranges_join_without_gap_or_overlap() -> None:
    start = datetime(2026, 11, 22, tzinfo=UTC)
    cuts = [start + timedelta(minutes=minutes) for minutes in (0, 1, 37, 600, 1440)]
    parts = [each for a, b in pairwise(cuts) for each in DEMONSTRATION.departures(a, b)]
    whole = list(DEMONSTRATION.departures(cuts[0], cuts[-1]))
    assert sorted(parts, key=lambda each: (each.departs_at, each.trip)) == sorted(
        whole, key=lambda each: (each.departs_at, each.trip)
    )


def test_the_demonstration_is_worth_showing() -> None:
    stops = [stop for stop in DEMONSTRATION.stops if stop.id != DEMONSTRATION.station.stop]
    assert len(stops) >= 14
    assert {call.stop for line in DEMONSTRATION.lines for call in line.stops} == {stop.id for stop in stops}
    assert len(DEMONSTRATION.lines) >= 10
    assert sum(line.seats is None for line in DEMONSTRATION.lines) == 1
    for stop in stops:
        assert stop.name[0]
        assert stop.name[1]
        assert stop.initials[0] == stop.pinyin[0]
    for line in DEMONSTRATION.lines:
        assert len(f"{line.code}0000") <= 8
        for call in line.stops:
            assert call.fare % 100 == 0, "payable with notes alone"


def test_the_file_is_kept_where_the_product_looks() -> None:
    assert Path(__file__).parents[3] / "assets" / "timetable.json" == DEMO


def broken(**changed: Any) -> str:
    return json.dumps(json.loads(small_timetable().model_dump_json()) | changed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        (broken(surprise=1), "surprise"),
        (broken(stops=[]), "own stop"),
        (broken(check_in={"opens_minutes": 3, "closes_minutes": 3}), "closes before it opens"),
        (broken(lines=[]).replace('"lines": []', '"lines": [1]'), "lines.0"),
    ],
)
def test_a_broken_timetable_says_where(text: str, said: str) -> None:
    with pytest.raises(EnvironmentFault, match=said):
        read_timetable(text, "of a test")


def test_lines_must_hang_together() -> None:
    whole = json.loads(small_timetable().model_dump_json())
    line = whole["lines"][0]
    for lines, said in (
        ([line, line], "twice"),
        ([line | {"places": 8}], "places must equal seats"),
        ([line | {"stops": [{"stop": 5, "fare": 1, "minutes": 1}]}], "not among the stops"),
    ):
        with pytest.raises(EnvironmentFault, match=said):
            read_timetable(json.dumps(whole | {"lines": lines}), "of a test")
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        load_timetable(Path("/nonexistent/timetable.json"))
