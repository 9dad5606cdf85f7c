"""Many machines' disks at once, under the stores of the product."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, event, insert, select, update

from station.simulate.disk.disk import PowerCut
from station.simulate.disk.disks import Disks
from sync.journal.journal import Journal
from sync.journal.reader import JournalReader
from tickets.admission import TimeQuality, TrustedNow
from tickets.events import Kind

GATE = "1-gate-1"


@pytest.fixture
def disks() -> Iterator[Disks]:
    with Disks() as made:
        made.add(GATE)
        yield made


def journal(seed: int = 1) -> Journal:
    return Journal.create_or_open(
        Path(f"/disk/{GATE}/journal.db"),
        device="gate-1",
        prefix=None,
        clock=lambda: TrustedNow(at=datetime(2026, 11, 23, tzinfo=UTC), quality=TimeQuality.TRUSTED),
        random=Random(seed).randbytes,
    )


def fault(open_journal: Journal, what: str) -> None:
    with open_journal.transaction() as tx:
        tx.append(Kind.DEVICE_FAULT, {"device": "reader", "what": what})


def kinds(reader: JournalReader) -> list[str]:
    return [each.kind for each in reader.events(0, 100)]


def test_a_reader_sees_what_the_writer_commits_and_that_it_did(disks: Disks) -> None:
    with journal() as writer:
        reader = JournalReader(writer.path)
        before = reader.written()
        assert kinds(reader) == ["journal.opened"]
        fault(writer, "one")
        assert kinds(reader) == ["journal.opened", "device.fault"]
        assert reader.written() != before
        assert reader.written() == reader.written()


def test_power_takes_what_was_not_synced_and_nothing_of_another_machine(disks: Disks) -> None:
    disks.add("other")
    other = Path("/disk/other/kept.txt")
    other.write_text("here", "utf-8")
    writer = journal()
    fault(writer, "one")
    Path(f"/disk/{GATE}/loose.txt").write_text("never synced", "utf-8")
    disks.power_off(GATE)
    with pytest.raises(PowerCut):
        fault(writer, "two")
    disks.power_on(GATE, Random(3))
    assert other.read_text("utf-8") == "here"
    with journal() as again:
        assert [each.kind for each in again.events(0, 10)] == ["journal.opened", "device.fault"]


def test_power_fails_inside_the_write_that_was_named_or_in_the_next_that_may_be(disks: Disks) -> None:
    folder = Path(f"/disk/{GATE}")
    asked: list[int] = []

    def is_cut() -> bool:
        asked.append(1)
        return len(asked) == 2

    disks.cut_in(GATE, 3, is_cut)
    (folder / "one.txt").write_text("one", "utf-8")  # making a file is a call, and writing it another
    assert asked == []
    with pytest.raises(PowerCut):
        (folder / "two.txt").write_text("two", "utf-8")
    assert len(asked) == 2
    with pytest.raises(PowerCut):
        (folder / "one.txt").read_text("utf-8")
    disks.power_off(GATE)
    disks.power_on(GATE, Random(1))
    disks.cut_in(GATE, 1, lambda: True)
    disks.never_cut(GATE)
    (folder / "three.txt").write_text("three", "utf-8")


def test_what_was_not_synced_may_be_lost(disks: Disks) -> None:
    def survives(seed: int) -> bool:
        disks.lose(GATE)
        path = Path(f"/disk/{GATE}/loose.txt")
        path.write_text("never synced", "utf-8")
        disks.power_off(GATE)
        disks.power_on(GATE, Random(seed))
        return path.exists()

    assert {survives(seed) for seed in range(20)} == {True, False}


def test_a_killed_writer_leaves_its_commits_and_not_its_open_transaction(disks: Disks) -> None:
    writer = journal()
    fault(writer, "one")
    reader = JournalReader(writer.path)
    assert len(kinds(reader)) == 2
    with pytest.raises(PowerCut), writer.transaction() as tx:  # noqa: PT012  it dies in the middle
        tx.append(Kind.DEVICE_FAULT, {"device": "reader", "what": "two"})
        disks.process_dies(GATE, ("/journal.db",))
    with pytest.raises(PowerCut):
        fault(writer, "three")
    assert len(kinds(reader)) == 2, "its reader in another process goes on"
    with journal() as again:
        fault(again, "four")
        assert len(kinds(reader)) == 3


def test_the_same_question_is_answered_anew_after_each_change_that_is_made_or_taken_back(disks: Disks) -> None:
    here = sqlite3.connect(disks.add("1-till-1") / "a.db", isolation_level=None)
    there = sqlite3.connect("file:/disk/1-till-1/a.db?mode=ro", uri=True, isolation_level=None)
    here.execute("CREATE TABLE t (x)")

    def count(at_least: object) -> int:
        answers = {db.execute("SELECT count(*) FROM t WHERE x >= ?", (at_least,)).fetchone()[0] for db in (here, there)}
        (answer,) = answers
        return int(answer)

    assert count(1) == 0
    here.execute("INSERT INTO t VALUES (1)")
    assert (count(1), count(2)) == (1, 0)
    here.execute("BEGIN IMMEDIATE")
    here.execute("INSERT INTO t VALUES (2)")
    assert (count(1), count(2)) == (2, 1)
    here.execute("ROLLBACK")
    assert (count(1), count(2)) == (1, 0)
    named = "SELECT count(*) FROM t WHERE x >= :least"
    assert [here.execute(named, {"least": least}).fetchone()[0] for least in (1, 2)] == [1, 0]


def test_whoever_only_reads_cannot_write(disks: Disks) -> None:
    with journal() as writer, pytest.raises(sqlite3.OperationalError, match="readonly"):
        sqlite3.connect(f"file:{writer.path}?mode=ro", uri=True).execute("DELETE FROM events")


def test_nobody_writes_in_the_middle_of_anothers_transaction(disks: Disks) -> None:
    path = f"/disk/{GATE}/some.db"
    one, two = sqlite3.connect(path), sqlite3.connect(path)
    one.execute("CREATE TABLE some (thing)")
    one.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        two.execute("INSERT INTO some VALUES (1)")
    one.execute("COMMIT")
    two.execute("INSERT INTO some VALUES (1)")
    one.row_factory = sqlite3.Row
    assert [dict(row) for row in one.execute("SELECT thing FROM some")] == [{"thing": 1}]


def test_an_image_is_put_back_as_it_was_and_a_clone_lives_for_itself(disks: Disks) -> None:
    with journal() as writer:
        fault(writer, "one")
    image = disks.image(GATE)
    disks.add("1-gate-9", like=GATE)
    with journal() as writer:
        fault(writer, "two")
    disks.put(GATE, image)
    for node in (GATE, "1-gate-9"):
        assert len(kinds(JournalReader(Path(f"/disk/{node}/journal.db")))) == 2


def test_the_centre_lives_on_such_a_disk(disks: Disks) -> None:
    folder = disks.add("centre")
    metadata = MetaData()
    things = Table("things", metadata, Column("name", String, primary_key=True))

    def store() -> Engine:
        made = create_engine(f"sqlite:///{folder}/centre.db")
        event.listen(made, "connect", lambda raw, _: raw.executescript("PRAGMA journal_mode=WAL;"))
        event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return made

    engine = store()
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(things), [{"name": "one"}, {"name": "three"}])
    with pytest.raises(PowerCut), engine.begin() as connection:  # noqa: PT012  it dies in the middle
        connection.execute(insert(things), [{"name": "two"}])
        disks.power_off("centre")
    disks.power_on("centre", Random(2))
    with store().begin() as connection:
        assert connection.execute(select(things.c.name).order_by("name")).scalars().all() == ["one", "three"]
        assert connection.execute(update(things).values(name="four").where(things.c.name == "one")).rowcount == 1


def test_files_are_made_replaced_and_listed(disks: Disks) -> None:
    folder = Path(f"/disk/{GATE}")
    (folder / "b.json").write_bytes(b"{}")
    (folder / "a.new").write_text("a", "utf-8")
    (folder / "a.new").replace(folder / "a.json")
    assert folder.is_dir()
    assert sorted(os.listdir(folder)) == ["a.json", "b.json"]  # noqa: PTH208  the call itself is tried
    assert not Path("/disk/nobody").exists()
    with (folder / "log").open("ab") as log:
        log.write(b"x")
        os.fsync(log.fileno())


def test_outside_everything_is_as_it_was(tmp_path: Path) -> None:
    before = (os.open, os.stat, sqlite3.connect)
    with Disks():
        (tmp_path / "real.txt").write_text("real", "utf-8")
    assert (os.open, os.stat, sqlite3.connect) == before
    assert not Path("/disk").exists()
