"""One seed is one run, in whatever process it is played."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_same_seed_is_the_same_run_in_another_process() -> None:
    """With other orders of sets and addresses, and once as the first run of its process, once as a later one."""
    told = []
    for seeds, order in ((("7", "8"), "1"), (("6", "8"), "2")):
        done = subprocess.run(
            [sys.executable, "-m", "tests.simulate.child", *seeds, "0.4"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": order},
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        told.append({run["seed"]: run for run in map(json.loads, done.stdout.splitlines())}[7])
    assert told[0]["hash"] == told[1]["hash"]
    assert told[0]["faults"] == told[1]["faults"]
    assert not told[0]["broken"]
