"""`waystation simulate`: play worlds by their seeds, and say what was promised and not kept."""

import json
import sys
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass, field

from station.simulate.disk.wanted import need_apsw
from station.simulate.plan import usual_plan


@dataclass(kw_only=True)
class Played:
    """One run: what came of it. `broken` is empty when every promise was kept."""

    seed: int
    hash: str = ""
    broken: str = ""
    story: str = ""
    sold: int = 0
    admitted: int = 0
    virtual_ms: int = 0
    cpu_s: float = 0.0
    struck: "Counter[str]" = field(default_factory=Counter)


def run(given: Namespace) -> int:
    """Play; 0 when every promise was kept in every run, 1 when not: the first such run is told, and ends it."""
    need_apsw()
    from station.simulate.runs import Runs  # apsw need not be there for whoever asks for help

    runs = Runs()
    in_all: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.runs):
        plan = usual_plan(seed, given.hours, given.stations)
        played = runs.play(plan, calm=given.calm, whole_story=given.history)
        in_all += played.struck
        _tell(played, as_json=given.json, whole=given.history)
        if played.broken:
            return 1
    if given.runs > 1 and not given.json:
        print(f"{given.runs} runs, every promise kept. What went wrong meanwhile:")
        for name, times in sorted(in_all.items()):
            print(f"  {times:6} × {name}")
    return 0


def _tell(played: Played, *, as_json: bool, whole: bool) -> None:
    if as_json:
        said = {
            "seed": played.seed,
            "ok": not played.broken,
            "broken": played.broken,
            "hash": played.hash,
            "tickets": played.sold,
            "admitted": played.admitted,
            "virtual_seconds": played.virtual_ms // 1000,
            "cpu_seconds": round(played.cpu_s, 2),
            "faults": dict(sorted(played.struck.items())),
            **({"story": played.story.splitlines()} if played.broken or whole else {}),
        }
        print(json.dumps(said), flush=True)
        return
    if whole or played.broken:
        print(played.story)
    if played.broken:
        print(f"seed {played.seed}: BROKEN: {played.broken}", file=sys.stderr)
        return
    faults = sum(played.struck.values())
    print(
        f"seed {played.seed}: kept; {played.sold} tickets, {faults} faults, {played.virtual_ms // 1000} s played in "
        f"{played.cpu_s:.1f} s, history {played.hash[:16]}",
        flush=True,
    )
