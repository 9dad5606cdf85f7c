"""Power fails at every single call of the storage, thousands of times: no promise is broken, and no fact made up.

Promise 4: decided, recorded, acted. Each run is played in a process of its own on a disk that keeps what was synced
and anything between nothing and all of the rest (`disk.py`). WAYSTATION_EVERY_CALL=1 plays every run; without it an
evenly spread part of them is played.
"""

import os
from typing import Any

import pytest

from tests.storage.conftest import Played
from tests.storage.play import Tally

PROCESSES = 2
EVERY = "WAYSTATION_EVERY_CALL" in os.environ
PLAN = {
    # story: (first seed, end of seeds, of how many runs one is played, and in CI)
    "gate": (0, 4, 1, 4),
    "decisions": (0, 9, 1, 9),
    "till": (0, 3, 3, 3),
    "cache": (0, 8, 1, 4),
    "damage": (0, 2, 1, 2),
    "beginning": (0, 2, 1, 4),
}
"""Seed 0 keeps nothing that was not synced, seed 1 all of it, others some.

One of as many runs as there are seeds: every call is cut once, with one seed after the other. So it is in CI, but
twice for the cache, and at every second call of the beginning, which is a chain of ever the same steps.
"""
AT_LEAST = 3000 if EVERY else 1200


@pytest.fixture(scope="module")
def total() -> dict[str, Tally]:
    return {}


@pytest.mark.parametrize("story", PLAN)
def test_power_fails_at_every_call(story: str, total: dict[str, Tally], played: Played) -> None:
    first, end, *thins = PLAN[story]
    thin = thins[not EVERY]
    tally = total[story] = played(story, PROCESSES, seeds=(first, end), thin=thin)
    assert tally.wrong == []
    assert tally.runs >= tally.calls * (end - first) // thin
    assert tally.cuts >= tally.runs, "a run in which the power never failed"


def test_that_was_thousands_of_times(total: dict[str, Tally], capsys: pytest.CaptureFixture[str]) -> None:
    if total.keys() != PLAN.keys():
        pytest.skip("only a part of the stories was asked for")
    runs, cuts = (sum(getattr(each, name) for each in total.values()) for name in ("runs", "cuts"))
    with capsys.disabled():
        told = ", ".join(f"{name} {each.runs}" for name, each in total.items())
        print(f"\npower failed {cuts} times in {runs} runs ({told}): nothing lost, nothing made up")
    assert runs >= AT_LEAST


@pytest.mark.parametrize("story", ["gate", "till", "cache"])
@pytest.mark.parametrize(
    "mutant", [{"synchronous": "OFF"}, {"synchronous": "NORMAL"}, {"lies": True}], ids=["off", "normal", "lying-disk"]
)
def test_a_store_that_does_not_wait_for_the_disk_is_found_out(
    story: str, mutant: dict[str, Any], played: Played
) -> None:
    tally = played(story, seeds=(0, 3), thin=7, enough=1, **mutant)
    assert tally.wrong, f"{tally.runs} runs and no loss: this disk proves nothing"


def test_a_barrier_that_is_told_before_the_record_is_found_out(played: Played) -> None:
    tally = played("gate", seeds=(0, 1), enough=1, early=True)
    assert "the barrier moved without a record" in tally.wrong[0]
