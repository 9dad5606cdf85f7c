"""Migrated files equal fresh ones, a file of a newer version is left alone, and a migration is one transaction."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sync.cache.schema import SCHEMA as CACHE
from sync.database import Schema, open_reader, open_writer
from sync.journal.schema import SCHEMA as JOURNAL
from sync.server.relay.schema import SCHEMA as RELAY
from tests.sync.children import Say, in_child
from tickets.errors import EnvironmentFault

SCHEMAS = [JOURNAL, CACHE, RELAY]


def tables(path: Path) -> dict[str, str]:
    db = sqlite3.connect(path)
    try:
        return dict(db.execute("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master").fetchall())
    finally:
        db.close()


def version_of(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_file_migrated_from_each_version_equals_a_fresh_one(tmp_path: Path, schema: Schema) -> None:
    open_writer(tmp_path / "fresh.db", schema).close()
    fresh = tables(tmp_path / "fresh.db")
    assert version_of(tmp_path / "fresh.db") == schema.version == len(schema.migrations()._migrations)
    for version in range(1, schema.version):
        path = tmp_path / f"from{version}.db"
        older = Schema(name=schema.name, migrations=_first(schema, version), version=version)
        open_writer(path, older).close()
        assert version_of(path) == version
        assert tables(path) != fresh
        open_writer(path, schema).close()
        assert tables(path) == fresh
        assert version_of(path) == schema.version


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_every_table_of_ours_is_strict(tmp_path: Path, schema: Schema) -> None:
    open_writer(tmp_path / "fresh.db", schema).close()
    db = sqlite3.connect(tmp_path / "fresh.db")
    loose = db.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' "
        "AND name <> '_sqlite_migrations'"
    ).fetchall()
    db.close()
    assert loose == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "file.db"
    open_writer(path, schema).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {schema.version + 1}")
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    before = path.read_bytes()
    for opening in (open_writer, open_reader):
        with pytest.raises(EnvironmentFault, match="made by a newer version") as refused:
            opening(path, schema)
        assert "Install the newer version" in refused.value.hint
    assert path.read_bytes() == before


def test_a_reader_waits_for_the_writer_to_migrate(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    older = Schema(name="journal", migrations=_first(JOURNAL, 1), version=1)
    open_writer(path, older).close()
    assert open_reader(path, JOURNAL) is None
    open_writer(path, JOURNAL).close()
    found = open_reader(path, JOURNAL)
    assert found is not None
    found.close()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    two_steps = Migrations("journal")

    @two_steps()
    def one(db: Database) -> None:
        db.conn.execute("CREATE TABLE a (x INTEGER) STRICT")
        db.conn.execute("PRAGMA user_version = 1")

    @two_steps()
    def two(db: Database) -> None:
        db.conn.execute("CREATE TABLE b (x INTEGER) STRICT")
        db.conn.execute("PRAGMA user_version = 2")
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        open_writer(path, Schema(name="journal", migrations=lambda: two_steps, version=2))
    assert version_of(path) == 1
    assert {"table a"} == {name for name in tables(path) if name in ("table a", "table b")}


def test_a_journal_of_before_exits_keeps_its_facts_and_takes_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    older = Schema(name="journal", migrations=_first(JOURNAL, 2), version=2)
    use = "INSERT INTO uses VALUES (x'0102030405060708', ?, zeroblob(16), 1, 1, '1', ?, '2026-11-22', 'K1', 1)"
    writer = open_writer(path, older)
    writer.connection.execute(use, (1, "admission"))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        writer.connection.execute(use, (2, "exit"))
    writer.close()
    writer = open_writer(path, JOURNAL)
    writer.connection.execute(use, (2, "exit"))
    with pytest.raises(sqlite3.IntegrityError, match="never edited"):
        writer.connection.execute("UPDATE uses SET purpose = 'exit'")
    assert writer.connection.execute("SELECT purpose FROM uses ORDER BY use_no").fetchall() == [
        ("admission",),
        ("exit",),
    ]
    assert writer.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    writer.close()


def test_killed_in_the_middle_of_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    dying = Migrations("journal")

    @dying(name=JOURNAL.migrations()._migrations[0].name)
    def one(db: Database) -> None:
        import os

        JOURNAL.migrations()._migrations[0].fn(db)
        os.kill(os.getpid(), 9)

    def work(say: Say) -> None:
        open_writer(path, Schema(name="journal", migrations=lambda: dying, version=1))

    assert in_child(work).killed
    assert version_of(path) == 0
    open_writer(path, JOURNAL).close()
    open_writer(tmp_path / "fresh.db", JOURNAL).close()
    assert tables(path) == tables(tmp_path / "fresh.db")


def _first(schema: Schema, count: int) -> Callable[[], Migrations]:
    migrations = schema.migrations()
    first = Migrations(migrations.name)
    first._migrations = migrations._migrations[:count]
    return lambda: first


def test_a_journal_of_notes_alone_keeps_its_facts_and_takes_refunds(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    older = Schema(name="journal", migrations=_first(JOURNAL, 3), version=3)
    order, refund = "a" * 32, "b" * 32
    writer = open_writer(path, older)
    for statement in (
        f"INSERT INTO orders VALUES ('{order}', 1, 1, '2026-11-22', 'K1', 0, 1, 4500)",
        f"INSERT INTO money VALUES (2, '{order}', 'taken', 4500, 'cash', 1)",
        f"INSERT INTO payments VALUES ('{order}', 3, 4500, 'cash')",
    ):
        writer.connection.execute(statement)
    writer.close()
    writer = open_writer(path, JOURNAL)
    run = writer.connection.execute
    assert run("SELECT * FROM paid_orders").fetchall() == [(order, 3, 4500, "cash")]
    assert run("SELECT fen FROM balances").fetchall() == [(4500,)]
    money = "INSERT INTO money (seq, order_id, direction, fen, method) VALUES (?, ?, ?, ?, 'cash')"
    with pytest.raises(sqlite3.IntegrityError, match="order or a refund"):
        run(money, (4, refund, "returned", 1))
    run(f"INSERT INTO refunds VALUES ('{refund}', zeroblob(8), 4500, 450, 4050, 'cash', 4)")
    run(money, (5, refund, "returned", 4000))
    with pytest.raises(sqlite3.IntegrityError, match="than a refund is"):
        run(money, (6, refund, "returned", 51))
    with pytest.raises(sqlite3.IntegrityError, match="than a refund is"):
        run(f"INSERT INTO claims VALUES ('1', '{refund}', 6, 51, 'refund')")
    run(f"INSERT INTO claims VALUES ('1', '{refund}', 6, 50, 'refund')")
    with pytest.raises(sqlite3.IntegrityError, match="never edited"):
        run("UPDATE paid_orders SET fen = 1")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        run(f"INSERT INTO refunds VALUES ('{'c' * 32}', zeroblob(8), 4500, 450, 4050, 'cash', 7)")
    assert run("PRAGMA integrity_check").fetchall() == [("ok",)]
    writer.close()
