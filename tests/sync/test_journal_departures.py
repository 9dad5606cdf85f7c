"""What a gate's own journal says of a departure: its uses with their flags, and what its lanes met."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from sync.journal.departures import alarms_since, uses_of
from sync.journal.journal import Journal
from sync.journal.uses import claim_use, end_use
from tests.sync.till_life import DAY, START, TRIP, open_journal, ticket_number
from tickets.admission import Flag
from tickets.events import Kind
from tickets.uses import UseEnd


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.db", prefix=None) as journal:
        yield journal


def use(journal: Journal, number: int, *, use_no: int = 1, trip: str = TRIP, flags: tuple[Flag, ...] = ()) -> None:
    attempt = UUID(int=number * 10 + use_no)
    with journal.transaction() as tx:
        assert claim_use(
            tx,
            ticket=ticket_number(number),
            use_no=use_no,
            attempt=attempt,
            service_date=DAY,
            trip=trip,
            lane="1A",
            persons=2,
            by="code",
            flags=flags,
        )
    with journal.transaction() as tx:
        end_use(tx, ticket=ticket_number(number), use_no=use_no, attempt=attempt, end=UseEnd.PASSED, persons=2)


def test_all_uses_of_a_departure_with_the_flags_of_their_claim(journal: Journal) -> None:
    use(journal, 1, flags=(Flag.LATE, Flag.OVERRIDDEN))
    use(journal, 1, use_no=2)
    use(journal, 2)
    use(journal, 3, trip="K9999", flags=(Flag.LATE,))
    found = {(each.ticket, each.use_no): each for each in uses_of(journal, DAY, TRIP)}
    assert found.keys() == {(ticket_number(1), 1), (ticket_number(1), 2), (ticket_number(2), 1)}
    assert found[ticket_number(1), 1].flags == {"late", "overridden"}
    assert found[ticket_number(2), 1].flags == frozenset()
    assert {(each.end, each.persons, each.device) for each in found.values()} == {(UseEnd.PASSED, 2, "gate-1")}
    assert uses_of(journal, DAY + timedelta(days=1), TRIP) == []


def test_alarms_are_those_of_the_time_asked_for(journal: Journal) -> None:
    for what in ("tailgated", "forced"):
        with journal.transaction() as tx:
            tx.append(Kind.LANE_EVENT, {"lane": "1A", "what": what})
    use(journal, 1)
    first = int(START.timestamp() * 1000)
    assert alarms_since(journal, first, first + 3_600_000) == ["tailgated", "forced"]
    assert alarms_since(journal, first + 3_600_000, first + 7_200_000) == []
    times = [event.at_ms for event in journal.events(0, 100) if event.kind == "lane.event"]
    assert alarms_since(journal, times[1], times[1]) == ["forced"]
