"""What a journal promises to its writer: one writer, one unbroken chain, facts that nothing edits."""

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from sync.journal.epoch_marker import marker_path, read_marker
from sync.journal.journal import Journal, RuleBroken, Transaction
from sync.journal.migrations import FACTS
from sync.journal.reader import JournalReader
from tests.sync.till_life import PREFIX, Act, TickingClock, append, gate_life, live, money_life, open_journal, till_life
from tickets.admission import TimeQuality
from tickets.errors import Bug, EnvironmentFault
from tickets.events import GENESIS, Kind, chain, from_bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_the_first_event_says_whose_journal_it_is(path: Path) -> None:
    with open_journal(path) as journal:
        (first,) = journal.events(0, 10)
        assert first.kind == Kind.JOURNAL_OPENED
        assert first.event.body == {"device": "kiosk-1", "prefix": PREFIX, "previous_epoch": None}
        assert first.event.epoch == journal.epoch
        assert journal.head() == (1, chain(GENESIS, first.data))


def test_events_are_gapless_chained_and_read_back_as_written(path: Path) -> None:
    with open_journal(path) as journal:
        live(journal, till_life(1))
        before = journal.head()
    with open_journal(path) as journal:
        assert journal.head() == before
        events = journal.events(0, 1000)
        assert [event.seq for event in events] == list(range(1, before[0] + 1))
        last = GENESIS
        for stored in events:
            last = chain(last, stored.data)
            assert stored.hash == last
            assert from_bytes(stored.data).event_id == stored.event_id
            assert stored.event_id.version == 7
        assert last == before[1]


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    with open_journal(path) as journal:
        before = journal.head()

        def cut_short(tx: Transaction) -> None:
            tx.append(Kind.LANE_EVENT, {"lane": "1", "what": "forced"})
            tx.append(Kind.LANE_EVENT, {"lane": "1", "what": "blocked"})
            raise RuntimeError("power")

        with pytest.raises(RuntimeError, match="power"):
            live(journal, iter([cut_short]))
        assert journal.head() == before
        assert journal.events(before[0], 10) == []
        with journal.transaction() as tx:
            assert tx.append(Kind.LANE_EVENT, {"lane": "1", "what": "clear"}).seq == before[0] + 1


def test_a_body_that_the_centre_would_call_poisoned_is_not_written(path: Path) -> None:
    with open_journal(path) as journal:
        with pytest.raises(Bug, match=r"lane\.event: what: missing"), journal.transaction() as tx:
            tx.append(Kind.LANE_EVENT, {"lane": "1"})
        assert journal.head()[0] == 1


def test_transactions_do_not_nest(path: Path) -> None:
    with open_journal(path) as journal, journal.transaction(), pytest.raises(Bug), journal.transaction():
        pass


def test_a_second_writer_is_refused_and_told_why(path: Path) -> None:
    with open_journal(path):
        with pytest.raises(EnvironmentFault, match="being written by another process") as refused:
            open_journal(path)
        assert "exactly one writer" in refused.value.hint
    open_journal(path).close()  # the lock went with the first writer


def test_every_fact_is_immutable(path: Path) -> None:
    with open_journal(path) as journal:
        live(journal, till_life(1))
        live(journal, money_life(1))
        live(journal, gate_life(5))
    other = sqlite3.connect(path, isolation_level=None)
    try:
        for table in (*FACTS, "epoch"):
            if table == "returned_counts":
                continue  # only on coaches without numbered seats: see the next test
            column = other.execute(f"SELECT name FROM pragma_table_info('{table}') LIMIT 1").fetchone()[0]
            assert other.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, table
            with pytest.raises(sqlite3.IntegrityError, match="never edited"):
                other.execute(f"UPDATE {table} SET {column} = {column}")
            with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
                other.execute(f"DELETE FROM {table}")
    finally:
        other.close()


def test_every_table_of_facts_has_its_triggers(path: Path) -> None:
    open_journal(path).close()
    other = sqlite3.connect(path)
    try:
        triggers = {name for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    finally:
        other.close()
    assert {f"{table}_not_edited" for table in FACTS} | {f"{table}_not_deleted" for table in FACTS} <= triggers


def test_a_sequence_number_cannot_be_skipped_or_replaced(path: Path) -> None:
    with open_journal(path) as journal:
        row = (bytes(16), "lane.event", 0, b"", bytes(32))
        for seq in (1, 3, 99):
            with pytest.raises(RuleBroken, match="no gap"), journal.transaction() as tx:
                tx.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?)", (seq, *row))


def test_a_till_whose_journal_is_lost_must_be_enrolled_again(path: Path) -> None:
    open_journal(path).close()
    for each in path.parent.glob("journal.db*"):
        each.unlink()
    with pytest.raises(EnvironmentFault, match="already used") as lost:
        open_journal(path)
    assert "Enrol this till again" in lost.value.hint
    with pytest.raises(EnvironmentFault):  # and it stays so: the refusal has not made a journal
        open_journal(path)
    with open_journal(path, prefix=PREFIX + 1) as enrolled_again:
        first = enrolled_again.events(0, 1)[0].event
        assert first.body["previous_epoch"] is not None
        assert first.body["prefix"] == PREFIX + 1


def test_a_gate_whose_journal_is_lost_begins_a_new_epoch(path: Path) -> None:
    with open_journal(path, prefix=None, seed=1) as journal:
        old = journal.epoch
    for each in path.parent.glob("journal.db*"):
        each.unlink()
    with open_journal(path, prefix=None, seed=2) as journal:
        assert journal.epoch != old
        assert journal.events(0, 1)[0].event.body["previous_epoch"] == old.hex
        marker = read_marker(path)
        assert marker is not None
        assert marker.epoch == journal.epoch


@pytest.mark.parametrize(("device", "prefix"), [("kiosk-2", PREFIX), ("kiosk-1", PREFIX + 1), ("kiosk-1", None)])
def test_a_journal_of_another_enrolment_is_not_written_on(path: Path, device: str, prefix: int | None) -> None:
    open_journal(path).close()
    with pytest.raises(EnvironmentFault, match="another enrolment"):
        open_journal(path, device=device, prefix=prefix)


def test_a_marker_that_cannot_be_read_is_said_to_be_so(path: Path) -> None:
    open_journal(path).close()
    marker_path(path).write_text("{")
    with pytest.raises(EnvironmentFault, match="marker"):
        open_journal(path)


def test_a_journal_whose_tail_was_edited_is_not_written_on(path: Path) -> None:
    with open_journal(path) as journal:
        live(journal, gate_life(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("DROP TRIGGER events_not_edited")
    other.execute("UPDATE events SET bytes = x'00' WHERE seq = (SELECT max(seq) FROM events)")
    other.close()
    with pytest.raises(EnvironmentFault, match="damaged"):
        open_journal(path)


def test_a_file_that_is_no_database_is_said_to_be_so(path: Path) -> None:
    path.write_bytes(b"this is not a database, it only has the length of one" * 100)
    with pytest.raises(EnvironmentFault, match="cannot be used"):
        open_journal(path)


def test_a_directory_that_is_missing_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        open_journal(tmp_path / "nowhere" / "journal.db")


def test_a_full_disk_loses_nothing_and_is_survived(path: Path) -> None:
    with open_journal(path) as journal:
        pages = journal.rows("PRAGMA page_count")[0][0]
        journal.rows(f"PRAGMA max_page_count = {pages}")
        acts: list[Act] = [append(Kind.DEVICE_FAULT, device="printer", what="x" * 200)]
        with pytest.raises(EnvironmentFault, match="SQLITE_FULL") as full:
            live(journal, iter(acts * 200))
        assert "Free space" in full.value.hint
        before = journal.head()
        assert before == (len(journal.events(0, 1000)), journal.events(0, 1000)[-1].hash)
        journal.rows("PRAGMA max_page_count = 1000000")
        with journal.transaction() as tx:
            assert tx.append(Kind.DEVICE_BACK, {"device": "printer"}).seq == before[0] + 1


def test_a_reader_follows_a_journal_that_is_not_there_yet_or_replaced(path: Path) -> None:
    reader = JournalReader(path)
    assert (reader.epoch(), reader.head(), reader.events(0, 10), reader.floor_ms()) == (None, (0, GENESIS), [], 0)
    with open_journal(path, prefix=None, seed=1) as journal:
        epoch = reader.epoch()
        assert epoch is not None
        assert (epoch.epoch, epoch.device, epoch.prefix) == (journal.epoch, "gate-1", None)
        assert reader.head() == journal.head()
        live(journal, gate_life(1))
        assert reader.head() == journal.head()
        assert reader.hash_at(journal.head()[0]) == journal.head()[1]
        assert (reader.hash_at(0), reader.hash_at(99)) == (GENESIS, None)
    for each in path.parent.glob("journal.db*"):
        each.unlink()
    with open_journal(path, prefix=None, seed=2) as journal:
        epoch = reader.epoch()
        assert epoch is not None
        assert epoch.epoch == journal.epoch
    reader.close()


def test_only_trusted_time_is_a_floor(path: Path) -> None:
    clock = TickingClock()
    journal = Journal.create_or_open(path, device="gate-1", prefix=None, clock=clock, random=Random(1).randbytes)
    assert journal.floor_ms() == int(clock.at.timestamp() * 1000)
    clock.quality = TimeQuality.DEGRADED
    with journal.transaction() as tx:
        tx.append(Kind.DEVICE_BACK, {"device": "barrier"})
    assert journal.floor_ms() == 0
    journal.close()


def test_epochs_are_random_version_4_uuids(tmp_path: Path) -> None:
    epochs = set()
    for seed in range(3):
        with open_journal(tmp_path / f"{seed}.db", seed=seed) as journal:
            epochs.add(journal.epoch)
    assert len(epochs) == 3
    assert {epoch.version for epoch in epochs} == {4}


def test_a_gates_log_has_its_length_from_the_start_and_what_is_in_it_is_found(path: Path, tmp_path: Path) -> None:
    """The power fails: the file and its log are as they lie on the disk, most of the log still empty, or old."""
    with open_journal(path, prefix=None) as journal:
        log = Path(f"{path}-wal")
        length = log.stat().st_size
        assert length >= 4 << 20
        for lives in range(3):
            live(journal, gate_life(lives + 1))
            assert log.stat().st_size == length, "it grew with the commits"
            left = tmp_path / f"left-{lives}"
            left.mkdir()
            for file in (path, log):
                shutil.copy(file, left / file.name)
            found = sqlite3.connect(left / path.name)
            assert found.execute("SELECT max(seq), count(*) FROM events").fetchone() == (journal.head()[0],) * 2
            assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found.close()
            journal.tidy()


def test_a_journal_knows_which_tickets_it_need_not_look_for(path: Path) -> None:
    with open_journal(path, prefix=None) as journal:
        live(journal, gate_life(1))
        used = {row[0] for row in journal.rows("SELECT ticket FROM uses")}
        assert used
        assert all(journal.may_have_used(ticket) for ticket in used)  # type: ignore[arg-type]  # a blob
        assert not journal.may_have_used(bytes(8))
        live(journal, gate_life(2))
        later = {row[0] for row in journal.rows("SELECT ticket FROM uses")}
        assert all(journal.may_have_used(ticket) for ticket in later)  # type: ignore[arg-type]  # a blob
