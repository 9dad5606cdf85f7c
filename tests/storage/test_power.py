"""Power fails at every single call of the storage, thousands of times: no promise is broken, and no fact made up.

Promise 4: decided, recorded, acted. Each run is played in a process of its own on a disk that keeps what was synced
and anything between nothing and all of the rest (`disk.py`).
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.storage.play import Tally

PROCESSES = 2
PLAN = {
    # story: (first seed, end of seeds, of how many runs one is played)
    "gate": (0, 4, 1),
    "decisions": (0, 9, 1),
    "till": (0, 3, 3),
    "cache": (0, 8, 1),
    "damage": (0, 2, 1),
    "beginning": (0, 2, 1),
}
"""Every call is cut at least once in each story; seed 0 keeps nothing that was not synced, seed 1 all of it."""
AT_LEAST = 3000


def played(story: str, processes: int = 1, **how: Any) -> Tally:
    """Play a story in so many processes at once."""
    thin = how.pop("thin", 1)
    wanted = [
        json.dumps({"story": story, "part": (which * thin, processes * thin), **how}) for which in range(processes)
    ]
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.storage.child", each],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for each in wanted
    ]
    tally = Tally()
    for child in children:
        out, err = child.communicate(timeout=300)
        assert child.returncode == 0, err
        tally += Tally(**json.loads(out))
    return tally


@pytest.fixture(scope="module")
def total() -> dict[str, Tally]:
    return {}


@pytest.mark.parametrize("story", PLAN)
def test_power_fails_at_every_call(story: str, total: dict[str, Tally]) -> None:
    first, end, thin = PLAN[story]
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
def test_a_store_that_does_not_wait_for_the_disk_is_found_out(story: str, mutant: dict[str, Any]) -> None:
    tally = played(story, seeds=(0, 3), enough=1, **mutant)
    assert tally.wrong, f"{tally.runs} runs and no loss: this disk proves nothing"


def test_a_barrier_that_is_told_before_the_record_is_found_out() -> None:
    tally = played("gate", seeds=(0, 1), enough=1, early=True)
    assert "the barrier moved without a record" in tally.wrong[0]
