"""Hand-written feeds: a good one as texts, and ways to spoil it."""

import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sync.server.gtfs.building import build
from sync.server.gtfs.files import Feed
from sync.server.gtfs.plan import StationPlan
from sync.server.gtfs.problems import Problems
from sync.server.gtfs.reading import read_feed
from sync.server.timetable import Timetable

TODAY = date(2026, 11, 22)
"""A Sunday."""

GOOD: Mapping[str, str] = {
    "agency.txt": (
        "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n"
        "JX,莒县客运,https://coaches.example,Asia/Shanghai,zh\n"
    ),
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,zone_id,platform_code\n"
        "371122001,莒县汽车站,35.58,118.83,1,,home,\n"
        "JX-1,莒县汽车站1,35.58,118.83,0,371122001,home,1\n"
        "JX-2,莒县汽车站2,35.58,118.83,0,371122001,home,2\n"
        "370782001,诸城汽车站,35.99,119.41,,,mid,\n"
        "370200001,青岛汽车站,36.07,120.38,,,sea,\n"
        "RZ,日照,35.42,119.53,,,near,\n"
    ),
    "routes.txt": (
        "route_id,agency_id,route_short_name,route_long_name,route_type\n"
        "r-qd,JX,QD,莒县 - 青岛,3\n"
        "r-rz,JX,RZ,莒县 - 日照,200\n"
    ),
    "trips.txt": (
        "route_id,service_id,trip_id,trip_short_name\n"
        "r-qd,daily,qd-morning,\n"
        "r-qd,weekend,qd-night,\n"
        "r-qd,daily,qd-late,K901\n"
        "r-rz,daily,rz,\n"
    ),
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"
        "qd-morning,08:30:00,08:30:00,JX-1,1,,\n"
        "qd-morning,,,370782001,2,,\n"
        "qd-morning,11:30:00,11:30:00,370200001,3,,\n"
        "qd-night,25:10:00,25:10:00,JX-1,1,,\n"
        "qd-night,28:10:00,28:10:00,370200001,9,,\n"
        "qd-late,27:30:00,27:30:00,JX-1,1,,\n"
        "qd-late,30:30:00,30:30:00,370200001,9,,\n"
        "rz,00:00:00,00:00:00,JX-2,1,,\n"
        "rz,01:15:30,01:15:30,RZ,2,,\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,1,1,1,1,1,1,20261101,20270131\n"
        "weekend,0,0,0,0,0,1,1,20261101,20270131\n"
    ),
    "calendar_dates.txt": "service_id,date,exception_type\nweekend,20261125,1\nweekend,20261122,2\n",
    "frequencies.txt": (
        "trip_id,start_time,end_time,headway_secs,exact_times\nrz,06:00:00,07:30:00,1800,1\n"
        "rz,18:00:00,18:30:00,900,1\n"
    ),
    "fare_attributes.txt": (
        "fare_id,price,currency_type,payment_method,transfers\n"
        "sea,60.00,CNY,1,\nmid,26,CNY,1,\nnear,20.5,CNY,1,\n"
    ),
    "fare_rules.txt": (
        "fare_id,route_id,origin_id,destination_id,contains_id\n"
        "sea,r-qd,home,sea,\nmid,r-qd,home,mid,\nnear,,home,near,\n"
    ),
    "translations.txt": (
        "table_name,field_name,language,translation,record_id,record_sub_id,field_value\n"
        "stops,stop_name,en,Juxian Coach Station,371122001,,\n"
        "stops,stop_name,en,Zhucheng,,,诸城汽车站\n"
        "stops,stop_name,en,Qingdao Coach Station,370200001,,\n"
        "stops,stop_name,en,Rizhao,RZ,,\n"
        "agency,agency_name,en,Juxian Coaches,JX,,\n"
    ),
}  # fmt: skip

PLAN = StationPlan.model_validate(
    {
        "stop": "371122001",
        "code": 371122,
        "coach": {"gate": "1", "seats": 45},
        "route": {"RZ": {"seats": 0, "places": 33, "gate": "3", "bay": "9"}},
    }
)


def spoilt(**changes: str | None) -> dict[str, str]:
    """The good feed with files replaced (`stops=…`) or taken away (None)."""
    feed = dict(GOOD)
    for name, text in changes.items():
        if text is None:
            del feed[f"{name}.txt"]
        else:
            feed[f"{name}.txt"] = text
    return feed


def swapped(file: str, old: str, new: str) -> dict[str, str]:
    """The good feed with one text in one file replaced."""
    assert old in GOOD[file], f"{file} has no {old!r}"
    return {**GOOD, file: GOOD[file].replace(old, new)}


def write(feed: Mapping[str, str], to: Path) -> Path:
    """The feed as a zip."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in feed.items():
            archive.writestr(name, text)
    return to


def taken(
    feed: Mapping[str, str], tmp_path: Path, plan: StationPlan = PLAN, before: Timetable | None = None
) -> tuple[Timetable | None, Problems]:
    """Read a feed and build the timetable from it."""
    problems = Problems()
    with Feed(write(feed, tmp_path / "feed.zip")) as opened:
        content = read_feed(opened, plan.stop, problems)
    return build(content, plan, problems, TODAY, before), problems
