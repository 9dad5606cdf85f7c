"""Departures put on by hand beside those of the timetable: names, states, and the same wish again."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sync.server.support import DATE, NOON, OTHER_STATION, SEATED, Clock, Terminal, World, small_timetable


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
    assert world.centre.stations.change_timetable(new).done
    clock.forward(minutes=30)
    world.centre.stations.upkeep()
    assert f"{DATE}/QD1430" in {f"{row[1]}/{row[2]}" for row in world.rows("departures")}


def test_what_is_wrong_at_one_station_does_not_keep_the_others_waiting(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = world.centre
    whole = centre.house.timetable

    def damaged(connection: Any, station: int) -> Any:
        if station == OTHER_STATION:
            raise ValueError("this timetable cannot be read")
        return whole(connection, station)

    monkeypatch.setattr(centre.house, "timetable", damaged)
    assert OTHER_STATION < 371122, "it comes first"
    clock.forward(minutes=30)
    with pytest.raises(ExceptionGroup, match=r"station 330523") as told:
        centre.stations.upkeep()
    assert [str(each) for each in told.value.exceptions] == ["this timetable cannot be read"]
    made = {(row[0], row[2]) for row in world.rows("departures")}
    assert (371122, "QD1330") in made
    assert (OTHER_STATION, "QD1330") not in made


def test_a_coach_like_a_cancelled_one_goes(till: Terminal) -> None:
    world = till.world
    old = small_timetable().model_dump(mode="json")
    without = [{**line, "first": "23:59"} if line["code"] == "QD" else line for line in old["lines"]]
    timetable = type(small_timetable()).model_validate({**old, "lines": without})
    assert world.centre.stations.change_timetable(timetable, accept=True).done
    made = world.office("departures", wish(45)).json()
    assert (made["state"], made["merged_into"]) == ("scheduled", None)


def test_the_same_wish_again_is_the_same_departure_whatever_became_of_its_model(world: World) -> None:
    asked = wish(45, places=4)
    made = world.office("departures", asked).json()
    old = small_timetable().model_dump(mode="json")
    moved = [{**line, "gate": "7"} if line["code"] == "QD" else line for line in old["lines"]]
    assert world.centre.stations.change_timetable(type(small_timetable()).model_validate({**old, "lines": moved})).done
    before = world.every_row()
    again = world.office("departures", asked)
    assert (again.status_code, again.json()) == (200, made)
    assert world.every_row() == before
    assert world.office("departures", wish(45, places=5)).status_code == 409
    assert world.office("departures", wish(46, places=4)).status_code == 409
