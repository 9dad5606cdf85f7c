"""`python -m tests.storage.child JSON`: plays one sort of story in a process of its own and prints what came of it."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.storage import full_story
from tests.storage.gate_story import DecisionStories, GateStories
from tests.storage.machine import Machine
from tests.storage.other_stories import BeginningStories, CacheStories, DamageStories
from tests.storage.play import Tally, installed, play
from tests.storage.till_story import TillStories

STORIES: dict[str, Any] = {
    "gate": GateStories,
    "decisions": DecisionStories,
    "till": TillStories,
    "beginning": BeginningStories,
    "cache": CacheStories,
    "damage": DamageStories,
}
_SYNC = "PRAGMA synchronous = FULL"


def run(
    story: str,
    *,
    seeds: tuple[int, int] = (0, 1),
    part: tuple[int, int] = (0, 1),
    synchronous: str = "FULL",
    lies: bool = False,
    early: bool = False,
    enough: int | None = None,
) -> Tally:
    """Play `story` for seeds from the first until before the second; "full" has no seeds."""
    if story == "full":
        return full_story.run(part=part, early=early)
    instead = {} if synchronous == "FULL" else {_SYNC: f"PRAGMA synchronous = {synchronous}"}
    with tempfile.TemporaryDirectory() as folder, Machine(instead=instead) as machine:
        stories = STORIES[story](Path(folder))
        disk = installed(machine, stories.install)
        begin = (lambda: stories.begin(early=True)) if early else stories.begin
        return play(machine, disk, begin, seeds=range(*seeds), part=part, lies=lies, enough=enough)


if __name__ == "__main__":
    print(json.dumps(asdict(run(**json.loads(sys.argv[1])))))
