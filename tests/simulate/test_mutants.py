"""Programs that are wrong in one place each, as patches: a simulation of a copy of the tree finds every one of them.

The seed that is known to find it is played first; when the programs have changed so that it does not any more, the
next ones. A patch that does not fit any more has to be made anew: `tests/mutants/README.md`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = ROOT / "tests" / "mutants"
COPIED = ("tickets", "drivers", "sync", "gate", "kiosk", "station", "assets", "tests/simulate")
SEEN_BY = {
    "acknowledge_before_commit": 1,
    "check_in_never_closes": 2,
    "counter_restarted": 1,
    "cursor_before_rows": 21,
    "escrow_is_money": 1,
    "history_is_not_sent_again": 3,
    "no_unique": 2,
    "paid_is_forgotten": 16,
    "passed_when_opened": 1,
    "reclaim_by_time": 1,
    "refund_is_not_told": 1,
    "sale_is_repeated": 4,
    "silence_is_a_yes": 24,
    "synchronous_off": 2,
    "taken_is_not_heard": 3,
}
"""The first seeds that find these out; they are played first, only to save time."""
MORE = 25
"""How many more are played at most."""
KNOWN_BEST = {
    "no_unique",
    "acknowledge_before_commit",
    "cursor_before_rows",
    "reclaim_by_time",
    "synchronous_off",
    "counter_restarted",
}


ALL = "WAYSTATION_MUTANTS" in os.environ
"""Otherwise only those that are known best are played; all of them take minutes."""


def names() -> list[str]:
    return sorted(patch.stem for patch in PATCHES.glob("*.patch"))


def test_there_is_a_patch_for_each_that_must_be_found() -> None:
    assert set(names()) >= KNOWN_BEST
    assert len(names()) >= 12
    assert set(SEEN_BY) <= set(names())


@pytest.mark.parametrize("name", names())
def test_every_patch_fits(name: str) -> None:
    done = subprocess.run(
        ["git", "apply", "-p1", "--check", str(PATCHES / f"{name}.patch")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, f"the patch does not fit any more: {done.stderr}"


@pytest.mark.parametrize("name", names() if ALL else sorted(KNOWN_BEST))
def test_a_program_that_is_wrong_is_found_out(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "tree"
    for part in COPIED:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tests" / "__init__.py").write_text('"""Tests of a copy."""\n')
    done = subprocess.run(
        ["git", "apply", "-p1", str(PATCHES / f"{name}.patch")], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode == 0, f"the patch does not fit any more: {done.stderr}"
    first = SEEN_BY.get(name, 1)
    for seeds in ((first, first + 1), (1, 1 + MORE)):
        broken = _breaks(copy, *seeds)
        if broken:
            break
    else:
        pytest.fail(f"{name} was not found in {MORE} runs")


def _breaks(copy: Path, first: int, end: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulate.child", str(first), str(end)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    if done.returncode != 0:  # it does not even begin: that is found too, but is no mutant
        pytest.fail(done.stderr)
    return str(json.loads(done.stdout.splitlines()[-1])["broken"])
