"""A copy of a running centre's database is whole, private, and never goes on under the original's name."""

import sqlite3
from pathlib import Path

import pytest

from sync.server.backing_up import back_up
from sync.server.settings import Policy
from tests.sync.server.support import Clock, Terminal, World, copy_of, opened
from tickets.errors import EnvironmentFault


def test_a_centre_goes_on_from_its_copy_and_terminals_begin_anew(till: Terminal, clock: Clock, tmp_path: Path) -> None:
    number = till.sell()
    till.push()
    cursor = till.pull(limit=2000).json()["cursor"]
    back_up(till.world.directory, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    later = till.sell(seat=2)
    till.push()
    assert till.pull(cursor).status_code == 200
    other = copy_of(till.world.directory, tmp_path / "other")
    for name in ("centre.db", "centre.db-wal", "centre.db-shm"):
        (other / name).unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(other / "centre.db")
    with opened(other, clock) as world:
        till.world = world
        assert till.pull(cursor).status_code == 410, "what came after the copy is not in it"
        assert [row[1] for row in world.rows("tickets")] == [number]
        till.push()
        assert {row[1] for row in world.rows("tickets")} == {number, later}, "the till still has it"


def test_a_copy_is_made_once(world: World, tmp_path: Path) -> None:
    back_up(world.directory, tmp_path / "copy.db")
    before = (tmp_path / "copy.db").read_bytes()
    with pytest.raises(EnvironmentFault, match="already"):
        back_up(world.directory, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == before
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        back_up(world.directory, tmp_path / "nowhere" / "copy.db")
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()


def test_what_postgresql_keeps_is_left_to_its_own_tools(tmp_path: Path) -> None:
    Policy(database="postgresql://a@b/c").save(tmp_path)
    with pytest.raises(EnvironmentFault, match="PostgreSQL"):
        back_up(tmp_path, tmp_path / "copy.db")
