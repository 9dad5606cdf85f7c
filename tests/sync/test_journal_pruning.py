"""Pruning drops what is settled, whole and sealed, and nothing that somebody may still ask for."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.journal.journal import Journal
from sync.journal.order_reader import open_claims, unfinished_orders
from sync.journal.orders import held_and_sold
from sync.journal.pruning import prune
from sync.journal.reader import JournalReader
from sync.journal.uses import history
from sync.points import Point, kill_at
from tests.sync.children import Say, in_child
from tests.sync.till_life import DAY, TRIP, Act, append, gate_life, live, open_journal, ticket_number, till_life
from tickets.events import Kind, chain

LATER = DAY + timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def settled(n: int) -> Iterator[Act]:
    """A gate's life without the use that stays unresolved."""
    return (act for number, act in enumerate(gate_life(n)) if number not in (6, 7))


def test_what_is_settled_and_signed_for_goes_and_the_chain_goes_on(path: Path) -> None:
    with open_journal(path) as journal:
        live(journal, till_life(1))
        live(journal, settled(5))
        head = journal.head()
        assert prune(journal, kept_through=head[0], closed_before=LATER) == head[0] - 1
        assert journal.head() == head
        assert [event.seq for event in journal.events(0, 1000)] == [head[0]]
        assert history(journal, ticket_number(50)) == []
        assert prune(journal, kept_through=head[0], closed_before=LATER) == 0
        live(journal, iter([append(Kind.DEVICE_BACK, device="printer")]))
        assert journal.head()[0] == head[0] + 1
    with open_journal(path, seed=2) as journal:
        assert journal.head()[0] == head[0] + 1
    reader = JournalReader(path)
    sealed = reader.hash_at(head[0] - 1)
    assert sealed is not None
    assert chain(sealed, reader.events(head[0] - 1, 1)[0].data) == head[1]
    reader.close()


def test_only_what_the_centre_has_signed_for_goes(path: Path) -> None:
    with open_journal(path, prefix=None) as journal:
        live(journal, settled(1))
        assert prune(journal, kept_through=0, closed_before=LATER) == 0
        assert prune(journal, kept_through=2, closed_before=LATER) == 1, "a use is not cut in two"
        assert prune(journal, kept_through=3, closed_before=LATER) == 2
        assert [event.seq for event in journal.events(0, 3)] == [4, 5, 6]


def test_departures_that_are_not_long_closed_stay(path: Path) -> None:
    with open_journal(path) as journal:
        live(journal, till_life(1))
        before = held_and_sold(journal, DAY, TRIP)
        assert prune(journal, kept_through=99, closed_before=DAY) == 1  # journal.opened alone
        assert held_and_sold(journal, DAY, TRIP) == before


@pytest.mark.parametrize("stop_after", range(1, 16))
def test_whatever_is_unfinished_stays_with_all_after_it(path: Path, stop_after: int) -> None:
    """Cut a till's life anywhere: what is still owed then is still there after pruning."""
    with open_journal(path) as journal:
        live(journal, (act for number, act in enumerate(till_life(1)) if number < stop_after))
        owed, claims = unfinished_orders(journal), open_claims(journal)
        prune(journal, kept_through=99, closed_before=LATER)
        assert unfinished_orders(journal) == owed
        assert open_claims(journal) == claims
        live(journal, (act for number, act in enumerate(till_life(1)) if number >= stop_after))
        assert (unfinished_orders(journal), open_claims(journal)) == ([], [])


def test_an_open_or_unresolved_use_stays(path: Path) -> None:
    with open_journal(path, prefix=None) as journal:
        live(journal, gate_life(1))
        prune(journal, kept_through=99, closed_before=LATER)
        assert len(history(journal, ticket_number(12))) == 1
        assert history(journal, ticket_number(10)) == []


@pytest.mark.parametrize("point", [Point.JOURNAL_PRUNE_BEFORE, Point.JOURNAL_PRUNE_AFTER])
def test_killed_while_pruning(path: Path, point: Point) -> None:
    with open_journal(path) as journal:
        live(journal, till_life(1))
        head = journal.head()

    def work(say: Say) -> None:
        prune(open_journal(path, seed=2), kept_through=99, closed_before=LATER, probe=kill_at(point))

    assert in_child(work).killed
    with open_journal(path, seed=3) as journal:
        assert journal.head() == head
        assert len(_events(journal)) == (head[0] if point is Point.JOURNAL_PRUNE_BEFORE else 1)
        prune(journal, kept_through=99, closed_before=LATER)
        assert len(_events(journal)) == 1


def _events(journal: Journal) -> list[int]:
    return [event.seq for event in journal.events(0, 1000)]
