"""A journal is kept short by its own writer: slowly, late, and never beyond what the centre has signed for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.cache.writer import CacheWriter
from sync.journal.journal import Journal
from sync.journal.pruning import settled_through
from sync.journal.tidying import AT_ONCE, FIRST_S, LOOK_S, REST_S, JournalTidier, tidy_quietly
from sync.points import Point, Probe, kill_at, no_probe
from tests.sync.children import Say, in_child
from tests.sync.till_life import DAY, START, Act, append, gate_life, live, open_journal, till_life
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import EnvironmentFault
from tickets.events import Kind, receipt_message
from tickets.keys import SigningKey

CENTRE = SigningKey.from_raw(bytes([7]) * 32)
KEPT_DAYS = 30
LONG_AFTER = START + timedelta(days=KEPT_DAYS + 1)


def settled(n: int) -> Iterator[Act]:
    """A gate's life without the use that stays unresolved."""
    return (act for number, act in enumerate(gate_life(n)) if number not in (6, 7))


class Place:
    """A journal, the centre's receipts beside it, and a tidier on a clock that tests set."""

    def __init__(self, directory: Path, *, prefix: int | None = None, probe: Probe = no_probe, seed: int = 1) -> None:
        self.directory = directory
        self.journal = open_journal(directory / "journal.db", prefix=prefix, seed=seed)
        self.seconds = 0.0
        self.now = TrustedNow(at=LONG_AFTER, quality=TimeQuality.TRUSTED)
        self.tidier = JournalTidier(
            self.journal,
            directory / "journal.db",
            directory / "cache.db",
            lambda: (CENTRE.public,),
            lambda: self.now,
            lambda: self.seconds,
            kept_days=KEPT_DAYS,
            probe=probe,
        )

    def keep(self, through: int | None = None, by: SigningKey = CENTRE) -> None:
        """The centre signs for it."""
        seq = self.journal.head()[0] if through is None else through
        (found,) = self.journal.rows("SELECT hash FROM events WHERE seq = ?", (seq,))
        assert isinstance(found[0], bytes)
        with CacheWriter(self.directory / "cache.db") as cache:
            cache.acknowledge(self.journal.epoch, seq, by.sign(receipt_message(self.journal.epoch, seq, found[0])))

    def run(self, seconds: float) -> list[float]:
        """Look as often as it says for so long; answers the waits."""
        waits, end = [], self.seconds + seconds
        while self.seconds < end:
            waits.append(self.tidier.look())
            self.seconds += waits[-1]
        return waits

    def left(self) -> list[int]:
        return [event.seq for event in self.journal.events(0, 10_000)]

    def close(self) -> None:
        self.tidier.close()
        self.journal.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def test_what_is_old_and_kept_goes_a_slice_at_a_time(place: Place) -> None:
    for n in range(60):
        live(place.journal, settled(n))
    head = place.journal.head()
    place.keep()
    assert place.run(FIRST_S) == [FIRST_S], "not while everything else begins"
    before = len(place.left())
    assert place.tidier.look() == REST_S
    assert AT_ONCE / 2 < before - len(place.left()) <= AT_ONCE
    assert place.tidier.look() == REST_S, "asked too early it does nothing"
    assert before - len(place.left()) <= AT_ONCE
    assert place.run(60)[-1] > LOOK_S - 60
    assert place.left() == [head[0]]
    assert place.journal.head() == head


@pytest.mark.parametrize("why", ["nobody signed", "somebody else signed", "unknown time", "young", "of late"])
def test_nothing_else_goes(place: Place, why: str) -> None:
    live(place.journal, settled(1))
    if why != "nobody signed":
        place.keep(by=SigningKey.generate() if why == "somebody else signed" else CENTRE)
    if why == "unknown time":
        place.now = TrustedNow(at=LONG_AFTER, quality=TimeQuality.DEGRADED)
    if why == "young":
        place.now = TrustedNow(at=datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(days=KEPT_DAYS),
                               quality=TimeQuality.TRUSTED)  # fmt: skip
    if why == "of late":
        place.now = TrustedNow(at=START + timedelta(days=KEPT_DAYS), quality=TimeQuality.TRUSTED)
    before = place.left()
    place.run(3 * LOOK_S)
    assert place.left() == before


def test_what_was_written_of_late_stays_whatever_it_is(place: Place) -> None:
    live(place.journal, settled(1))
    old = place.journal.head()[0]
    place.journal.close()
    place.journal = Journal.create_or_open(
        place.directory / "journal.db",
        device="gate-1",
        prefix=None,
        clock=lambda: TrustedNow(at=LONG_AFTER, quality=TimeQuality.TRUSTED),
        random=lambda n: bytes(range(n)),
    )
    place.tidier = JournalTidier(
        place.journal, place.directory / "journal.db", place.directory / "cache.db", lambda: (CENTRE.public,),
        lambda: place.now, lambda: place.seconds, kept_days=KEPT_DAYS,
    )  # fmt: skip
    live(place.journal, iter([append(Kind.DEVICE_BACK, device="camera")]))
    place.keep()
    place.run(2 * LOOK_S)
    assert place.left() == [old + 1]


def test_events_that_belong_together_go_together_however_many(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db") as journal:
        live(journal, till_life(1))
        end = journal.head()[0]
        later = DAY + timedelta(days=1)
        every = [settled_through(journal, kept_through=end, closed_before=later, most=most) for most in (1, 2, 5, 100)]
    assert every[-1] == end - 1
    assert every == sorted(every)
    assert all(every)


@pytest.mark.parametrize("point", [Point.JOURNAL_PRUNE_BEFORE, Point.JOURNAL_PRUNE_AFTER])
def test_killed_over_any_slice_it_goes_on_where_it_was(tmp_path: Path, point: Point) -> None:
    place = Place(tmp_path)
    for n in range(60):
        live(place.journal, settled(n))
    head = place.journal.head()
    place.keep()
    place.close()
    for nth in (1, 2):

        def work(say: Say, nth: int = nth) -> None:
            Place(tmp_path, probe=kill_at(point, nth), seed=nth + 1).run(FIRST_S + 60)

        assert in_child(work).killed
    place = Place(tmp_path, seed=9)
    left = place.left()
    assert left == list(range(left[0], head[0] + 1))
    assert place.journal.head() == head
    place.run(FIRST_S + 60)
    assert place.left() == [head[0]]
    place.close()


def test_a_disk_that_does_not_take_it_is_met_again_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    full = [True]

    def probe(point: str) -> None:
        if full[0] and point == Point.JOURNAL_PRUNE_BEFORE:
            raise EnvironmentFault("The journal cannot be used (SQLITE_FULL)", "Free space on this disk.")

    place = Place(tmp_path, probe=probe)
    live(place.journal, settled(1))
    place.keep()
    before = place.left()
    place.seconds = FIRST_S
    assert tidy_quietly(place.tidier) == LOOK_S
    assert [record.message for record in caplog.records] == ["journal.not_pruned"]
    assert place.left() == before
    full[0] = False
    place.run(2 * LOOK_S)
    assert place.left() == [before[-1]]
    place.close()
