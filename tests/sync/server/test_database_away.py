"""A database that goes away takes nothing with it: callers are told to come back, and do so."""

import logging
from pathlib import Path

import pytest

from station.bench.cluster import Cluster
from sync.server.setup import initialise
from tests.sync.server.support import Clock, opened, small_timetable


def test_a_database_that_is_killed_and_comes_back(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with Cluster() as cluster:  # what dies is the server, not the machine
        initialise(tmp_path / "centre", small_timetable(), database=cluster.create("centre"), clock=clock)
        with opened(tmp_path / "centre", clock) as world:
            gate = world.enrol("gate", "gate-1")
            gate.open_journal()
            gate.let_in("1" * 20)
            gate.push(1, 2)
            cluster.stop(kill=True)
            for _ in range(3):
                answer = gate.send(gate.batch(3))
                assert (answer.status_code, set(answer.json())) == (503, {"what", "hint"})
                assert answer.headers["retry-after"] == "5"
            assert world.call("GET", "/v1/health").status_code == 200
            cluster.start()
            assert gate.push(3)["kept_through"] == 3
            assert gate.push()["kept_through"] == 3, "and what was kept before it was killed is there"
            assert gate.pull_all()["use", f"{'1' * 20}/1"]["end"] == "passed"
    told = [record for record in caplog.records if record.levelno >= logging.ERROR and "waystation" in record.name]
    assert [record.getMessage().split()[0] for record in told] == ["database.away"]
