"""A copy of a running centre's database is whole, private, and never goes on under the original's name."""

import sqlite3
from pathlib import Path

import pytest

from sync.server.backing_up import back_up
from sync.server.office import NotDone, Sold
from sync.server.settings import Policy
from sync.wire.office import OfficeDocument, OfficeSale
from tests.sync.server.support import COUNTED, DATE, NEAR, SEATED, STATION, Clock, Terminal, World, copy_of, opened
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


def test_a_centre_on_a_copy_gives_nobody_a_place_that_may_be_gone(world: World, clock: Clock, tmp_path: Path) -> None:
    first = world.enrol()
    back_up(world.directory, tmp_path / "copy.db")
    seat = asks_for_one(first)[0]
    assert isinstance(world.centre.sell(STATION, web_sale()), Sold)
    other = copy_of(world.directory, tmp_path / "other")
    for name in ("centre.db", "centre.db-wal", "centre.db-shm"):
        (other / name).unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(other / "centre.db")
    with opened(other, clock) as again:
        first.world = again
        second = again.enrol(name="kiosk-2")
        assert second.pull_all()["allotment", f"{DATE}/{SEATED}/{second.device}"]["seats"] == []
        assert asks_for_one(second) == []
        assert asks_for_one(second, COUNTED) == []
        assert isinstance(again.centre.sell(STATION, web_sale("0c" * 16)), NotDone)
        first.sell(seat=seat)
        first.push()
        assert again.centre.incidents(STATION) == [], "it had that seat, whatever the copy knows"
        clock.forward(hours=1)
        again.centre.stations.upkeep()
        later = second.pull_all()["allotment", f"{DATE}/QD1400/{second.device}"]
        assert later["seats"], "what the copy did not know is shared out as always"


def asks_for_one(till: Terminal, trip: str = SEATED) -> list[int]:
    ask = {"ask": till.world.random.randbytes(16).hex(), "service_date": DATE, "trip": trip, "count": 1}
    answer = till.ask("POST", "/v1/sync/places", ask)
    assert answer.status_code == 200
    given = answer.json()
    return list(given["seats"]) or [0] * given["count"]


def web_sale(sale: str = "0b" * 16) -> OfficeSale:
    document = OfficeDocument(kind=5, number="E1", name="X")
    return OfficeSale(sale_id=sale, service_date=DATE, trip=SEATED, alighting=NEAR, document=document)
