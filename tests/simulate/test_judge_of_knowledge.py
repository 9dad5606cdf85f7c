"""The judge, told of made-up runs: what a machine knew when it acted, and what it believes of others."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station.simulate.judge.reading import held_by_relay, known_against
from station.simulate.watch import Broken
from sync.cache.writer import CacheWriter
from sync.server.relay.ledger import Ledger
from tests.simulate.streams import GATE, OTHER_GATE, TILL, Run, attempt

ONE = "00000000000000000001"


# ------------------------------------------------------------------ what a gate's own cache says


@pytest.mark.parametrize("arbitrated", [True, False])
def test_a_gate_opens_against_what_its_own_cache_says(arbitrated: bool) -> None:
    run = Run(arbitrated=arbitrated)
    run.against[GATE] = "refunded"
    run.opens(ONE, OTHER_GATE, 1)
    run = Run(arbitrated=arbitrated)
    run.against[GATE] = "refunded"
    run.opens(ONE, GATE, 1, "overridden", *(["unarbitrated"] if arbitrated else []))
    run = Run(arbitrated=arbitrated)
    run.against[GATE] = "refunded"
    with pytest.raises(Broken, match="its own cache says: refunded"):
        run.opens(ONE, GATE, 1)


def test_what_a_gate_hears_while_it_asks_comes_too_late() -> None:
    run = Run()
    run.asks(ONE, GATE, 1, "granted")
    run.against[GATE] = "refunded"
    run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    path = tmp_path / "cache.db"
    CacheWriter(path).close()
    return path


def put(cache: Path, sql: str, *rows: tuple[object, ...]) -> None:
    with closing(sqlite3.connect(cache)) as db, db:
        db.executemany(sql, rows)


OWN, OTHER, THIRD = attempt(1), attempt(2), attempt(3)
USE = "INSERT INTO uses VALUES (?, ?, ?, 'g2', '2A', 0, ?, ?, 1, 1, '', 1)"
LAN_USE = "INSERT INTO lan_uses VALUES (?, ?, ?, 'g2', '2A', 0, ?, ?, 1, '', NULL, NULL)"
NUMBER = int(ONE).to_bytes(8, "big")


def test_a_cache_has_nothing_against_what_it_does_not_know(cache: Path, tmp_path: Path) -> None:
    assert known_against(cache, ONE, OWN.hex) == ""
    put(cache, LAN_USE, (bytes(8), 1, OTHER.bytes, "passed", "admission"))
    assert known_against(cache, ONE, OWN.hex) == ""
    assert known_against(tmp_path / "none.db", ONE, OWN.hex) == ""


def test_what_a_relay_holds_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "relay.db"
    assert held_by_relay(file) == {}
    with closing(Ledger.open(file, bytes, 0)) as ledger, ledger.writing("push"):
        assert held_by_relay(file) == {}
        ledger.connection.execute(
            "INSERT INTO journals (epoch, device, first_seq, held_through, head, started_seq, begun_ms, prefix, "
            "dropped_through, dropped_hash) VALUES (?, 'g1', 3, 7, zeroblob(32), 0, 0, NULL, 2, zeroblob(32))",
            ("ab" * 16,),
        )
    assert held_by_relay(file) == {"ab" * 16: (3, 7)}


@pytest.mark.parametrize("state", ["refunded", "changed", "revoked", "valid"])
def test_a_cache_knows_what_the_centre_says_of_a_ticket(cache: Path, state: str) -> None:
    row = (NUMBER, "2026-11-23", "K0810", 1, 2, 7, 1, 0, 100, b"", 1, state, "till", 1)
    columns = (
        "number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, state, issuer"
    )
    put(cache, f"INSERT INTO tickets ({columns}, change_no) VALUES ({', '.join('?' * len(row))})", row)
    assert known_against(cache, ONE, OWN.hex) == ("" if state == "valid" else state)


@pytest.mark.parametrize(
    ("uses", "against"),
    [
        ([(1, OTHER, "passed", "admission")], "used at g2"),
        ([(1, OTHER, "released", "admission")], ""),
        ([(1, OTHER, None, "admission")], ""),
        ([(1, OWN, "passed", "admission")], ""),
        ([(1, OTHER, "passed", "admission"), (2, THIRD, "passed", "exit")], ""),
        ([(1, OTHER, "passed", "refund")], "refund by g2"),
        ([(1, OTHER, "released", "change")], ""),
    ],
)
def test_a_cache_knows_what_others_did_with_a_ticket(
    cache: Path, uses: list[tuple[int, object, str | None, str]], against: str
) -> None:
    for use_no, of, end, purpose in uses:
        put(cache, LAN_USE, (NUMBER, use_no, of.bytes, end, purpose))  # type: ignore[attr-defined]  # UUIDs
    assert known_against(cache, ONE, OWN.hex) == against


# ------------------------------------------------------------------ what the centre knew


def test_the_centre_refunds_what_it_knew_to_have_travelled() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    run.now = 1000
    run.judge.kept(GATE, run.writers[GATE].epoch, 2)
    run.now = 1001
    run.judge.asks_refund(1, ONE)
    with pytest.raises(Broken, match="knew that it had travelled"):
        run.judge.refunded_by_centre(1, ONE)


@pytest.mark.parametrize(("through", "asked", "restored"), [(1, 1001, None), (2, 1000, None), (2, 1001, 1000)])
def test_the_centre_refunds_what_it_did_not_know_to_have_travelled(
    through: int, asked: int, restored: int | None
) -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    run.now = 1000
    run.judge.kept(GATE, run.writers[GATE].epoch, through)
    if restored is not None:
        run.judge.restored(restored)
    run.now = asked
    run.judge.asks_refund(1, ONE)
    run.now = asked + 500_000
    run.judge.kept(GATE, run.writers[GATE].epoch, 2)
    run.judge.asks_refund(1, ONE)
    run.judge.refunded_by_centre(1, ONE)


def test_what_only_the_relay_holds_is_not_kept() -> None:
    run = Run()
    run.sells(ONE)
    run.centre_has = 4
    run.judge.kept(TILL, run.writers[TILL].epoch, 4)
    with pytest.raises(Broken, match="believes that the centre has its event 5, which has 4"):
        run.judge.kept(TILL, run.writers[TILL].epoch, 5)


def test_an_answer_of_a_centre_that_was_put_back_may_be_on_its_way() -> None:
    run = Run()
    run.sells(ONE)
    run.centre_has = 2
    run.judge.restored(0)
    run.judge.kept(TILL, run.writers[TILL].epoch, 3)
    run.now = 61_000
    run.judge.kept(TILL, run.writers[TILL].epoch, 3)
    with pytest.raises(Broken, match="which has 2"):
        run.judge.kept(TILL, run.writers[TILL].epoch, 5)
