"""Whatever is done to processes and lines: what was acknowledged is there, and both sides' databases say the same."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from station.bench.cluster import Cluster
from station.demo.processes import wait_until
from sync.comparing.compare import read_centre
from tests.chaos.copied import as_sqlite
from tests.chaos.nemesis import BAD_WEATHER, PROCESSES, Nemesis
from tests.chaos.place import KINDS, Place
from tickets.errors import EnvironmentFault

STRIKES = 20
SETTLES_S = 60.0


def test_nothing_acknowledged_is_lost_and_both_sides_agree(tmp_path: Path) -> None:
    with Place(tmp_path) as place:
        database = place.centre_folder / "centre.db"
        hurt_and_look(place, seed=1, database=lambda: database)
    assert _check(database) == "ok"


def test_they_agree_with_postgresql_too(tmp_path: Path) -> None:
    with Cluster() as cluster:
        url = cluster.create("centre")
        with Place(tmp_path, url) as place:
            more = {"kill database": lambda: _kill(cluster)}
            hurt_and_look(place, seed=2, database=lambda: as_sqlite(url, tmp_path / "centre-copy.db"), more=more)


def hurt_and_look(
    place: Place, seed: int, database: Callable[[], Path], more: Mapping[str, Callable[[], None]] | None = None
) -> None:
    """Hurt it, let it settle, and look at its files; `database` is where the centre's is, as it is now."""
    more = more or {}
    nemesis = Nemesis(place, seed, more)
    nemesis.strikes(STRIKES)
    nemesis.relents()
    for name in KINDS:
        place.children[f"worker {name}"].stop()
    try:
        wait_until(lambda: not place.apart(read_centre(database())), SETTLES_S, "the same facts on both sides")
    except TimeoutError as error:
        raise AssertionError(place.apart(read_centre(database()))[:5]) from error
    weather = place.weather_so_far()
    facts = place.journals()
    assert facts.events is not None
    by_place = {(event.epoch, event.seq): event.hash for event in facts.events.values()}
    for name, store in place.stores.items():
        promised = place.promised(name)
        assert len(promised) > 100
        epoch = _epoch(store / "journal.db")
        assert [each for each in promised if by_place.get((epoch, each["done"])) != each["hash"]] == []
        assert _check(store / "journal.db") == _check(store / "cache.db") == "ok"
    assert set(nemesis.done) >= {f"{how} {each}" for how in ("kill", "freeze") for each in PROCESSES} | set(
        BAD_WEATHER
    ) | set(more)
    assert {"delayed", "sliced", "cut", "refused"} <= set(weather), weather


def _kill(cluster: Cluster) -> None:
    """Kill PostgreSQL, and start it again once its orphans have seen that."""
    cluster.stop(kill=True)

    def starts() -> bool:
        try:
            cluster.start()
        except EnvironmentFault:
            return False
        return True

    wait_until(starts, 20, "PostgreSQL up again")


def _epoch(path: Path) -> str:
    with sqlite3.connect(path) as db:
        return bytes(db.execute("SELECT epoch FROM epoch").fetchone()[0]).hex()


def _check(path: Path) -> str:
    with sqlite3.connect(path) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])
