"""A relay's file that is an older copy, or no database any more: an emptied relay, which grants nothing too early."""

import random as seeded
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.relay.feed import changes_after
from sync.server.relay.journals import take_in
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.steps import notice_put_back, review, waiting_for
from sync.wire.relay import ChangesAnswer
from tests.sync.relay.journal_in_memory import NOON_MS
from tests.sync.relay.serve import clients, serving
from tests.sync.relay.test_arbiter import ONE, A, B, ask, attempt, caught_up, ends, journal_of
from tickets.errors import EnvironmentFault


def opened(path: Path, seed: int = 1) -> Ledger:
    return Ledger.open(path, seeded.Random(seed).randbytes, NOON_MS)


def arbitrating(path: Path) -> Ledger:
    ledger = opened(path)
    for device in (A, B):
        journal = journal_of(device)
        take_in(ledger, journal.slice(), NOON_MS)
        assert caught_up(ledger, journal)
    assert review(ledger, {A, B}, ())
    return ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / RELAY_DB


@pytest.fixture
def put_back(path: Path) -> Iterator[tuple[Ledger, ChangesAnswer]]:
    """A ledger as it was before A was let in with ONE, and what the gates have learnt of that since."""
    arbitrating(path).close()
    shutil.copyfile(path, path.with_suffix(".copy"))
    ledger = opened(path)
    assert ask(ledger, A, after_seq=2, epoch=journal_of(A).epoch.hex).answer == "granted"
    learnt = changes_after(ledger.connection, ledger.epoch, 0, ledger.epoch)
    ledger.close()
    for log in path.parent.glob(f"{RELAY_DB}-*"):
        log.unlink()
    path.with_suffix(".copy").rename(path)
    ledger = opened(path, seed=2)
    yield ledger, learnt
    ledger.close()


def test_an_older_copy_is_another_arbiter_as_soon_as_a_device_has_learnt_more(
    put_back: tuple[Ledger, ChangesAnswer],
) -> None:
    ledger, learnt = put_back
    assert (ledger.epoch, ledger.arbitrating) == (learnt.epoch, True), "it does not know of it by itself"
    assert notice_put_back(ledger, learnt.epoch, learnt.position, NOON_MS + 1)
    assert ledger.epoch != learnt.epoch
    assert waiting_for(ledger, {A, B}, ()) == (A, B)
    assert ask(ledger, B).answer == "not_arbitrating"
    journal = journal_of(A)
    journal.claim(ONE, 1, attempt(A))
    journal.end(ONE, 1, attempt(A), "passed")
    for each in (journal, journal_of(B)):
        take_in(ledger, each.slice(), NOON_MS)
        assert caught_up(ledger, each)
    assert review(ledger, {A, B}, ())
    assert ends(ledger) == [(1, A, "passed")]
    assert ask(ledger, B, use_no=2).answer == "taken"


def test_what_another_arbiter_told_and_what_is_here_are_no_sign_of_a_copy(
    put_back: tuple[Ledger, ChangesAnswer],
) -> None:
    ledger, learnt = put_back
    assert not notice_put_back(ledger, "00" * 16, learnt.position, NOON_MS)
    assert not notice_put_back(ledger, learnt.epoch, ledger.position, NOON_MS)
    assert ledger.epoch == learnt.epoch


def test_it_stays_the_other_arbiter_and_is_it_whole_or_not_at_all(
    put_back: tuple[Ledger, ChangesAnswer], path: Path
) -> None:
    ledger, learnt = put_back
    ledger.connection.execute("CREATE TRIGGER full BEFORE UPDATE ON devices BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(Exception, match="full"):
        notice_put_back(ledger, learnt.epoch, learnt.position, NOON_MS)
    assert (ledger.epoch, ledger.arbitrating) == (learnt.epoch, True)
    ledger.connection.execute("DROP TRIGGER full")
    assert notice_put_back(ledger, learnt.epoch, learnt.position, NOON_MS)
    epoch = ledger.epoch
    ledger.close()
    again = opened(path, seed=3)
    assert (again.epoch, again.arbitrating, again.fresh) == (epoch, False, False)
    again.close()


def test_whoever_waits_for_changes_hears_of_the_other_arbiter_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, url), clients(url, A, B) as (one, two):
        for gate in (one, two):
            gate.begin()
            gate.catch_up()
        epoch = one.epoch()
        assert one.claim(ONE).answer == "granted"
        there = two.changes(0, epoch)
        heard: list[ChangesAnswer] = []
        waits = threading.Thread(target=lambda: heard.append(two.changes(there.position, epoch, wait=20)))
        waits.start()
        anew = one.changes(there.position + 1, epoch)
        waits.join(10)
        assert not waits.is_alive()
        assert anew.epoch == two.epoch() != epoch
        assert not anew.arbitrating
        assert [use.device for use in anew.uses] == [A], "what is known is told from the beginning"
        assert all(answer.epoch in (epoch, anew.epoch) for answer in heard)
        assert one.claim("2" * 20).answer == "not_arbitrating"
        for gate in (one, two):
            assert gate.catch_up() == anew.epoch
        assert one.claim("2" * 20).answer == "granted"


@pytest.mark.parametrize("harm", ["no database", "a page of noise"])
def test_a_damaged_file_is_set_aside_and_another_arbiter_begins(
    path: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = arbitrating(path)
    before = ledger.epoch
    ledger.close()
    whole = path.read_bytes()
    spoilt = b"x" * 5000 if harm == "no database" else whole[:4096] + b"\xa5" * 4096 + whole[8192:]
    path.write_bytes(spoilt)
    ledger = opened(path, seed=2)
    assert ledger.fresh
    assert ledger.epoch != before
    assert ask(ledger, A).answer == "not_arbitrating"
    ledger.close()
    assert Path(f"{path}.set-aside").read_bytes() == spoilt
    assert [record.message for record in caplog.records] == ["relay.damaged"]


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    ledger = arbitrating(path)
    ledger.connection.execute("PRAGMA user_version = 99")
    ledger.close()
    with pytest.raises(EnvironmentFault, match="newer version"):
        opened(path)
    assert not Path(f"{path}.set-aside").exists()
