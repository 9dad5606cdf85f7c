"""The day at the station, played once for all who look at what it left, in whichever process they run."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from tests.station.day_played import Played, play


@pytest.fixture(scope="session")
def the_day(tmp_path_factory: pytest.TempPathFactory) -> Played:
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "day"
    shared.mkdir(exist_ok=True)
    folder, done = shared / "demo", shared / "played.json"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            played = play(folder)
            done.write_text(json.dumps([played.status, played.said]), "utf-8")
    status, said = json.loads(done.read_text("utf-8"))
    return Played(status, json.loads((folder / "report.json").read_text("utf-8")), said, folder)


@pytest.fixture
def left(the_day: Played) -> Path:
    """The folder that the day left."""
    return the_day.folder
