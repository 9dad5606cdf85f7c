"""The bench works and says what it should; how fast this machine is, no test asks."""

import json
from pathlib import Path
from typing import Any

import pytest

from station.bench import empties, scenes, sizes
from station.bench.__main__ import main
from station.bench.measure import at_most, at_most_times, more_than, told
from station.bench.pictures import OURS, interval, measure


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    parts = "sizes,decisions,arbiter,backlog,load,passage,centre,frames,printing"
    assert main(["--quick", "--only", parts, "--out", str(out)]) == 0
    lines: list[dict[str, Any]] = json.loads(out.read_text("utf-8"))
    assert [each.name for each in out.parent.iterdir()] == ["bench.json"], "the store was left behind"
    return lines


def test_every_line_has_the_same_members_and_a_name_of_its_own(report: list[dict[str, Any]]) -> None:
    for line in report:
        assert list(line) == ["name", "value", "unit", "against", "ratio", "budget", "ok"]
        assert line["value"] >= 0
        assert (line["budget"] is None) == (line["ok"] is None)
        assert "×" not in (line["budget"] or "") or line["ratio"] is not None
    names = [line["name"] for line in report]
    assert len(names) == len(set(names))


def test_each_kind_of_decision_is_held_against_its_floor(report: list[dict[str, Any]]) -> None:
    decided = {line["name"]: line for line in report if " 20,000 cached" in line["name"] and line["budget"]}
    assert len(decided) == 6
    for kind in ("ticket of the centre", "ticket of a till", "bare number"):
        for which in ("median", "p99"):
            line = decided[f"decision, {kind}, 20,000 cached, {which}"]
            assert line["budget"] == "≤ 2 ×"
            assert "durable insert" in line["against"]
            assert ("two verifications" in line["against"]) == (kind == "ticket of a till")


def test_what_needs_other_processes_is_measured(report: list[dict[str, Any]]) -> None:
    measured = {line["name"]: line for line in report}
    arbitrated = measured["decision, ticket of the centre, with the arbiter, median"]
    assert (arbitrated["budget"], arbitrated["ratio"] > 0) == ("≤ 9 ms", True)
    drained = measured["claim while 400 events drain through the relay, median"]
    assert (drained["budget"], drained["ratio"] > 0) == ("≤ 9 ms", True)
    assert measured["400 events handed on"]["value"] > 0
    assert measured["decision while 2,000 changes are applied, median"]["budget"] == "≤ 2 ×"
    assert measured["2,000 changes applied meanwhile"]["value"] > 0
    assert measured["first sync of 2,000 tickets, from the process's start"]["budget"] == "≤ 10 s"
    assert measured["a refund at the centre → refused at a gate, slowest of 1"]["budget"] == "≤ 2 s"


def test_the_controllers_own_time_has_two_halves(report: list[dict[str, Any]]) -> None:
    own = {line["name"]: line["value"] for line in report if line["name"].startswith("passage")}
    assert len(own) == 5
    assert own["passage, use durable → open command on the wire, median"] > 0
    ready = own["passage, exit beam free → lane ready, median"]
    assert 0 < own["passage, of that: until the beams are looked at, median"] <= ready


def test_tickets_are_within_their_size() -> None:
    by_centre, by_till = sizes.run()
    assert by_centre.ok, by_centre
    assert by_till.ok, by_till
    assert (by_centre.against, by_centre.budget) == ("QR version 8 at level M", "≤ 144 B")
    assert (by_till.against, by_till.budget) == ("QR version 13 at level M", "≤ 319 B")


def test_a_missed_budget_is_said() -> None:
    assert at_most("x", 9, "ms", 8).ok is False
    assert at_most("x", 8, "ms", 8).ok is True
    missed = at_most_times("x", 2.1, "ms", 2, floor=1.0, called="floor")
    assert (missed.ok, missed.ratio, missed.against) == (False, 2.1, "floor: 1 ms")
    assert at_most_times("x", 2.0, "ms", 2, floor=1.0, called="floor").ok is True
    assert more_than("x", 80, "%", floor=80, called="peer").ok is False
    assert more_than("x", 81, "%", floor=80, called="peer").ok is True
    assert told("x", 1, "ms").ok is None


def test_a_wrong_part_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "sizes,speed", "--out", str(tmp_path / "bench.json")])
    assert "speed" in capsys.readouterr().err


def test_the_same_seed_gives_the_same_pictures() -> None:
    first, second, other = (next(scenes.pictures(1, seed)) for seed in (1, 1, 2))
    assert first.grey.shape == (720, 1280)
    assert first.text == second.text != other.text
    assert (first.grey == second.grey).all()
    assert (first.grey != other.grey).any()


def test_our_reader_reads_more_of_the_pictures_than_any_other_alone() -> None:
    tallies, patient = measure(1)
    count = len(scenes.KINDS)
    assert all(len(tally.read) == count for tally in (*tallies.values(), patient))
    assert not any(tally.wrong for tally in tallies.values())
    assert sum(tallies[OURS].read) > max(sum(tally.read) for name, tally in tallies.items() if name != OURS)
    assert sum(patient.read) >= sum(tallies[OURS].read) > count / 2


def test_the_interval_is_of_the_differences_in_the_same_pictures() -> None:
    assert interval([True] * 10, [True] * 10) == (0, 0)
    assert interval([True] * 10, [False] * 10) == (100, 100)
    low, high = interval([True] * 60 + [False] * 40, [True] * 40 + [False] * 60)
    assert 10 < low < 20 < high < 30


def test_empty_frames_have_no_code_in_them_that_anybody_reads() -> None:
    count, _ = empties.run(80)
    assert (count.value, count.ok) == (0, True)
