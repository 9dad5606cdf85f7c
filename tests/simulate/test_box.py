"""Many hours at a station, each with its own faults: every promise is kept, and every kind of fault has struck.

A seed that fails tells its story, and how to play it alone. Play more of them here: WAYSTATION_RUNS=N.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from station.simulate.faults.schedule import COUNTED

PROCESSES = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2
"""Beside other test processes one is enough."""
RUNS = int(os.environ.get("WAYSTATION_RUNS", "300"))
ROOT = Path(__file__).parents[2]
DIES_AT = ("gate:commit:", "till:commit:", "sync:", "centre:", "relay:")
"""Whose deaths at a point are counted together: each point by itself is too rare for so few runs."""
SOME, SOLD, ADMITTED = 50, 6, 4
"""In so many runs so many tickets are sold, and barriers opened, in each on average; mostly about half more."""
TO_SAY_ENOUGH = 300
"""Among so many runs every kind of fault is one that struck."""


def play(first: int, end: int) -> list[dict[str, Any]]:
    """Play the seeds from the first until before the end, in several processes at once."""
    edges = [first + (end - first) * part // PROCESSES for part in range(PROCESSES + 1)]
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.simulate.child", str(begin), str(until)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for begin, until in pairwise(edges)
    ]
    runs: list[dict[str, Any]] = []
    for child in children:
        out, err = child.communicate(timeout=3600)
        assert child.returncode == 0, err
        runs += [json.loads(line) for line in out.splitlines()]
    return runs


def test_every_promise_is_kept_whatever_goes_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    runs = play(1, RUNS + 1)
    broken = [f"seed {run['seed']}: {run['broken']}\n{run['story']}" for run in runs if run["broken"]]
    assert not broken, "\n\n".join(broken)
    assert len(runs) == RUNS
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run["faults"])
    for who in DIES_AT:
        counts[f"dies at {who}…"] = sum(times for name, times in counts.items() if name.startswith(f"dies at {who}"))
    sold, admitted = sum(run["sold"] for run in runs), sum(run["admitted"] for run in runs)
    cpu_s = sum(run["cpu_s"] for run in runs)
    with capsys.disabled():
        told = ", ".join(f"{name} {times}" for name, times in sorted(counts.items()) if "commit:" not in name)
        print(f"\n{RUNS} runs, {sold} tickets, {admitted} admitted, {cpu_s:.0f} s of processor time; {told}")
    if RUNS >= SOME:
        assert sold >= RUNS * SOLD, "whatever goes wrong, something works all the time: this is too little"
        assert admitted >= RUNS * ADMITTED, "whatever goes wrong, something works all the time: this is too little"
    if RUNS >= TO_SAY_ENOUGH:
        wanted = (*COUNTED, *(f"dies at {who}…" for who in DIES_AT))
        assert [name for name in wanted if not counts[name]] == [], "never happened"
