"""`python -m tests.simulate.child FIRST END [HOURS]`: plays these seeds for an hour each, and prints how each went."""

import json
import sys

from station.simulate.plan import Plan, usual_plan
from station.simulate.runs import Runs

EVERY, OF_TWO_HOURS = 5, 100
"""Among so many seeds there is one at two stations, if it is of the usual shape, and one that lasts twice as long."""


def plan_of(seed: int, hours: float) -> Plan:
    """The plan of a seed: mostly so many hours at one station, sometimes half as long at two."""
    plan = usual_plan(seed, hours, 1)
    if seed % EVERY == 0 and plan.tills == 1 and plan.relay:
        return usual_plan(seed, hours / 2, 2)
    return usual_plan(seed, 2 * hours, 1) if seed % OF_TWO_HOURS == OF_TWO_HOURS - 1 else plan


def play_it(plan: Plan) -> str:
    """How somebody plays that again."""
    more = f" --stations {plan.stations}" * (plan.stations != 1) + f" --hours {plan.hours:g}" * (plan.hours != 1.0)
    return f"waystation simulate --seed {plan.seed}{more}"


def main(first: int, end: int, hours: float) -> None:
    """One JSON line a run; after the first broken promise no more."""
    runs = Runs()
    for seed in range(first, end):
        plan = plan_of(seed, hours)
        played = runs.play(plan)
        told = {
            "seed": seed,
            "broken": played.broken,
            "sold": played.sold,
            "admitted": played.admitted,
            "hash": played.hash,
            "cpu_s": played.cpu_s,
            "faults": dict(played.struck),
        }
        if played.broken:
            told["story"] = f"{played.story}\n{play_it(plan)}"
        print(json.dumps(told), flush=True)
        if played.broken:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
