"""Databases of every earlier version become what this one reads; what it cannot know, it leaves alone."""

import importlib
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from sync.server import migrating
from sync.server.centre import Centre
from sync.server.migrating import NEWEST, bring_up
from sync.server.notes import note
from sync.server.schema import metadata
from sync.server.settings import Settings
from tests.sync.server.support import Clock, opened
from tickets.errors import EnvironmentFault

_FOLDER = Path(migrating.__file__).parent
for module in sorted(_FOLDER.glob("schema*.py")):
    importlib.import_module(f"sync.server.{module.stem}")


def _script() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _made_by_hand(connection: Connection, revision: str) -> None:
    config = _script()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_revisions_follow_one_another() -> None:
    script = ScriptDirectory.from_config(_script())
    assert len(script.get_heads()) == 1, (
        "two revisions follow the same one: give the later one the other as its down_revision"
    )
    assert script.get_current_head() == NEWEST, "name the newest revision in sync/server/migrating.py"
    names = sorted(path.stem for path in (_FOLDER / "migrations" / "versions").glob("r*.py"))
    assert [revision.revision for revision in reversed(list(script.walk_revisions()))] == [name[1:5] for name in names]


def test_revisions_make_what_the_schema_says() -> None:
    with create_engine("sqlite://").connect() as connection, connection.begin():
        bring_up(connection, "in memory")
        assert _differences(connection) == []


def test_revisions_make_what_the_schema_says_on_postgresql(postgres_url: str) -> None:
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection, connection.begin():
        bring_up(connection, postgres_url)
        assert _differences(connection) == []
    engine.dispose()


def test_nothing_is_done_twice() -> None:
    with create_engine("sqlite://").connect() as connection, connection.begin():
        bring_up(connection, "in memory")
        connection.execute(text("DROP TABLE incidents"))
        bring_up(connection, "in memory")
        assert not inspect(connection).has_table("incidents")


def test_a_database_from_before_alembic_is_brought_up(directory: Path, clock: Clock) -> None:
    """The third version's tables are the first revision's; this one's rows are still there afterwards."""
    path = directory.parent / "old.db"
    with create_engine(f"sqlite:///{path}").connect() as connection, connection.begin():
        _made_by_hand(connection, "0003")
        connection.execute(text("DROP TABLE alembic_version"))
        note(connection, "schema_version", "3")
        columns = {
            table: [each["name"] for each in inspect(connection).get_columns(table)] for table in _tables(connection)
        }
    with sqlite3.connect(path) as old:
        old.execute("ATTACH ? AS new", (str(directory / "centre.db"),))
        for table, names in columns.items():
            if table != "about":
                old.execute(f"INSERT INTO {table} SELECT {', '.join(names)} FROM new.{table}")
        rows = old.execute("SELECT * FROM stations").fetchall()
    old.close()
    path.rename(directory / "centre.db")
    with opened(directory, clock) as world:
        assert ("schema_version", NEWEST) in world.rows("about")
        assert [row[0] for row in rows] == list(world.centre.stations.timetables())


def _tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


@pytest.mark.parametrize("version", ["4", "0000", "9999"])
def test_a_database_of_another_version_is_refused_and_left_alone(directory: Path, version: str) -> None:
    with sqlite3.connect(directory / "centre.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
    before = (directory / "centre.db").read_bytes()
    with pytest.raises(EnvironmentFault, match="another version"):
        Centre.open(Settings(directory=directory))
    assert (directory / "centre.db").read_bytes() == before


def test_a_version_counted_in_another_way_is_refused(directory: Path) -> None:
    with sqlite3.connect(directory / "centre.db") as connection:
        connection.executescript(
            "DROP TABLE alembic_version; UPDATE about SET value = '4' WHERE name = 'schema_version'"
        )
    connection.close()
    with pytest.raises(EnvironmentFault, match=r"another version \(4\)"):
        Centre.open(Settings(directory=directory))


def test_a_centre_of_the_first_version_is_brought_up_and_tells_of_its_devices(directory: Path, clock: Clock) -> None:
    with opened(directory, clock) as world:
        gate = world.enrol("gate", "gate-1")
        gate.open_journal()
        number = "9" * 20  # beyond what a ticket of ours can have
        gate.let_in(number)
        gate.push()
    with sqlite3.connect(directory / "centre.db") as connection:
        connection.executescript(
            """DROP TABLE staff_acts; DROP TABLE alembic_version;
            ALTER TABLE uses DROP COLUMN trip; ALTER TABLE uses DROP COLUMN flags; ALTER TABLE uses DROP COLUMN shown;
            ALTER TABLE departures DROP COLUMN planned;
            DELETE FROM records WHERE kind = 'device';
            DROP TABLE payments; DROP TABLE invoices;
            DROP TABLE past_places; DROP TABLE place_asks; DROP TABLE seatings; DROP INDEX orders_by_departure;
            ALTER TABLE orders DROP COLUMN changes; ALTER TABLE tickets DROP COLUMN order_code;
            ALTER TABLE devices DROP COLUMN device_certificate; ALTER TABLE devices DROP COLUMN device_ends_ms;
            ALTER TABLE devices DROP COLUMN former_keys; DROP INDEX payment_refunds_by_state;
            DROP TABLE change_days; DROP TABLE accesses; DROP TABLE wrong_codes;
            ALTER TABLE stations DROP COLUMN horizon; ALTER TABLE stations DROP COLUMN tidied;
            UPDATE about SET value = '1' WHERE name = 'schema_version'"""
        )
    connection.close()
    with opened(directory, clock) as world:
        assert ("schema_version", NEWEST) in world.rows("about")
        gate.world = world
        world.centre.stations.upkeep()
        cache = gate.pull_all()
        assert cache["device", gate.device]["key"] == gate.key.public.raw.hex()
        assert cache["use", f"{number}/1"]["end"] == "passed"
        gate.let_in(number, use_no=2)
        gate.push()
        assert len(world.incidents("duplicate_admission")) == 1
