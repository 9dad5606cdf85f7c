"""Whatever is done to processes and lines: what was acknowledged is there, and both sides' databases say the same."""

import sqlite3
from pathlib import Path

import pytest

from station.demo.processes import wait_until
from sync.compare import read_centre
from tests.chaos.nemesis import BAD_WEATHER, PROCESSES, Nemesis
from tests.chaos.place import KINDS, Place

STRIKES = 20
SETTLES_S = 60.0


@pytest.mark.parametrize("seed", [1])
def test_nothing_acknowledged_is_lost_and_both_sides_agree(tmp_path: Path, seed: int) -> None:
    with Place(tmp_path) as place:
        nemesis = Nemesis(place, seed)
        nemesis.strikes(STRIKES)
        nemesis.relents()
        for name in KINDS:
            place.children[f"worker {name}"].stop()
        database = place.centre_folder / "centre.db"
        try:
            wait_until(lambda: not place.apart(read_centre(database)), SETTLES_S, "the same facts on both sides")
        except TimeoutError as error:
            raise AssertionError(place.apart(read_centre(database))[:5]) from error
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
    assert _check(database) == "ok"
    assert set(nemesis.done) >= {f"{how} {each}" for how in ("kill", "freeze") for each in PROCESSES} | set(BAD_WEATHER)
    assert {"delayed", "sliced", "cut", "refused"} <= set(weather), weather


def _epoch(path: Path) -> str:
    with sqlite3.connect(path) as db:
        return bytes(db.execute("SELECT epoch FROM epoch").fetchone()[0]).hex()


def _check(path: Path) -> str:
    with sqlite3.connect(path) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])
