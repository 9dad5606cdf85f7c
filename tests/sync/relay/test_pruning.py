"""What the relay drops when service days are long over, and what it never does."""

import random as seeded
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sync.points import Point
from sync.server.relay.journals import Gap, Held, take_in
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.pruning import AT_ONCE, KEPT, prune
from tests.sync.relay.journal_in_memory import NOON_MS, MemoryJournal
from tests.sync.relay.station import NOON
from tickets.admission import TimeQuality, TrustedNow

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
