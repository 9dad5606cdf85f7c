"""What is read where no code is: nothing, one hopes. Calm lanes as a camera sees all day, and halls full of patterns.

Half of the halls' patterns are made to look like codes: squares with finder patterns, bars of four widths, rings.
"""

import time
from collections.abc import Iterator

from drivers.camera.simulated_scene import Scene
from gate.camera import CodeReader, read_still
from station.bench import halls
from station.bench.measure import MS, Line, at_most, median, told
from station.bench.scenes import JUDGING, Grey

LANES = 10
"""Different lanes, each seen for as long as the others."""
HALLS_IN = 4
"""One frame in so many is of a hall."""
STILL_IN = 100
"""One hall in so many is read as a picture file too, with every way there is."""


def run(frames: int, seed: int = JUDGING) -> list[Line]:
    """Read `frames` frames without a code."""
    false_reads, stills = 0, 0
    took: list[float] = []
    reader = CodeReader()
    for grey in _lanes(frames - frames // HALLS_IN, seed):
        false_reads += bool(reader.read(grey))
    for at, grey in enumerate(halls.frames(seed, frames // HALLS_IN)):
        began = time.thread_time()
        false_reads += bool(reader.read(grey))
        took.append((time.thread_time() - began) * MS)
        if at % STILL_IN == 0:
            stills += 1
            false_reads += bool(read_still(grey))
    return [
        at_most(
            f"false reads in {frames:,} empty frames", false_reads, "frames", 0,
            against=f"{frames // HALLS_IN:,} of them full of patterns, {stills} read as files too",
        ),
        told("a frame full of patterns that are no code, median", median(took), "ms"),
    ]  # fmt: skip


def _lanes(count: int, seed: int) -> Iterator[Grey]:
    for lane in range(LANES):
        scene = Scene(seed + lane)
        for _ in range(count * lane // LANES, count * (lane + 1) // LANES):
            yield scene.frame()
