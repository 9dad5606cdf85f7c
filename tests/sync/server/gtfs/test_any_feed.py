"""Whatever stands in a feed's files, reading it ends, with problems or with a timetable that holds."""

import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.server.gtfs.building import build
from sync.server.gtfs.files import Feed
from sync.server.gtfs.problems import Problems
from sync.server.gtfs.reading import read_feed
from sync.server.timetable import Timetable, read_timetable
from tests.sync.server.gtfs.feeds import GOOD, PLAN, TODAY, write

ODD = (
    "", "0", "1", "-1", "9" * 12, "24:00:00", "47:59:59", "20261122", "20991231", "00010101", "99991231", "CNY", "rz",
    "RZ", "371122001", "1e400", "nan", '"', "\u0661\u0662", "home", "a" * 70_000, "\x00", "08:60:00", "r-qd", "daily",
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=12))


def read(path: Path) -> tuple[Timetable | None, Problems]:
    problems = Problems()
    with Feed(path) as feed:
        content = read_feed(feed, PLAN.stop, problems)
    return build(content, PLAN, problems, TODAY), problems


@settings(
    derandomize=True, max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_values_of_any_kind(data: st.DataObject, tmp_path: Path) -> None:
    feed = dict(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        name = data.draw(st.sampled_from(sorted(feed)))
        rows = [line.split(",") for line in feed[name].splitlines()]
        row = data.draw(st.integers(0, len(rows) - 1))
        column = data.draw(st.integers(0, len(rows[row]) - 1))
        rows[row][column] = data.draw(VALUES)
        feed[name] = "\n".join(",".join(each) for each in rows) + "\n"
    made, problems = read(write(feed, tmp_path / "feed.zip"))
    assert made is not None or problems.errors
    if made is not None:
        assert read_timetable(made.model_dump_json(), "of a test") == made
        begin = datetime.combine(TODAY, time(), made.zone)
        found = list(made.departures(begin, begin + timedelta(days=3)))
        assert len({(each.service_date, each.trip) for each in found}) == len(found)


@settings(
    derandomize=True, max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(sorted(GOOD)), at=st.integers(0, 600), instead=st.binary(max_size=6), cut=st.integers(0, 40)
)
def test_bytes_of_any_kind(name: str, at: int, instead: bytes, cut: int, tmp_path: Path) -> None:
    whole = GOOD[name].encode()
    broken = whole[:at] + instead + whole[at + cut :]
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        for each, text in GOOD.items():
            archive.writestr(each, broken if each == name else text)
    made, problems = read(tmp_path / "feed.zip")
    assert made is not None or problems.errors


@pytest.mark.parametrize("damage", [30, 200, 900])
def test_a_zip_that_is_damaged(damage: int, tmp_path: Path) -> None:
    path = write(GOOD, tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    content[damage] ^= 0xFF
    path.write_bytes(content)
    made, problems = read(path)
    assert made is not None or problems.errors
