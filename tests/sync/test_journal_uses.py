"""A use is claimed once, ends once, and what was left open is found again."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from sync.journal.journal import Journal, RuleBroken, Transaction
from sync.journal.reader import JournalReader
from sync.journal.uses import claim_use, end_use, history, open_uses
from tests.sync.till_life import DAY, TRIP, claim, live, open_journal, ticket_number
from tickets.uses import UseEnd

T = ticket_number(1)
FIRST, SECOND = UUID(int=1), UUID(int=2)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:
        yield journal


def claims(journal: Journal, use_no: int, attempt: UUID) -> bool:
    with journal.transaction() as tx:
        return claim(tx, T, use_no, attempt)


def ends(journal: Journal, use_no: int, attempt: UUID, end: UseEnd) -> None:
    with journal.transaction() as tx:
        end_use(tx, ticket=T, use_no=use_no, attempt=attempt, end=end, persons=2)


def test_a_use_number_is_claimed_once(journal: Journal) -> None:
    assert claims(journal, 1, FIRST)
    head = journal.head()
    assert not claims(journal, 1, SECOND)
    assert not claims(journal, 1, FIRST)
    assert journal.head() == head
    assert claims(journal, 2, SECOND)


def test_claim_and_event_are_one_commit(journal: Journal) -> None:
    def cut_short(tx: Transaction) -> None:
        assert claim(tx, T, 1, FIRST)
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        live(journal, iter([cut_short]))
    assert history(journal, T) == []
    assert claims(journal, 1, FIRST)


def test_history_tells_who_when_and_how_it_ended(journal: Journal, tmp_path: Path) -> None:
    claims(journal, 1, FIRST)
    ends(journal, 1, FIRST, UseEnd.RELEASED)
    claims(journal, 2, SECOND)
    first, second = history(journal, T)
    assert (first.use_no, first.attempt, first.device, first.lane, first.end) == (1, FIRST, "gate-1", "1", "released")
    assert (second.use_no, second.end, second.purpose) == (2, None, "admission")
    assert second.at > first.at
    reader = JournalReader(tmp_path / "journal.db")
    assert history(reader, T) == [first, second]
    reader.close()


def test_who_walks_out_again_is_counted_as_they_walked(journal: Journal) -> None:
    claims(journal, 1, FIRST)
    with journal.transaction() as tx:
        assert claim_use(
            tx,
            ticket=T,
            use_no=2,
            attempt=SECOND,
            service_date=DAY,
            trip=TRIP,
            lane="1",
            persons=3,
            by="code",
            purpose="exit",
        )
    assert [(use.purpose, use.persons) for use in history(journal, T)] == [("admission", 1), ("exit", 3)]
    ends(journal, 2, SECOND, UseEnd.UNRESOLVED)
    assert history(journal, T)[1].persons == 3
    ends(journal, 2, SECOND, UseEnd.PASSED)
    assert history(journal, T)[1].persons == 2
    with pytest.raises(RuleBroken), journal.transaction() as tx:
        tx.execute(
            "INSERT INTO uses SELECT ticket, 3, attempt, 9, at_ms, lane, 'stroll', service_date, trip, 1 FROM uses"
        )


def test_what_the_gate_left_open_is_found_again(journal: Journal) -> None:
    claims(journal, 1, FIRST)
    (left,) = open_uses(journal)
    assert (left.use.ticket, left.use.attempt, left.persons, left.service_date, left.trip) == (T, FIRST, 1, DAY, TRIP)
    ends(journal, 1, FIRST, UseEnd.UNRESOLVED)
    assert open_uses(journal) == []


def test_a_use_ends_once_except_that_an_unresolved_one_may_be_resolved(journal: Journal) -> None:
    claims(journal, 1, FIRST)
    ends(journal, 1, FIRST, UseEnd.UNRESOLVED)
    with pytest.raises(RuleBroken, match="ends once"):
        ends(journal, 1, FIRST, UseEnd.UNRESOLVED)
    ends(journal, 1, FIRST, UseEnd.PASSED)
    assert history(journal, T)[0].end is UseEnd.PASSED
    for end in UseEnd:
        with pytest.raises(RuleBroken, match="ends once"):
            ends(journal, 1, FIRST, end)


def test_a_use_that_was_never_claimed_cannot_end(journal: Journal) -> None:
    with pytest.raises(RuleBroken, match="FOREIGN KEY"):
        ends(journal, 1, FIRST, UseEnd.PASSED)
    assert journal.head()[0] == 1
