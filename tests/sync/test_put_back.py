"""A centre that was put back to an old copy: a terminal with nothing new to tell brings it up to date all the same."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sync.cache.snapshot_file import SnapshotFile
from sync.comparing.compare import differences, read_centre, read_journals
from sync.server.backing_up import back_up
from sync.server.centre import Centre
from sync.server.settings import Settings
from sync.server.setup import initialise
from tests.sync.centre_process import centre_process
from tests.sync.server.support import small_timetable
from tests.sync.test_cut_transfers import Terminal, engine_of, enrolled, terminal
from tests.sync.till_life import gate_life


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as http:
        yield http


@pytest.mark.parametrize("known", [0, 1, 20], ids=["nothing", "one event", "some"])
def test_what_the_copy_lacks_is_sent_again_though_it_was_signed_for(
    tmp_path: Path, http: httpx.Client, known: int
) -> None:
    directory = tmp_path / "centre"
    initialise(directory, small_timetable())
    with Centre.open(Settings(directory=directory)) as centre:
        code = centre.devices.new_code("gate", "gate-1")
    with centre_process(directory) as (host, port):
        url = f"http://{host}:{port}"
        said, key = enrolled(http, url, code, "gate")
        work = (act for n in range(1, 6) for act in gate_life(n))
        gate = terminal(tmp_path / "gate", http, url, said, key, work, 1)
        _do(gate, known)
        back_up(directory, tmp_path / "copy.db")
        _do(gate, 40)
        assert gate.in_step
    for name in ("centre.db", "centre.db-wal", "centre.db-shm"):
        (directory / name).unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(directory / "centre.db")
    with centre_process(directory) as (host, port):
        url = f"http://{host}:{port}"
        snapshots = SnapshotFile(tmp_path / "gate" / "cache.db")
        again = engine_of(tmp_path / "gate", http, url, said, key, gate.cache, 2, snapshots=snapshots)
        for _ in range(4):
            assert again.step().problems == ()
        again.close()
    gate.close()
    centre_has = read_centre(directory / "centre.db").by_devices([said.device])
    journal = read_journals([tmp_path / "gate" / "journal.db"])
    assert journal.events is not None
    assert len(journal.events) > 40
    assert differences(centre_has, journal) == []


def _do(gate: Terminal, times: int) -> None:
    for _ in range(times):
        gate.act()
    for _ in range(3):
        assert gate.engine.step().problems == ()
