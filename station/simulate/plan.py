"""What is simulated: how many stations, with how much at each, for how long, from which number."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from sync.server.timetable import Timetable

BEGINS = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
"""Eight in the morning at the stations."""
BEGINS_MS = int(BEGINS.timestamp() * 1000)
FIRST_STATION = 371101
NEAR, FAR = 371100901, 370200902


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run. `relay`: whether each station has one. `without`: what gates do while it does not answer."""

    seed: int
    hours: float = 1.0
    stations: int = 1
    tills: int = 1
    gates: int = 2
    relay: bool = True
    without: str = "admit"
    passengers_an_hour: int = 16

    @property
    def lasts_ms(self) -> int:
        """How long people come."""
        return int(self.hours * 3_600_000)


def usual_plan(seed: int, hours: float, stations: int) -> Plan:
    """The plan of a seed: mostly a till or two, two gates and a relay at each station."""
    chance = Random(f"plan {seed}")  # noqa: S311  repeatable chance is the point
    return Plan(
        seed=seed,
        hours=hours,
        stations=stations,
        tills=chance.choice((1, 1, 2)),
        gates=2,
        relay=chance.random() < 0.85,
        without=chance.choice(("admit", "admit", "staff")),
        passengers_an_hour=chance.choice((4, 6, 8, 10, 16)),
    )


def station_code(number: int) -> int:
    """The administrative number of the n-th station, counted from 1."""
    return FIRST_STATION + number - 1


def home_stop(number: int) -> int:
    """Where passengers of the n-th station board."""
    return station_code(number) * 1000 + 1


def timetable_of(number: int) -> Timetable:
    """Coaches with nine numbered seats every twenty minutes, and with six counted places every half hour."""
    code, home = station_code(number), home_stop(number)
    line: dict[str, Any] = {"last": "23:50", "bay": "1", "identity": "code", "plates": ["鲁L61827"]}
    near: dict[str, Any] = {"stop": NEAR, "fare": 2000, "minutes": 60}
    far: dict[str, Any] = {"stop": FAR, "fare": 4000, "minutes": 120}
    return Timetable.model_validate(
        {
            "station": {
                "code": code,
                "name": [f"第{number}汽车站", f"Coach Station {number}"],
                "operator": ["模拟客运", "Simulated Coaches"],
                "timezone": "Asia/Shanghai",
                "stop": home,
            },
            "check_in": {"opens_minutes": 40, "closes_minutes": 3},
            "horizon": {"behind_minutes": 5, "ahead_minutes": 150},
            "stops": [
                {"id": stop, "name": ["某地", name], "pinyin": name, "initials": name[0], "popular": popular}
                for stop, name, popular in ((home, "home", 0), (NEAR, "near", 5), (FAR, "far", 3))
            ],
            "lines": [
                {**line, "code": "K", "first": "00:10", "every_minutes": 20, "gate": "1", "seats": 9, "places": 9,
                 "stops": [near, far]},
                {**line, "code": "L", "first": "00:15", "every_minutes": 30, "gate": "2", "seats": None, "places": 6,
                 "stops": [near]},
            ],
        }
    )  # fmt: skip
