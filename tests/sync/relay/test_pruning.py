"""What the relay drops when service days are long over, and what it never does."""

import random as seeded
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sync.points import Point
from sync.server.relay.duplicates import unreported
from sync.server.relay.facts import count_facts, keep_fact, unwritten_facts, written
from sync.server.relay.feed import changes_after
from sync.server.relay.journals import Gap, Held, take_in
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.pruning import AT_ONCE, KEPT, drop_acts, prune
from tests.sync.relay.journal_in_memory import NOON_MS, TRIP, MemoryJournal
from tests.sync.relay.station import NOON, STATION, key_of
from tickets.admission import TimeQuality, TrustedNow
from tickets.staff import Act, StaffFact, read_fact, sign_fact

DAY = timedelta(days=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = opened(tmp_path)
    yield made
    made.close()


def opened(folder: Path, die_at: str = "") -> Ledger:
    def probe(point: str) -> None:
        if point == die_at:
            raise InterruptedError

    return Ledger.open(folder / RELAY_DB, seeded.Random(1).randbytes, NOON_MS, probe)


def at(when: datetime, quality: TimeQuality = TimeQuality.TRUSTED) -> TrustedNow:
    return TrustedNow(at=when, quality=quality)


def journal(tickets: int = 1) -> MemoryJournal:
    made = MemoryJournal("371122-gate-a", seeded.Random(3))
    made.open()
    for ticket in range(tickets):
        attempt = seeded.Random(ticket).randbytes(16).hex()
        made.claim(f"{ticket:020}", 1, attempt)
        made.end(f"{ticket:020}", 1, attempt, "passed")
    return made


def left(ledger: Ledger) -> int:
    (count,) = ledger.connection.execute("SELECT count(*) FROM uses").fetchone()
    assert isinstance(count, int)
    return count


def test_a_use_goes_when_its_service_day_is_long_over(ledger: Ledger) -> None:
    take_in(ledger, journal().slice(), NOON_MS)
    assert prune(ledger, at(NOON + KEPT - DAY)) is None
    assert left(ledger) == 1
    assert prune(ledger, at(NOON + KEPT + DAY)) is None
    assert left(ledger) == 0


@pytest.mark.parametrize("quality", [TimeQuality.DEGRADED, TimeQuality.UNKNOWN])
def test_a_clock_that_may_be_wrong_drops_nothing(ledger: Ledger, quality: TimeQuality) -> None:
    take_in(ledger, journal().slice(), NOON_MS)
    prune(ledger, at(NOON + 99 * DAY, quality))
    assert left(ledger) == 1


def test_what_was_dropped_is_not_learnt_again_from_the_same_journal(ledger: Ledger) -> None:
    told = journal()
    take_in(ledger, told.slice(), NOON_MS)
    prune(ledger, at(NOON + 99 * DAY))
    assert isinstance(take_in(ledger, told.slice(), NOON_MS), Held)
    assert left(ledger) == 0
    assert not isinstance(take_in(ledger, told.slice(2), NOON_MS), Gap), "its events are still here"


def test_many_go_in_slices(ledger: Ledger) -> None:
    take_in(ledger, journal(AT_ONCE + 5).slice(), NOON_MS)
    after: int | None = 0
    slices = 0
    while after is not None:
        after = prune(ledger, at(NOON + 99 * DAY), after)
        slices += 1
    assert (left(ledger), slices) == (0, 2)


@pytest.mark.parametrize(
    ("point", "stays"), [(Point.RELAY_PRUNE_COMMIT_BEFORE, 1), (Point.RELAY_PRUNE_COMMIT_AFTER, 0)]
)
def test_killed_over_it_nothing_is_half_dropped(tmp_path: Path, point: Point, stays: int) -> None:
    dying = opened(tmp_path, point)
    take_in(dying, journal().slice(), NOON_MS)
    with pytest.raises(InterruptedError):
        prune(dying, at(NOON + 99 * DAY))
    dying.close()
    again = opened(tmp_path)
    assert left(again) == stays
    again.close()


def act(ledger: Ledger, no: int, done: datetime, day: date | None, *, journaled: bool = True) -> None:
    """An act of staff on a departure of `day`, or a striking off for None; in the relay's journal, or not yet."""
    what: dict[str, Any] = {"act": Act.STRIKE_OFF, "device": "371122-gate-b"}
    if day is not None:
        what = {"act": Act.OPEN, "service_date": day, "trip": TRIP}
    fact = StaffFact(fact_id=UUID(int=no), station=STATION, badge="0007", at=done, **what)
    keep_fact(ledger, fact, sign_fact(fact, key_of("0007")))
    if journaled:
        with ledger.writing("diary"):
            written(ledger, fact.fact_id.hex)


def test_acts_go_when_their_service_day_is_long_over_and_they_are_written_down(ledger: Ledger) -> None:
    long_ago, now = NOON - KEPT - 2 * DAY, NOON
    act(ledger, 1, long_ago, long_ago.date())
    act(ledger, 2, long_ago, long_ago.date(), journaled=False)
    act(ledger, 3, long_ago, NOON.date())
    act(ledger, 4, long_ago, None)
    act(ledger, 5, NOON, NOON.date())
    act(ledger, 6, NOON, long_ago.date())
    for quality in (TimeQuality.DEGRADED, TimeQuality.UNKNOWN):
        assert drop_acts(ledger, at(now, quality)) is None
    assert count_facts(ledger) == 6
    assert drop_acts(ledger, at(now)) is None
    answer = changes_after(ledger.connection, ledger.epoch, 0, "")
    assert [read_fact(each).fact_id.int for each in answer.facts] == [2, 3, 4, 5, 6]


def test_many_acts_go_in_slices(ledger: Ledger) -> None:
    long_ago = NOON - KEPT - 2 * DAY
    for no in range(AT_ONCE + 5):
        act(ledger, no, long_ago, long_ago.date())
    after = drop_acts(ledger, at(NOON))
    assert (after, count_facts(ledger)) == (AT_ONCE, 5)
    assert drop_acts(ledger, at(NOON), AT_ONCE) is None
    assert count_facts(ledger) == 0


@pytest.mark.parametrize("look", [unwritten_facts, unreported])
def test_what_is_yet_to_be_written_down_is_found_without_looking_at_the_rest(
    ledger: Ledger, look: Callable[[Ledger, int], object]
) -> None:
    """It is looked for after every push, on the thread that answers claims."""
    asked: list[str] = []
    ledger.connection.set_trace_callback(asked.append)
    look(ledger, 50)
    ledger.connection.set_trace_callback(None)
    (question,) = asked
    plan = [str(row[3]) for row in ledger.connection.execute(f"EXPLAIN QUERY PLAN {question}")]
    assert len(plan) == 1, plan
    assert "_not_written" in plan[0]
