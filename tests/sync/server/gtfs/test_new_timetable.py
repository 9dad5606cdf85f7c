"""A new timetable while the old one's coaches are on sale: nobody's seat moves, and nobody is left standing unasked."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.server.new_timetable import TimetableChange, What
from sync.server.on_sqlite import SqliteFile
from sync.server.settings import Policy
from sync.server.timetable import Timetable
from tests.sync.server.support import (
    DATE,
    FAR,
    NEAR,
    NOON,
    OTHER_STATION,
    SEATED,
    STATION,
    Clock,
    World,
    small_timetable,
)
from tests.sync.server.test_office import SALE
from tests.sync.server.test_staff_acts import fact
from tickets.keys import SigningKey
from tickets.staff import Act, sign_fact
from tickets.trust import Badge, Role


def changed(**lines: Any) -> Timetable:
    """The small timetable with its seated line otherwise."""
    whole = json.loads(small_timetable().model_dump_json())
    whole["lines"][0] |= lines
    return Timetable.model_validate(whole)


def without_seated() -> Timetable:
    whole = json.loads(small_timetable().model_dump_json())
    whole["lines"] = whole["lines"][1:]
    return Timetable.model_validate(whole)


def what_of(change: TimetableChange, trip: str = SEATED) -> tuple[What, ...]:
    return next((each.what for each in change.differences if each.trip == trip), ())


def departure(world: World, trip: str = SEATED) -> dict[str, Any]:
    rows = [row for row in world.rows("departures") if row[:3] == (STATION, DATE, trip)]
    found: dict[str, Any] = json.loads(rows[0][4])
    return found


def sell_one(world: World) -> None:
    assert world.office("sales", SALE | {"alighting": FAR}).status_code == 200


def test_the_same_timetable_changes_nothing(world: World) -> None:
    before = world.every_row()
    change = world.centre.stations.change_timetable(small_timetable())
    assert change.done
    assert change.differences == []
    assert world.every_row() == before


def test_other_gates_and_fares_reach_terminals(world: World, clock: Clock) -> None:
    gate = world.enrol("gate", "gate-1")
    sell_one(world)
    near, far = {"stop": NEAR, "fare": 2600, "minutes": 60}, {"stop": FAR, "fare": 4500, "minutes": 99}
    line = {"gate": "7", "stops": [near, far]}
    change = world.centre.stations.change_timetable(changed(**line))
    assert change.done, "nobody with a ticket has to be told"
    assert what_of(change) == (What.CHANGED,)
    told = gate.pull_all()["departure", f"{DATE}/{SEATED}"]
    assert (told["gate"], told["stops"][0]["fare"], told["state"]) == ("7", 2600, "scheduled")
    assert not world.centre.stations.change_timetable(changed(**line)).differences, "and again nothing"


def test_seats_that_are_shared_out_stay(world: World) -> None:
    till = world.enrol()
    seats = till.pull_all()["allotment", f"{DATE}/{SEATED}/{till.device}"]["seats"]
    change = world.centre.stations.change_timetable(changed(seats=12, places=12))
    assert what_of(change) == (What.KEEPS_PLACES,)
    assert departure(world)["seats"] == 9
    assert till.pull_all()["allotment", f"{DATE}/{SEATED}/{till.device}"]["seats"] == seats
    world.clock.forward(hours=2)
    world.centre.stations.upkeep()
    later = [json.loads(row[4]) for row in world.rows("departures") if row[2] == "QD1500" and row[0] == STATION]
    assert [each["seats"] for each in later] == [12], "the next ones have them"


def test_a_coach_with_tickets_is_not_taken_away_unasked(world: World) -> None:
    sell_one(world)
    before = world.every_row()
    change = world.centre.stations.change_timetable(without_seated())
    assert not change.done
    grave = [each for each in change.differences if each.grave]
    assert [(each.trip, each.sold, each.what) for each in grave] == [(SEATED, 1, (What.CANCELLED,))]
    assert world.every_row() == before, "all or nothing"
    assert world.centre.stations.change_timetable(without_seated(), accept=True).done
    assert departure(world)["state"] == "cancelled"
    assert world.centre.stations.change_timetable(small_timetable()).done
    assert departure(world)["state"] == "scheduled", "back in the timetable, it goes again"


def test_a_coach_that_a_feed_with_errors_leaves_out_is_not_taken_away_unasked(world: World) -> None:
    """The centre knows of no ticket, but a till without a line may have sold one, and perhaps a row was misspelt."""
    before = world.every_row()
    change = world.centre.stations.change_timetable(without_seated(), partial=True)
    assert not change.done
    grave = {each.trip: each.sold for each in change.differences if each.grave}
    assert grave[SEATED] == 0
    assert world.every_row() == before
    near = {"stop": NEAR, "fare": 2500, "minutes": 60}
    assert not world.centre.stations.change_timetable(changed(stops=[near]), partial=True).done, (
        "a place that it leaves out"
    )
    assert world.centre.stations.change_timetable(changed(gate="7"), partial=True).done, "what it says is taken"
    assert world.centre.stations.change_timetable(without_seated(), accept=True, partial=True).done


def test_passengers_are_not_left_without_their_stop_unasked(world: World) -> None:
    sell_one(world)
    near = {"stop": NEAR, "fare": 2500, "minutes": 60}
    change = world.centre.stations.change_timetable(changed(stops=[near]))
    assert not change.done
    assert [(each.trip, each.sold, each.stranded, each.what) for each in change.differences if each.grave] == [
        (SEATED, 1, 1, (What.CHANGED,))
    ]
    far = {"stop": FAR, "fare": 4500, "minutes": 120}
    assert world.centre.stations.change_timetable(changed(stops=[far])).done, "nobody was going to the other"


def test_the_places_of_a_coach_that_is_taken_away_are_put_right(world: World) -> None:
    """As they are when staff cancel it: nobody asks for places, and its tickets are listed for whoever gives money."""
    gate = world.enrol("gate", "gate-1")
    sell_one(world)
    assert gate.pull_all()["pool", f"{DATE}/{SEATED}"]["left"] > 0
    assert world.centre.stations.change_timetable(without_seated(), accept=True).done
    assert gate.pull_all()["pool", f"{DATE}/{SEATED}"]["left"] == 0
    listed = world.incidents("cancelled_with_tickets")
    assert [(each["subject"], len(each["body"]["numbers"])) for each in listed] == [(f"{DATE}/{SEATED}", 1)]
    assert world.centre.stations.change_timetable(small_timetable()).done
    assert gate.pull_all()["pool", f"{DATE}/{SEATED}"]["left"] > 0, "it goes again"
    assert world.incidents("cancelled_with_tickets")[0]["body"]["numbers"] == []


def test_a_coach_that_the_office_added_stays(world: World) -> None:
    at = departure(world)["departs_at"] + 600_000
    asked = {"service_date": DATE, "trip": "EXTRA1", "like": SEATED, "departs_at": at}
    assert world.office("departures", asked).status_code == 200
    change = world.centre.stations.change_timetable(without_seated(), accept=True)
    assert "EXTRA1" not in {each.trip for each in change.differences}
    assert departure(world, "EXTRA1")["state"] == "scheduled"


def test_a_dry_run_only_says_so(world: World) -> None:
    before = world.every_row()
    change = world.centre.stations.change_timetable(without_seated(), dry_run=True)
    assert not change.done
    assert what_of(change) == (What.CANCELLED,)
    assert world.every_row() == before


def test_what_has_left_stays_as_it_was(world: World) -> None:
    world.clock.forward(minutes=45)
    change = world.centre.stations.change_timetable(without_seated(), accept=True)
    assert SEATED not in {each.trip for each in change.differences}
    assert departure(world)["state"] == "scheduled"


def test_what_staff_did_stays_on_top(world: World) -> None:
    """A coach that staff sent to another gate and that the timetable gives another bay has both."""
    key = SigningKey.generate()
    world.centre.keys.issue_badge(
        Badge(number="0007", initials="WL", role=Role.DUTY_MANAGER, key=key.public, expires=NOON + timedelta(days=30))
    )
    relay = world.enrol("relay", "relay-1")
    relay.open_journal()
    relay.note("staff.acted", fact=sign_fact(fact(Act.GATE, gate="9"), key))
    assert relay.results(relay.push())[-1] == "kept"
    assert world.centre.stations.change_timetable(changed(bay="4")).done
    assert (departure(world)["gate"], departure(world)["bay"]) == ("9", "4")
    assert not world.centre.stations.change_timetable(changed(bay="4")).differences


def test_stops_come_and_go(world: World) -> None:
    gate = world.enrol("gate", "gate-1")
    whole = json.loads(small_timetable().model_dump_json())
    whole["lines"][0]["stops"] = whole["lines"][0]["stops"][:1]
    whole["stops"][1]["name"] = ["近处", "Nearby"]
    assert world.centre.stations.change_timetable(Timetable.model_validate(whole)).done
    told = gate.pull_all()
    assert told["stop", str(NEAR)]["name"] == ["近处", "Nearby"]
    assert told["stop", str(FAR)] is not None, "still a stop of the timetable"


def test_a_station_that_is_new_is_taken_in(world: World) -> None:
    assert world.centre.stations.change_timetable(small_timetable(440300), dry_run=True).done is False
    assert 440300 not in world.centre.stations.timetables()
    assert world.centre.stations.change_timetable(small_timetable(440300)).done
    assert set(world.centre.stations.timetables()) == {STATION, OTHER_STATION, 440300}


def test_upkeep_follows_the_timetable_of_now(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upkeep that began before a change makes no departure of the old timetable."""
    old = world.centre.stations.timetables()
    world.centre.stations.change_timetable(without_seated(), accept=True)
    monkeypatch.setattr(world.centre.stations, "timetables", lambda: old)
    world.clock.forward(minutes=60)
    world.centre.stations.upkeep()
    assert not [row for row in world.rows("departures") if row[0] == STATION and row[2] == "QD1400"]


def test_an_import_makes_no_database_beside_the_one_that_the_centre_runs_with(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A centre may be run with `--database`: then its directory has none, and no other may be begun there."""
    from station.cli import main
    from tests.sync.server.gtfs.feeds import GOOD, write

    plan, feed = tmp_path / "plan.toml", write(GOOD, tmp_path / "feed.zip")
    plan.write_text(f'stop = "371122001"\ncode = {STATION}\n[coach]\nseats = 45\n')
    told = replace(Policy.load(world.directory), database="")
    other = tmp_path / "other"
    other.mkdir()
    told.save(other)
    command = ["centre", "import-gtfs", str(feed), "--plan", str(plan), "--dir", str(other)]
    assert main(command) == 1
    assert "no centre.db" in capsys.readouterr().err
    assert [each.name for each in other.iterdir()] == ["centre.json"]
    assert main([*command, "--database", "sqlite:///elsewhere"]) == 1
    assert "not known here" in capsys.readouterr().err
    shutil.copytree(world.directory, tmp_path / "copy", ignore=shutil.ignore_patterns("centre.db*"))
    told.save(tmp_path / "copy")
    SqliteFile(tmp_path / "copy" / "centre.db").close()
    command[-1] = str(tmp_path / "copy")
    assert main(command) == 1
    assert "has no station" in capsys.readouterr().err


def test_the_command_imports_a_feed(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from station.cli import main
    from tests.sync.server.gtfs.feeds import GOOD, swapped, write

    plan = tmp_path / "plan.toml"
    plan.write_text(
        'stop = "371122001"\ncode = 440300\n[coach]\ngate = "1"\nseats = 45\n[route.RZ]\nseats = 0\nplaces = 33\n'
    )
    always = {"calendar.txt": GOOD["calendar.txt"].replace("20261101,20270131", "20250101,20991231")}  # on any day
    good, bad = (
        write({**GOOD, **always}, tmp_path / "good.zip"),
        write(swapped("fare_attributes.txt", "20.5", "-1") | always, tmp_path / "bad.zip"),
    )
    into = ["--plan", str(plan), "--dir", str(world.directory)]
    assert main(["centre", "import-gtfs", str(bad), *into]) == 1
    said = capsys.readouterr().out
    assert "fare_attributes.txt:4 price: this is not a price in yuan" in said
    assert "1 errors" in said or "errors and was not imported" in said
    assert 440300 not in world.centre.stations.timetables()
    report = tmp_path / "report.json"
    assert main(["centre", "import-gtfs", str(bad), *into, "--report", str(report), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["imported"], shown["trips"]) == (True, 3), "all but the five to Rizhao"
    assert json.loads(report.read_text("utf-8")) == shown
    assert main(["centre", "import-gtfs", str(good), *into, "--dry-run"]) == 0
    assert "Nothing was changed." in capsys.readouterr().out
    assert main(["centre", "import-gtfs", str(good), *into]) == 0
    assert len(world.centre.stations.timetables()[440300].runs) == 8
    out = tmp_path / "timetable.json"
    assert main(["centre", "import-gtfs", str(good), "--plan", str(plan), "--out", str(out)]) == 0
    assert Timetable.model_validate_json(out.read_text("utf-8")) == world.centre.stations.timetables()[440300]
    plan.write_text("stop = 1")
    assert main(["centre", "import-gtfs", str(good), *into]) == 1
    assert "cannot be used: stop" in capsys.readouterr().err
