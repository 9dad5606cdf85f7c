"""`python -m tests.simulate.child FIRST END`: plays these seeds for an hour each, and prints what came of each."""

import json
import sys

from station.simulate.plan import usual_plan
from station.simulate.runs import Runs


def main(first: int, end: int, hours: float) -> None:
    """One JSON line a run; after the first broken promise no more."""
    runs = Runs()
    for seed in range(first, end):
        played = runs.play(usual_plan(seed, hours, 1))
        told = {
            "seed": seed,
            "broken": played.broken,
            "sold": played.sold,
            "hash": played.hash,
            "cpu_s": played.cpu_s,
            "faults": dict(played.struck),
        }
        if played.broken:
            told["story"] = played.story
        print(json.dumps(told), flush=True)
        if played.broken:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
