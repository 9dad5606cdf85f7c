"""Whatever goes wrong in a run is a failure of its seed, with its story; and more of everything can be asked for."""

import argparse
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

import station.simulate.runs
from station.simulate.agenda import AT_ONE_MS, Agenda, Stuck
from station.simulate.arguments import add_arguments
from station.simulate.command import Played, run
from station.simulate.disk.disks import Image
from station.simulate.faults.schedule import FAULTS, STORM, schedule
from station.simulate.history import History
from station.simulate.plan import Plan, usual_plan
from station.simulate.runs import Images, Runs
from station.simulate.world import NotInstalled
from tests.simulate.child import plan_of, play_it

PLAN = Plan(seed=11, hours=0.01)
SEEDS = range(1, 200)


class Nothing:
    """An image with nothing in it, as no disk is."""

    def of(self, _plan: Plan) -> Mapping[str, Image]:
        return {"nobody": Image.__new__(Image)}


class Fails:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def of(self, _plan: Plan) -> Mapping[str, Image]:
        raise self._error


def test_what_cannot_be_installed_is_a_failure_with_its_story() -> None:
    history = History()
    history.note(5, "technician", "types a code")
    played = Runs(Fails(NotInstalled(LookupError("no such code"), history))).play(PLAN)
    assert played.seed == PLAN.seed
    assert "LookupError: no such code" in played.broken
    assert "types a code" in played.story


@pytest.mark.parametrize(
    ("images", "error"), [(Fails(KeyError("nobody")), "KeyError: 'nobody'"), (Nothing(), "AttributeError")]
)
def test_a_bug_of_the_simulation_is_a_failure_of_its_seed(images: Images, error: str) -> None:
    played = Runs(images).play(PLAN)
    assert played.seed == PLAN.seed
    assert error in played.broken
    assert "Traceback" in played.story


def test_a_moment_that_never_ends_is_told() -> None:
    agenda = Agenda()

    def again() -> None:
        agenda.after(0, again)

    agenda.after(70, again)
    with pytest.raises(Stuck, match=f"{AT_ONE_MS} things happened at 70 ms"):
        agenda.run(1000)


def test_many_things_at_many_moments_are_no_trouble() -> None:
    agenda = Agenda()
    acts = 0

    def again() -> None:
        nonlocal acts
        acts += 1
        if acts < AT_ONE_MS + 10:
            agenda.after(acts % 2, again)

    agenda.after(0, again)
    agenda.run(AT_ONE_MS)
    assert acts == AT_ONE_MS + 10


def test_each_station_has_its_share_of_faults_in_each_hour() -> None:
    def number(hours: float, stations: int) -> int:
        return sum(len(schedule(Plan(seed=seed, hours=hours, stations=stations))) for seed in SEEDS)

    one = number(1.0, 1)
    assert number(2.0, 3) > 5 * one
    assert abs(number(3.0, 2) - number(2.0, 3)) < one
    assert abs(number(0.5, 2) - one) < one / 50


def test_what_is_grave_happens_once_in_an_hour_of_a_station_at_most() -> None:
    grave = {fault.name for fault in FAULTS if fault.grave}
    most = 0
    for seed in SEEDS:
        for hours, stations in ((1.0, 1), (2.0, 2)):
            struck = Counter(name for _, name, _ in schedule(Plan(seed=seed, hours=hours, stations=stations)))
            times = max((struck[name] for name in grave), default=0)
            assert times <= hours * stations
            most = max(most, times)
    assert most == 4


def test_the_command_plays_as_many_stations_and_hours_as_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plans: list[Plan] = []

    class Noted(Runs):
        def play(self, plan: Plan, *, calm: bool = False, whole_story: bool = False) -> Played:  # noqa: ARG002  the real one's own signature
            plans.append(plan)
            return Played(seed=plan.seed, broken="" if plan.seed < 8 else "a promise", story="how it came")

    monkeypatch.setattr(station.simulate.runs, "Runs", Noted)
    asked = argparse.ArgumentParser()
    add_arguments(asked)
    assert run(asked.parse_args(["--seed", "7", "--stations", "2", "--hours", "0.5", "--runs", "4"])) == 1
    assert plans == [usual_plan(seed, 0.5, 2) for seed in (7, 8)]
    assert {(plan.stations, plan.lasts_ms) for plan in plans} == {(2, 1_800_000)}
    told = capsys.readouterr()
    assert "how it came" in told.out
    assert "seed 8: BROKEN: a promise" in told.err


def test_ci_plays_more_stations_and_more_hours_too() -> None:
    plans = [plan_of(seed, 1.0) for seed in range(1, 301)]
    two = [plan for plan in plans if plan.stations == 2]
    assert 25 <= len(two) <= 40
    assert len({(plan.tills, plan.gates, plan.relay, plan.hours) for plan in two}) == 1, "each shape is made once more"
    assert len([plan for plan in plans if plan.hours == 2.0]) == 3
    assert play_it(two[0]) == f"waystation simulate --seed {two[0].seed} --stations 2 --hours 0.5"
    assert play_it(plan_of(7, 1.0)) == "waystation simulate --seed 7"


def test_in_a_storm_every_till_and_gate_dies_at_its_work() -> None:
    plan = Plan(seed=0, tills=2, gates=2, hours=1.0)
    schedules = [schedule(replace(plan, seed=seed)) for seed in SEEDS]
    storms = [struck for struck in schedules if {name for _, name, _ in struck} == {STORM}]
    assert 0.05 < len(storms) / len(SEEDS) < 0.15
    assert all(8 <= len(struck) <= 20 for struck in storms)
    assert all(at <= plan.lasts_ms for struck in storms for at, _, _ in struck)
