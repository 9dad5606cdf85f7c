"""Departures put on by hand beside those of the timetable: their names, and what a known name means."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sync.server.support import DATE, NOON, OTHER_STATION, SEATED, Clock, World, small_timetable


def wish(minutes: int, trip: str = "QD1245", **more: object) -> dict[str, Any]:
    leaves = int((NOON + timedelta(minutes=minutes)).timestamp() * 1000)
    return {"service_date": DATE, "like": SEATED, "trip": trip, "departs_at": leaves, **more}


def test_a_name_that_the_timetable_has_that_day_is_refused(world: World) -> None:
    answer = world.office("departures", wish(35, "QD2200"))
    assert (answer.status_code, answer.json()["what"]) == (409, "the timetable has a departure of this trip that day")
    assert world.office("departures", wish(35, "QD2201")).status_code == 200


def test_a_known_name_does_not_stop_the_upkeep(world: World, clock: Clock) -> None:
    """A new timetable names trips as it likes: also one that has left already under another."""
    assert world.office("departures", wish(35, "KZ1400")).status_code == 200
    clock.forward(minutes=60)  # it left longer ago than departures are made for
    old = small_timetable().model_dump(mode="json")
    lines = [*old["lines"], {**old["lines"][0], "code": "KZ", "first": "14:00", "last": "14:00"}]
    new = type(small_timetable()).model_validate({**old, "lines": lines})
    assert world.centre.change_timetable(new).done
    clock.forward(minutes=30)
    world.centre.upkeep()
    assert f"{DATE}/QD1430" in {f"{row[1]}/{row[2]}" for row in world.rows("departures")}


def test_what_is_wrong_at_one_station_does_not_keep_the_others_waiting(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = world.centre
    whole = centre._timetable

    def damaged(connection: Any, station: int) -> Any:
        if station == OTHER_STATION:
            raise ValueError("this timetable cannot be read")
        return whole(connection, station)

    monkeypatch.setattr(centre, "_timetable", damaged)
    assert OTHER_STATION < 371122, "it comes first"
    clock.forward(minutes=30)
    with pytest.raises(ExceptionGroup, match=r"station 330523") as told:
        centre.upkeep()
    assert [str(each) for each in told.value.exceptions] == ["this timetable cannot be read"]
    made = {(row[0], row[2]) for row in world.rows("departures")}
    assert (371122, "QD1330") in made
    assert (OTHER_STATION, "QD1330") not in made
