"""`python -m tests.storage.child` plays stories: for each line with a JSON list it prints a line with what came of it.

It branches off for each of the list, so that what all of them need is imported once.
"""

import gc
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import apsw

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


def answered(wanted: list[dict[str, Any]]) -> list[Any]:
    """Play all that is wanted at once, each in a branch of this process, and return their tallies."""
    asked = []
    for each in wanted:
        reads, writes = os.pipe()
        if os.fork() == 0:
            with os.fdopen(writes, "w") as pipe:
                json.dump(asdict(run(**each)), pipe)
            os._exit(0)
        os.close(writes)
        asked.append(reads)
    said = []
    for reads in asked:
        with os.fdopen(reads) as pipe:
            said.append(pipe.read())
        _, status = os.wait()
        if status:
            raise RuntimeError(f"a part ended with {status}")
    return [json.loads(each) for each in said]


if __name__ == "__main__":
    apsw.shutdown()
    apsw.config(apsw.SQLITE_CONFIG_SINGLETHREAD)  # who branches off within a call would wait for locks of its own
    gc.disable()
    for line in sys.stdin:
        print(json.dumps(answered(json.loads(line))), flush=True)
