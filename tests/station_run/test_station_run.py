"""Hundreds of days at a station, each wrong in its own way; and programs that are wrong, each of which is found out.

A seed that fails tells its story. Play it alone: WAYSTATION_SEED=N; play more of them: WAYSTATION_SEEDS=N.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from sync import journal
from tests.station_run.judge import Wrong
from tests.station_run.mutants import MUTANTS, Patch
from tests.station_run.run import Bench, bench
from tests.station_run.story import story

SEEDS = int(os.environ.get("WAYSTATION_SEEDS", "500"))
FIRST = int(os.environ.get("WAYSTATION_SEED", "0"))
FAULTS = (
    "cut",
    "lost",
    "again",
    "slow",
    "stray",
    "silent",
    "gate dies",
    "dies over its question",
    "gate stands still",
    "gate stands still while the relay is emptied",
    "relay restarts",
    "relay dies at a commit",
    "relay emptied",
    "struck off",
    "use released",
    "use unresolved",
    "way out",
    "overridden",
    "let in twice",
)
DIES_AT = tuple(
    f"dies at gate:{point}"
    for point in (
        "arbiter:before",
        "arbiter:after",
        "commit:use.claimed:before",
        "commit:use.claimed:after",
        "coil:before",
        "coil:after",
        "commit:use.passed:before",
        "commit:use.released:before",
        "commit:gate.started:before",
    )
)


@pytest.fixture(scope="module")
def station() -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch, bench() as made:
        patch.setattr(journal, "_GATE_LOG_BYTES", 0)  # files in memory need no log of full length
        yield made


def test_whatever_goes_wrong_each_ticket_lets_in_one(station: Bench) -> None:
    if "WAYSTATION_SEED" in os.environ:
        station.plays(story(FIRST))
        return
    counts = _play(station, SEEDS)
    print(dict(sorted(counts.items())))
    assert [what for what in (*FAULTS, *DIES_AT) if not counts[what]] == [], "never happened"


@pytest.mark.parametrize("wrong", MUTANTS, ids=lambda wrong: wrong.__name__)
def test_a_program_that_is_wrong_is_found_out(station: Bench, wrong: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch)
    with pytest.raises(Wrong):
        _play(station, SEEDS)


def _play(station: Bench, seeds: int) -> "Counter[str]":
    counts: Counter[str] = Counter()
    for seed in range(seeds):
        counts += station.plays(story(seed))
    return counts


def test_the_same_seed_is_the_same_story(station: Bench) -> None:
    assert station.plays(story(16)) == station.plays(story(16))
