"""A journal that several lanes share: threads take turns, and none sees what another has not committed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from sync.journal.journal import Journal
from sync.journal.reader import JournalReader
from sync.journal.uses import claim_use, history
from tests.sync.till_life import DAY, TRIP, open_journal, ticket_number
from tickets.errors import Bug
from tickets.events import GENESIS, Kind, chain

LANES, EACH = 4, 25


def note(journal: Journal, lane: str, what: str) -> None:
    with journal.transaction() as tx:
        tx.append(Kind.LANE_EVENT, {"lane": lane, "what": what})


def notes(journal: Journal, lane: str) -> None:
    for n in range(EACH):
        note(journal, lane, f"event {n}")


def claims(journal: Journal, lane: str, number: int, attempt: int) -> bool:
    with journal.transaction() as tx:
        return claim_use(
            tx,
            ticket=ticket_number(number),
            use_no=1,
            attempt=UUID(int=attempt),
            service_date=DAY,
            trip=TRIP,
            lane=lane,
            persons=1,
            by="code",
        )


def at_once(work: Callable[[int], object]) -> None:
    """Let every lane do this, all beginning at one moment; what goes wrong in any is raised here."""
    ready = threading.Barrier(LANES)

    def begin(lane: int) -> None:
        ready.wait(5)
        work(lane)

    with ThreadPoolExecutor(LANES) as pool:
        for each in [pool.submit(begin, lane) for lane in range(LANES)]:
            each.result(30)


def test_many_lanes_write_one_gapless_chain(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:
        at_once(lambda lane: notes(journal, str(lane)))
        events = JournalReader(tmp_path / "journal.db").events(0, 1000)
        last = GENESIS
        for place, event in enumerate(events, 1):
            last = chain(last, event.data)
            assert (event.seq, event.hash) == (place, last)
        assert journal.head() == (len(events), last) == (1 + LANES * EACH, last)
        for lane in range(LANES):
            mine = [each.event.body["what"] for each in events[1:] if each.event.body["lane"] == str(lane)]
            assert mine == [f"event {n}" for n in range(EACH)]


def test_one_use_is_claimed_by_one_lane(tmp_path: Path) -> None:
    won: list[tuple[int, int]] = []
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:

        def tries(lane: int) -> None:
            won.extend((n, lane) for n in range(EACH) if claims(journal, str(lane), n, lane * EACH + n))

        at_once(tries)
        assert sorted(number for number, _ in won) == list(range(EACH)), "each ticket once, whoever was first"
        for number, lane in won:
            assert [use.lane for use in history(journal, ticket_number(number))] == [str(lane)]


def test_what_is_not_committed_is_seen_by_its_own_thread_alone(tmp_path: Path) -> None:
    seen: list[int] = []
    inside = threading.Event()
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:

        def looks() -> None:
            assert inside.wait(5)
            seen.append(len(history(journal, ticket_number(1))))

        def claims_and_fails() -> None:
            with journal.transaction() as tx:
                attempt, lane = UUID(int=1), "1"
                claimed = claim_use(
                    tx,
                    ticket=ticket_number(1),
                    use_no=1,
                    attempt=attempt,
                    service_date=DAY,
                    trip=TRIP,
                    lane=lane,
                    persons=1,
                    by="code",
                )
                assert claimed
                assert len(history(journal, ticket_number(1))) == 1
                inside.set()
                other.join(0.1)
                assert other.is_alive(), "the other one waits for its turn"
                raise RuntimeError("power")

        other = threading.Thread(target=looks)
        other.start()
        with pytest.raises(RuntimeError, match="power"):
            claims_and_fails()
        other.join(5)
    assert seen == [0], "what was rolled back was seen by another thread"


def test_a_thread_does_not_begin_one_inside_its_own(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:
        with pytest.raises(Bug, match="inside another"), journal.transaction(), journal.transaction():
            pass
        note(journal, "1", "goes on")
        assert journal.head()[0] == 2


def test_a_lane_that_fails_in_its_turn_gives_it_to_the_next(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:

        def fails(lane: str) -> None:
            with journal.transaction() as tx:
                tx.append(Kind.LANE_EVENT, {"lane": lane, "what": "lost"})
                raise RuntimeError("power")

        def fails_or_writes(lane: int) -> None:
            if lane % 2 == 0:
                notes(journal, str(lane))
                return
            for _ in range(EACH):
                with pytest.raises(RuntimeError, match="power"):
                    fails(str(lane))

        at_once(fails_or_writes)
        whats = [event.event.body["what"] for event in journal.events(1, 1000)]
        assert len(whats) == LANES // 2 * EACH
        assert "lost" not in whats
