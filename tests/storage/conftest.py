"""Where the stories are played: in a process of their own, with one thread and with a disk of ours."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.storage.play import Tally


class Played(Protocol):
    """Plays a story in so many processes at once; with `thin` only every so many runs of it."""

    def __call__(self, story: str, processes: int = 1, *, thin: int = 1, **how: Any) -> Tally: ...


@pytest.fixture(scope="session")
def played() -> Iterator[Played]:
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", "tests.storage.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            cwd=Path(__file__).parents[2],
        ) as child,
    ):
        told, said = child.stdin, child.stdout
        assert told is not None
        assert said is not None

        def play(story: str, processes: int = 1, *, thin: int = 1, **how: Any) -> Tally:
            of = processes * thin
            print(
                json.dumps([{"story": story, "part": (which * thin, of), **how} for which in range(processes)]),
                file=told,
                flush=True,
            )
            answer = said.readline()
            if not answer:
                complaints.seek(0)
                raise AssertionError(complaints.read()[-4000:])
            return sum((Tally(**each) for each in json.loads(answer)), Tally())

        try:
            yield play
        finally:
            told.close()
