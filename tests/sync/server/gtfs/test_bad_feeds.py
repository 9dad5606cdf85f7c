"""Feeds with something wrong: each error is told once, with its file, line and column, and what to do."""

from pathlib import Path

import pytest

from sync.server.gtfs.building import build
from sync.server.gtfs.files import Feed
from sync.server.gtfs.problems import MOST_KEPT, Problems
from sync.server.gtfs.reading import read_feed
from tests.sync.server.gtfs.feeds import GOOD, PLAN, TODAY, spoilt, swapped, taken, write
from tickets.errors import EnvironmentFault

CALENDAR, TIMES = "calendar.txt", "stop_times.txt"
NO_DATES = {"calendar_dates.txt": "service_id,date,exception_type\n"}
BAD = [
    (spoilt(stops=None), "stops.txt", 0, ""),
    (spoilt(calendar=None, calendar_dates=None), "calendar.txt", 0, ""),
    (spoilt(routes=""), "routes.txt", 0, ""),
    (spoilt(routes="route_id,route_id,route_type\n"), "routes.txt", 1, "route_id"),
    (spoilt(trips="trip_id,route_id\n"), "trips.txt", 1, "service_id"),
    (swapped("routes.txt", "r-rz,JX,RZ,莒县 - 日照,200", "r-rz,JX,RZ,莒县 - 日照"), "routes.txt", 3, ""),
    (swapped("routes.txt", "r-rz,JX,RZ,莒县 - 日照,200", "r-rz,JX,RZ,莒县 - 日照,bus"), "routes.txt", 3, "route_type"),
    (swapped("routes.txt", "r-rz,JX,RZ,莒县 - 日照,200", "r-rz,JX,,,200"), "routes.txt", 3, "route_short_name"),
    (swapped("routes.txt", "r-rz,JX", "r-rz,XX"), "routes.txt", 3, "agency_id"),
    (swapped("routes.txt", "r-rz,", "r-qd,"), "routes.txt", 3, "route_id"),
    (swapped("agency.txt", "Asia/Shanghai", "Asia/Juxian"), "agency.txt", 2, "agency_timezone"),
    (swapped("agency.txt", "Asia/Shanghai", "../../etc/passwd"), "agency.txt", 2, "agency_timezone"),
    (swapped("stops.txt", "JX-1,莒县汽车站1,35.58", "JX-1,莒县汽车站1,95.58"), "stops.txt", 3, "stop_lat"),
    (swapped("stops.txt", "RZ,日照", "RZ,"), "stops.txt", 7, "stop_name"),
    (swapped("stops.txt", "118.83,0,371122001,home,2", "118.83,0,RZ,home,2"), "stops.txt", 4, "parent_station"),
    (swapped("stops.txt", "RZ,日照", "JX-1,日照"), "stops.txt", 7, "stop_id"),
    (swapped("trips.txt", "r-rz,daily", "r-xx,daily"), "trips.txt", 5, "route_id"),
    (swapped("trips.txt", "r-rz,daily", "r-rz,never"), "trips.txt", 5, "service_id"),
    (swapped("trips.txt", "daily,rz,", "daily,qd-late,"), "trips.txt", 5, "trip_id"),
    (swapped(TIMES, "rz,01:15:30,01:15:30,RZ", "rz,01:15,01:15:30,RZ"), TIMES, 10, "arrival_time"),
    (swapped(TIMES, "rz,01:15:30,01:15:30", "rz,01:15:30,01:15:00"), TIMES, 10, "departure_time"),
    (swapped(TIMES, "rz,01:15:30,01:15:30", "rz,99:15:30,99:15:30"), TIMES, 10, "arrival_time"),
    (swapped(TIMES, "01:15:30,RZ,2", "01:15:30,RZ,-2"), TIMES, 10, "stop_sequence"),
    (swapped(TIMES, "01:15:30,RZ,2", "01:15:30,RZ,1"), TIMES, 10, "stop_sequence"),
    (swapped(TIMES, "01:15:30,RZ,2", "01:15:30,XX,2"), TIMES, 10, "stop_id"),
    (swapped(TIMES, "rz,01:15:30", "xx,01:15:30"), TIMES, 10, "trip_id"),
    (swapped(TIMES, "qd-night,28:10:00,28:10:00", "qd-night,,"), TIMES, 6, "departure_time"),
    (swapped(TIMES, "qd-night,28:10:00,28:10:00", "qd-night,01:10:00,01:10:00"), TIMES, 6, "arrival_time"),
    (swapped(CALENDAR, "20261101,20270131\nweekend", "20261131,20270131\nweekend"), CALENDAR, 2, "start_date"),
    (swapped(CALENDAR, "20261101,20270131\nweekend", "20280101,20270131\nweekend"), CALENDAR, 2, "end_date"),
    (swapped(CALENDAR, "daily,1,1,1", "daily,1,2,1"), CALENDAR, 2, "tuesday"),
    (swapped("calendar_dates.txt", "20261122,2", "20261122,3"), "calendar_dates.txt", 3, "exception_type"),
    (swapped("calendar_dates.txt", "20261122,2", "20261125,2"), "calendar_dates.txt", 3, "date"),
    (swapped("frequencies.txt", "06:00:00,07:30:00", "08:00:00,07:30:00"), "frequencies.txt", 2, "end_time"),
    (swapped("frequencies.txt", "18:00:00,18:30:00", "07:00:00,18:30:00"), "frequencies.txt", 3, "start_time"),
    (swapped("frequencies.txt", ",900,", ",0,"), "frequencies.txt", 3, "headway_secs"),
    (swapped("frequencies.txt", "rz,18:00", "xx,18:00"), "frequencies.txt", 3, "trip_id"),
    (swapped("fare_attributes.txt", "26,CNY", "26,USD"), "fare_attributes.txt", 3, "currency_type"),
    (swapped("fare_attributes.txt", "26,CNY", "26.005,CNY"), "fare_attributes.txt", 3, "price"),
    (swapped("fare_attributes.txt", "26,CNY", "NaN,CNY"), "fare_attributes.txt", 3, "price"),
    (swapped("fare_rules.txt", "mid,r-qd,home,mid", "mid,r-qd,home,moon"), "fare_rules.txt", 3, "destination_id"),
    (swapped("fare_rules.txt", "near,,home", "far,,home"), "fare_rules.txt", 4, "fare_id"),
    (swapped("fare_rules.txt", "near,,home,near", "near,,near,home"), TIMES, 10, "stop_id"),
    (swapped(CALENDAR, "20261101,20270131", "20251101,20260131") | NO_DATES,
     CALENDAR, 0, "end_date"),
    (swapped("stops.txt", "371122001,莒县汽车站,35.58,118.83,1,,home,\n", ""), "stops.txt", 2, "parent_station"),
]  # fmt: skip


@pytest.mark.parametrize(("feed", "file", "line", "column"), BAD)
def test_each_error_is_told_where_it_is(
    feed: dict[str, str], file: str, line: int, column: str, tmp_path: Path
) -> None:
    _, problems = taken(feed, tmp_path)
    errors = [each for each in problems.found if not each.warning]
    assert (errors[0].file, errors[0].line, errors[0].column) == (file, line, column), [str(each) for each in errors]
    assert errors[0].what
    assert errors[0].hint


def test_one_error_does_not_make_others(tmp_path: Path) -> None:
    """A spoilt calendar takes its trips with it, without a word about each of their stops."""
    made, problems = taken(swapped(CALENDAR, "daily,1", "daily,x"), tmp_path)
    assert [str(each).partition(":")[0] for each in problems.found] == ["calendar.txt"]
    assert made is not None
    assert {run.source for run in made.runs} == {"qd-night"}, "what is left can be imported with a report"


UNREAD = [
    (swapped(TIMES, "qd-morning,,,370782001,2,,", "qd-morning,,,370782001,2"), "a stop of some trip is missing"),
    (swapped(TIMES, "qd-morning,,,370782001,2,,", 'qd-morning,,,370782001,"2,,'), "what did the quote swallow"),
    (spoilt(fare_rules="fare_id,fare_id\n"), "without its rules a fare would hold everywhere"),
    (spoilt(calendar_dates="service_id,date\nweekend,20261122\n"), "days that are taken off would be run"),
    (spoilt(frequencies=""), "a trip would leave once"),
    (swapped(CALENDAR, "20261101,20270131", "20251101,20260131") | NO_DATES, "ended"),
    (swapped(CALENDAR, ",1,1,1,1,1,1,1,", ",0,0,0,0,0,0,0,") | NO_DATES
     | {"trips.txt": GOOD["trips.txt"].replace("weekend", "daily")}, "has no day at all"),
]  # fmt: skip


@pytest.mark.parametrize(("feed", "why"), UNREAD)
def test_nothing_is_made_of_a_feed_that_is_half_read_or_has_ended(
    feed: dict[str, str], why: str, tmp_path: Path
) -> None:
    """Also where what is right of a feed is wanted: nobody can tell what is missing in it."""
    made, problems = taken(feed, tmp_path)
    assert made is None, why
    assert problems.errors
    assert not problems.usable


def test_a_file_that_breaks_off_leaves_nothing_to_be_imported(tmp_path: Path) -> None:
    whole = GOOD[TIMES].encode()
    for name, text in GOOD.items():
        (tmp_path / name).write_bytes(text.encode() if name != TIMES else whole[:-60] + b"\xff" + whole[-60:])
    problems = Problems()
    with Feed(tmp_path) as opened:
        content = read_feed(opened, PLAN.stop, problems)
    assert build(content, PLAN, problems, TODAY) is None
    assert [each.file for each in problems.found] == [TIMES]


def test_a_plan_of_another_zone_shifts_no_coach(tmp_path: Path) -> None:
    """Times of a feed are of its agencies' zone: 08:30 read in another one would be another time of day."""
    made, problems = taken(GOOD, tmp_path, PLAN.model_copy(update={"timezone": "Asia/Urumqi"}))
    assert made is None
    assert (problems.found[0].file, problems.found[0].column) == ("agency.txt", "agency_timezone")
    made, problems = taken(GOOD, tmp_path, PLAN.model_copy(update={"timezone": "Asia/Shanghai"}))
    assert made is not None
    assert problems.found == []


def test_a_feed_of_garbage_is_listed_to_an_end(tmp_path: Path) -> None:
    feed = dict(GOOD)
    feed["stop_times.txt"] += "rz,x,x,RZ,1,,\n" * (MOST_KEPT + 100)
    _, problems = taken(feed, tmp_path)
    assert problems.errors > MOST_KEPT
    assert len(problems.found) <= MOST_KEPT + 1


@pytest.mark.parametrize("broken", [b"\xff\xfe\x00", b'a,b\n"open', b"x" * 100_000])
def test_bytes_that_are_no_table(broken: bytes, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        for name, text in GOOD.items():
            archive.writestr(name, broken if name == "routes.txt" else text)

    problems = Problems()
    with Feed(tmp_path / "feed.zip") as feed:
        read_feed(feed, "371122001", problems)
    assert any(each.file == "routes.txt" and not each.warning for each in problems.found)


def test_what_is_no_feed_at_all(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    for path, said in ((tmp_path / "text", "not a zip"), (tmp_path / "none.zip", "no feed")):
        with pytest.raises(EnvironmentFault, match=said):
            Feed(path)


def test_files_in_a_folder_of_the_zip_are_not_taken(tmp_path: Path) -> None:
    _, problems = taken({f"feed/{name}": text for name, text in GOOD.items()}, tmp_path)
    assert {each.file for each in problems.found if "missing" in each.what} >= {"stops.txt", "trips.txt"}
    write(GOOD, tmp_path / "again.zip")


def test_a_stop_that_is_not_there_and_a_route_that_is_no_coach(tmp_path: Path) -> None:
    made, problems = taken(GOOD, tmp_path, PLAN.model_copy(update={"stop": "nowhere"}))
    assert made is None
    assert "there is no stop nowhere" in str(problems.found[0])
    made, problems = taken(swapped("routes.txt", "莒县 - 日照,200", "莒县 - 日照,2"), tmp_path)
    assert made is not None
    assert [each.warning for each in problems.found] == [True]
    assert not any("RZ" in run.trip for run in made.runs)
