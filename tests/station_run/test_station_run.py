"""Hundreds of days at a station, each wrong in its own way; and programs that are wrong, each of which is found out.

A seed that fails tells its story. Play it alone: WAYSTATION_SEED=N; play more of them: WAYSTATION_SEEDS=N.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from sync.journal import journal
from tests.station_run.judge import Wrong
from tests.station_run.mutants import MUTANTS, Patch
from tests.station_run.run import Bench, bench
from tests.station_run.story import DIES_AT, story

SEEDS = int(os.environ.get("WAYSTATION_SEEDS", "150"))
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
SEEN_BY = {
    "a_random_attempt_for_each_question": 63,
    "a_start_gives_nothing_back": 218,
    "an_emptied_relay_arbitrates_at_once": 171,
    "nobody_says_that_he_is_asking": 221,
    "the_own_journal_is_not_told": 96,
    "whoever_asks_again_is_not_remembered": 29,
}
"""The first seeds that find these out; they are played first, only to save time."""


@pytest.fixture(scope="module")
def station() -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch, bench() as made:
        patch.setattr(journal, "_GATE_LOG_BYTES", 0)  # files in memory need no log of full length
        yield made


def test_whatever_goes_wrong_each_ticket_lets_in_one(station: Bench) -> None:
    if "WAYSTATION_SEED" in os.environ:
        station.plays(story(FIRST))
        return
    counts = _play(station, range(SEEDS))
    print(dict(sorted(counts.items())))
    rare = [f"dies at {point}" for point in DIES_AT] if SEEDS >= 600 else []  # a short box does not meet each of them
    assert [what for what in (*FAULTS, *rare) if not counts[what]] == [], "never happened"


@pytest.mark.parametrize("wrong", MUTANTS, ids=lambda wrong: wrong.__name__)
def test_a_program_that_is_wrong_is_found_out(station: Bench, wrong: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch)
    first = SEEN_BY.get(wrong.__name__, 0)
    with pytest.raises(Wrong):
        _play(station, [first, *range(SEEDS)])


def _play(station: Bench, seeds: Iterable[int]) -> "Counter[str]":
    counts: Counter[str] = Counter()
    for seed in seeds:
        counts += station.plays(story(seed))
    return counts


def test_the_same_seed_is_the_same_story(station: Bench) -> None:
    assert station.plays(story(16)) == station.plays(story(16))
