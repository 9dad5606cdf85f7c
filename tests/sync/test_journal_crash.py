"""A journal under SIGKILL at every named point: nothing acknowledged is lost, and nothing is made up.

SIGKILL leaves to the disk what was written before it; it is no power cut. That the bytes have reached the disk at
COMMIT is asked of SQLite by `synchronous=FULL`, which a test here reads back.
"""

from collections.abc import Callable, Iterator
from itertools import chain as one_after_another
from pathlib import Path

import pytest

from sync.comparing.compare import read_journals
from sync.journal.reader import JournalReader
from sync.points import Point, after_commit, before_commit, kill_at, no_probe
from tests.sync.children import Ended, Say, in_child
from tests.sync.till_life import PREFIX, Act, gate_life, live, money_life, open_journal, till_life
from tickets.events import GENESIS, Kind, chain

LIVES: dict[str, tuple[int | None, Callable[[int], Iterator[Act]]]] = {
    "gate": (None, gate_life),
    "till": (PREFIX, lambda n: one_after_another(till_life(n), money_life(n))),
}


def kinds_of(process: str, path: Path) -> list[str]:
    """The kinds that one life of this process writes, in order of first appearance."""
    prefix, life = LIVES[process]
    with open_journal(path, prefix=prefix) as journal:
        live(journal, life(1))
        return list(dict.fromkeys(event.kind for event in journal.events(0, 1000)))


def run_until_killed(path: Path, process: str, point: str | None, nth: int = 1, after: int | None = None) -> Ended:
    """Live on in a child; every commit that has returned is told to the parent: from then on it is a promise."""
    prefix, life = LIVES[process]

    def work(say: Say) -> None:
        probe = no_probe if point is None else kill_at(point, nth)
        journal = open_journal(path, prefix=prefix, probe=probe)
        say(f"{journal.head()[0]} {journal.head()[1].hex()}")
        for act in one_after_another.from_iterable(life(n) for n in range(1, 9)):
            with journal.transaction() as tx:
                act(tx)
            say(f"{journal.head()[0]} {journal.head()[1].hex()}")

    return in_child(work, kill_after=after)


def check(path: Path, process: str, ended: Ended) -> int:
    """Reopen what the dead process left: the promises hold, the chain holds, the tables say what the events say."""
    reader = JournalReader(path)
    stored = reader.events(0, 100_000)
    reader.close()
    last = GENESIS
    for seq, event in enumerate(stored, 1):
        last = chain(last, event.data)
        assert (event.seq, event.hash) == (seq, last)
    for line in ended.said:
        seq_text, digest = line.split(" ")
        assert stored[int(seq_text) - 1].hash.hex() == digest, "an acknowledged event is lost"
    if not stored:
        return 0
    facts = read_journals([path])
    with open_journal(path, prefix=LIVES[process][0]) as journal:
        assert journal.head() == (len(stored), last)
        assert facts.uses is not None
        uses = journal.rows("SELECT count(*) FROM uses")[0][0]
        ends = journal.rows("SELECT count(DISTINCT ticket || '/' || use_no) FROM use_ends")[0][0]
        assert uses == len(facts.uses)
        assert ends == sum(use.end is not None for use in facts.uses.values())
        assert facts.tickets is not None
        assert journal.rows("SELECT count(*) FROM tickets")[0][0] == len(facts.tickets)
        assert facts.money is not None
        assert journal.rows("SELECT coalesce(sum(fen), 0) FROM money")[0][0] == sum(m.fen for m in facts.money.values())
        with journal.transaction() as tx:  # and it goes on from there
            tx.append(Kind.DEVICE_BACK, {"device": "test"})
        assert journal.head()[0] == len(stored) + 1
    return len(stored)


@pytest.mark.parametrize("process", LIVES)
def test_killed_before_and_after_the_commit_of_every_kind(tmp_path: Path, process: str) -> None:
    kinds = kinds_of(process, tmp_path / "whole.db")
    assert len(kinds) >= 9
    for number, kind in enumerate(kinds):
        for name in (before_commit, after_commit):
            nth = 1 if kind == Kind.JOURNAL_OPENED else 2
            path = tmp_path / f"{number}-{name.__name__}" / "journal.db"
            path.parent.mkdir()
            ended = run_until_killed(path, process, name(process, kind), nth)
            assert ended.killed, (kind, name)
            stored = check(path, process, ended)
            promised = int(ended.said[-1].split(" ")[0]) if ended.said else 0
            if name is before_commit:
                assert stored == promised, "something was made up"
            else:
                assert stored > promised, "the commit had returned"


@pytest.mark.parametrize("point", [Point.JOURNAL_CREATE_BEFORE, Point.JOURNAL_CREATE_AFTER])
@pytest.mark.parametrize("process", LIVES)
def test_killed_while_the_journal_is_made(tmp_path: Path, process: str, point: Point) -> None:
    path = tmp_path / "journal.db"
    ended = run_until_killed(path, process, point)
    assert ended.killed
    assert ended.said == []
    assert check(path, process, ended) == (0 if point is Point.JOURNAL_CREATE_BEFORE else 1)
    with open_journal(path, prefix=LIVES[process][0]) as journal:  # in no case is the machine locked out
        assert journal.head()[0] >= 1


@pytest.mark.parametrize("process", LIVES)
def test_killed_at_any_time(tmp_path: Path, process: str) -> None:
    path = tmp_path / "journal.db"
    for after in range(1, 12):
        ended = run_until_killed(path, process, None, after=after)
        check(path, process, ended)
        assert ended.killed or ended.done
        for each in tmp_path.glob("journal.*"):
            each.unlink()


def test_commits_are_asked_to_reach_the_disk(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db") as journal:
        settings = [
            journal.rows(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "secure_delete")
        ]
    assert settings == ["wal", 2, 1, 1, 1]
