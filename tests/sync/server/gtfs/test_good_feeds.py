"""What a good feed becomes: coaches on the right days at the right times, with fares, names and gates."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sync.server.gtfs.files import Feed
from sync.server.gtfs.names import split_pinyin, typed
from sync.server.gtfs.plan import StationPlan
from sync.server.gtfs.problems import Problems
from sync.server.gtfs.reading import read_feed
from sync.server.timetable import Timetable, read_timetable
from tests.sync.server.gtfs.feeds import GOOD, PLAN, spoilt, swapped, taken
from tickets.departures import Departure

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def timetable(tmp_path: Path) -> Timetable:
    made, problems = taken(GOOD, tmp_path)
    assert made is not None, [str(each) for each in problems.found]
    assert problems.found == []
    return made


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


def leaving(timetable: Timetable, start: datetime, end: datetime) -> list[tuple[str, str, str]]:
    """(service date, trip, local time) of what leaves, in order of time."""
    found = sorted(timetable.departures(start, end), key=lambda each: (each.departs_at, each.trip))
    return [
        (each.service_date.isoformat(), each.trip, f"{each.departs_at.astimezone(CHINA):%m-%d %H:%M}") for each in found
    ]


def only(timetable: Timetable, trip: str, day: date) -> Departure:
    start = local(day.year, day.month, day.day)
    return next(
        each
        for each in timetable.departures(start, start + timedelta(days=2))
        if (each.trip, each.service_date) == (trip, day)
    )


def test_a_week_of_coaches(timetable: Timetable) -> None:
    rz = [("0600", "06:00"), ("0630", "06:30"), ("0700", "07:00"), ("1800", "18:00"), ("1815", "18:15")]
    day = [("2026-11-24", f"RZ{name}", f"11-24 {at}") for name, at in rz]
    assert leaving(timetable, local(2026, 11, 24, 4), local(2026, 11, 25)) == [
        *day[:3],
        ("2026-11-24", "QD0830", "11-24 08:30"),
        *day[3:],
    ]


def test_times_past_midnight_and_the_service_day_until_three(timetable: Timetable) -> None:
    """25:10 of Saturday is 01:10 of Sunday and still Saturday's service; 27:30 is after 03:00, so the next day's."""
    night = leaving(timetable, local(2026, 11, 29), local(2026, 11, 29, 4))
    assert night == [("2026-11-28", "QD0110", "11-29 01:10"), ("2026-11-29", "K901", "11-29 03:30")]


def test_days_added_and_removed(timetable: Timetable) -> None:
    """Sunday the 22nd is taken off the weekend service, Wednesday the 25th is added."""
    nights = [day for day, trip, _ in leaving(timetable, local(2026, 11, 20), local(2026, 11, 30)) if trip == "QD0110"]
    assert nights == ["2026-11-21", "2026-11-25", "2026-11-28"]


def test_the_ends_of_the_calendar(timetable: Timetable) -> None:
    assert leaving(timetable, local(2026, 10, 1), local(2026, 11, 1, 5)) == []
    assert leaving(timetable, local(2027, 2, 1, 4), local(2027, 3, 1)) == []
    assert leaving(timetable, local(2027, 2, 1), local(2027, 2, 1, 4)) == [
        ("2027-01-31", "QD0110", "02-01 01:10"),
        ("2027-02-01", "K901", "02-01 03:30"),
    ]


def test_where_a_coach_goes_for_how_much_and_how_long(timetable: Timetable) -> None:
    coach = only(timetable, "QD0830", date(2026, 11, 24))
    assert [(call.stop, call.fare, call.minutes) for call in coach.stops] == [
        (370782001, 2600, 90),
        (370200001, 6000, 180),
    ]
    assert (coach.gate, coach.bay, coach.seats, coach.places, coach.boarding) == ("1", "1", 45, 45, 371122001)
    flow = only(timetable, "RZ0630", date(2026, 11, 24))
    assert [(call.fare, call.minutes) for call in flow.stops] == [(2050, 76)]
    assert (flow.gate, flow.bay, flow.seats, flow.places) == ("3", "9", None, 33)


def test_names_and_how_they_are_typed(timetable: Timetable) -> None:
    stops = {stop.name[0]: stop for stop in timetable.stops}
    assert (stops["青岛汽车站"].name[1], stops["青岛汽车站"].pinyin, stops["青岛汽车站"].initials) == (
        "Qingdao Coach Station", "qingdao", "qd",
    )  # fmt: skip
    assert (stops["日照"].initials, stops["诸城汽车站"].initials) == ("rz", "zc")
    assert stops["日照"].popular == 100, "five a day go there"
    assert timetable.station.operator == ("莒县客运", "Juxian Coaches")
    assert timetable.station.name == ("莒县汽车站", "Juxian Coach Station")
    assert timetable.station.stop == 371122001


def test_a_number_for_a_stop_whose_id_is_none(timetable: Timetable, tmp_path: Path) -> None:
    number = next(stop.id for stop in timetable.stops if stop.name[0] == "日照")
    assert 2**31 <= number < 2**32
    again, _ = taken(GOOD, tmp_path)
    assert again is not None
    assert number in {stop.id for stop in again.stops}, "the same from feed to feed"
    planned = PLAN.model_copy(update={"numbers": {"RZ": 371100001}})
    mine, _ = taken(GOOD, tmp_path, planned)
    assert mine is not None
    assert 371100001 in {stop.id for stop in mine.stops}
    clash, problems = taken(GOOD, tmp_path, PLAN.model_copy(update={"numbers": {"RZ": 370200001}}))
    assert clash is None
    assert "same number" in str(problems.found[-1])


def test_numbers_of_stops_that_nobody_here_travels_to_do_not_matter(tmp_path: Path) -> None:
    feed = dict(GOOD)
    feed["stops.txt"] += "ELSEWHERE,别处,30,110,,,away,\n"
    made, problems = taken(feed, tmp_path, PLAN.model_copy(update={"numbers": {"ELSEWHERE": 370200001}}))
    assert made is not None, [str(each) for each in problems.found]
    assert problems.errors == 0


def test_a_platform_whose_station_has_no_name_is_called_by_its_own(tmp_path: Path) -> None:
    feed = dict(GOOD)
    feed["stops.txt"] = GOOD["stops.txt"].replace("RZ,日照,35.42,119.53,,,near", "RZ,日照,35.42,119.53,,RZ-S,near")
    feed["stops.txt"] += "RZ-S,,35.42,119.53,1,,near,\n"
    made, problems = taken(feed, tmp_path)
    assert made is not None, "all of it but the station's row is right"
    assert problems.errors == 1
    assert "日照" in {stop.name[0] for stop in made.stops}


def test_a_trip_without_fixed_stops_is_left_out(tmp_path: Path) -> None:
    """Its rows name an area instead of a stop (GTFS Flex); all that has stops is read."""
    feed = dict(GOOD)
    rows = GOOD["stop_times.txt"].splitlines()
    area = {"qd-night,28:10:00,28:10:00,370200001,9,,": "qd-night,,,,9,,"}
    feed["stop_times.txt"] = "\n".join(
        [f"{rows[0]},location_id", *(f"{area.get(row, row)},{'zone-1' if row in area else ''}" for row in rows[1:]), ""]
    )
    made, problems = taken(feed, tmp_path)
    assert made is not None, [str(each) for each in problems.found]
    assert (problems.errors, problems.warnings) == (0, 1)
    assert (problems.found[0].file, problems.found[0].line) == ("stop_times.txt", 6)
    assert {run.source for run in made.runs if "@" not in run.source} == {"qd-morning", "qd-late"}


@pytest.mark.parametrize(
    ("english", "chinese", "expected"),
    [
        ("Xi'an", "西安", ("xian", "xa")),
        ("Xian", "县", ("xian", "x")),
        ("Lianyungang", "连云港", ("lianyungang", "lyg")),
        ("Jinan Long-Distance Coach Station", "济南长途汽车总站", ("jinan", "jn")),
        ("Wulian North", "五莲北", ("wuliannorth", "wn")),
        ("", "五莲", None),
    ],
)
def test_typing_a_place(english: str, chinese: str, expected: tuple[str, str] | None) -> None:
    assert typed((chinese, english)) == expected


def test_pinyin_is_split_only_where_it_is_pinyin() -> None:
    assert split_pinyin("zhengzhou", 2) == ("zheng", "zhou")
    assert split_pinyin("zhengzhou", 1) is None
    assert split_pinyin("north", 2) is None


def test_a_timetable_survives_being_kept(timetable: Timetable) -> None:
    assert read_timetable(timetable.model_dump_json(), "of a test") == timetable


def test_clocks_that_change(tmp_path: Path) -> None:
    """Times count from noon less twelve hours, which on such a day is not midnight."""
    feed = swapped("agency.txt", "Asia/Shanghai", "Europe/Berlin")
    feed["calendar.txt"] = feed["calendar.txt"].replace("20270131", "20270401")
    made, _ = taken(feed, tmp_path)
    assert made is not None
    run = next(run for run in made.runs if run.source == "qd-morning")
    spring = run.leaves_at(date(2027, 3, 28), ZoneInfo("Europe/Berlin"))
    assert spring.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M") == "08:30"
    early = run.model_copy(update={"leaves_s": 3600}).leaves_at(date(2027, 3, 28), ZoneInfo("Europe/Berlin"))
    assert early.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M") == "28 00:00"


def test_a_tariff_where_the_feed_has_no_fares(tmp_path: Path) -> None:
    plan = PLAN.model_dump() | {"tariff": {"base": 200, "per_km": 30, "rounded_to": 50, "least": 500}}
    made, problems = taken(spoilt(fare_attributes=None, fare_rules=None), tmp_path, StationPlan.model_validate(plan))
    assert made is not None
    assert problems.errors == 0
    fares = {call.stop: call.fare for run in made.runs for call in run.stops}
    straight_km = 149.7
    assert abs(fares[370200001] - (200 + 30 * straight_km * 1.25)) <= 100
    assert all(fare % 50 == 0 and fare >= 500 for fare in fares.values())


def test_the_cheapest_fare_that_holds(tmp_path: Path) -> None:
    feed = dict(GOOD)
    feed["fare_attributes.txt"] += "any,90,CNY,1,\nthrough,40,CNY,1,\n"
    feed["fare_rules.txt"] += "through,r-qd,,,home\nthrough,r-qd,,,mid\nthrough,r-qd,,,sea\n"
    made, _ = taken(feed, tmp_path)
    assert made is not None
    fares = {(run.source, call.stop): call.fare for run in made.runs for call in run.stops}
    assert fares["qd-morning", 370200001] == 4000, "passes just these three zones"
    assert fares["qd-night", 370200001] == 6000, "does not pass mid"
    assert fares["qd-morning", 370782001] == 2600


def test_nobody_boards_or_gets_off_where_they_may_not(tmp_path: Path) -> None:
    feed = swapped("stop_times.txt", "qd-morning,,,370782001,2,,", "qd-morning,,,370782001,2,,1")
    feed["stop_times.txt"] = feed["stop_times.txt"].replace(
        "qd-night,25:10:00,25:10:00,JX-1,1,,", "qd-night,25:10:00,25:10:00,JX-1,1,1,"
    )
    made, problems = taken(feed, tmp_path)
    assert made is not None
    assert problems.errors == 0
    runs = {run.source: run for run in made.runs}
    assert [call.stop for call in runs["qd-morning"].stops] == [370200001]
    assert "qd-night" not in runs


def test_two_coaches_of_one_minute_have_two_names_and_keep_them(tmp_path: Path) -> None:
    feed = dict(GOOD)
    feed["trips.txt"] += "r-qd,daily,qd-relief,\n"
    relief = "\n".join(
        line.replace("qd-morning", "qd-relief") for line in GOOD["stop_times.txt"].splitlines() if "qd-morning" in line
    )
    feed["stop_times.txt"] += relief + "\n"
    first, _ = taken(feed, tmp_path)
    assert first is not None
    assert {run.source: run.trip for run in first.runs if "@" not in run.source} == {
        "qd-morning": "QD0830", "qd-relief": "QD0830A", "qd-night": "QD0110", "qd-late": "K901",
    }  # fmt: skip
    feed["trips.txt"] = feed["trips.txt"].replace("r-qd,daily,qd-morning,\n", "")
    feed["stop_times.txt"] = GOOD["stop_times.txt"] + relief + "\n"
    feed["stop_times.txt"] = "\n".join(line for line in feed["stop_times.txt"].splitlines() if "qd-morning" not in line)
    later, problems = taken(feed, tmp_path, before=first)
    assert later is not None, [str(each) for each in problems.found]
    assert next(run.trip for run in later.runs if run.source == "qd-relief") == "QD0830A", "tickets are sold for it"


def test_a_folder_is_a_feed_too(tmp_path: Path) -> None:
    for name, text in GOOD.items():
        (tmp_path / name).write_text("\ufeff" + text.replace("\n", "\r\n"), "utf-8", newline="")
    problems = Problems()
    with Feed(tmp_path) as feed:
        content = read_feed(feed, "371122001", problems)
    assert problems.found == []
    assert len(content.calls) == 4


def test_intervals_without_exact_times_are_told(tmp_path: Path) -> None:
    made, problems = taken(swapped("frequencies.txt", "1800,1", "1800,0"), tmp_path)
    assert made is not None
    assert [each.warning for each in problems.found] == [True]
    assert "exact_times" in str(problems.found[0])
