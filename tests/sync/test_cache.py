"""The cache: a page and its cursor are one commit, a reader tolerates anything, and what is destroyed is gone."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlite_utils import Database

from sync.cache.reader import CacheReader
from sync.cache.schema import SCHEMA
from sync.cache.writer import CacheWriter
from sync.engine.status import SyncStatus
from sync.journal.orders import Grant
from sync.trusted_time import TimeAnchor
from sync.wire.pull import Record
from tests.sync.cache_pages import (
    DATE,
    TRIP,
    allotment,
    day_key,
    departure,
    gone,
    page,
    station,
    stop,
    ticket,
    use,
)
from tickets.admission import TicketState
from tickets.departures import DepartureState
from tickets.errors import EnvironmentFault
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

DAY = date(2026, 11, 22)
EPOCH = UUID(int=5, version=4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


@pytest.fixture
def writer(path: Path) -> Iterator[CacheWriter]:
    with CacheWriter(path) as writer:
        yield writer


@pytest.fixture
def reader(path: Path) -> Iterator[CacheReader]:
    reader = CacheReader(path)
    yield reader
    reader.close()


def everything(reader: CacheReader) -> list[object]:
    always = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    return [
        reader.station(),
        reader.stops(),
        reader.departures(always),
        reader.departure(DAY, TRIP),
        reader.ticket(TicketNumber(1)),
        reader.tickets_by_tag(DAY, TRIP, bytes(8)),
        reader.tickets_of(DAY, TRIP),
        reader.uses(TicketNumber(1)),
        reader.allotments("kiosk-1", DAY, TRIP),
        reader.day_key(DAY),
        reader.trust_list_bytes(),
        reader.certificate("kiosk-1"),
        reader.claim("C1"),
        reader.kept_through(EPOCH),
        reader.time_anchor(),
        reader.time_floor_ms(),
        reader.status(),
        reader.age(datetime.now(UTC)),
    ]


NOTHING: list[object] = [None, [], [], None, None, [], [], [], Grant(), None, None, None, None, 0, None, 0, None, None]


def test_a_missing_cache_is_an_empty_view_and_a_later_one_is_picked_up(path: Path, reader: CacheReader) -> None:
    assert everything(reader) == NOTHING
    assert reader.problem() is None
    with CacheWriter(path) as writer:
        assert everything(reader) == NOTHING
        writer.apply(page([stop(1)], "a"))
        assert len(reader.stops()) == 1
    assert len(reader.stops()) == 1


CODE = "7GK4M0PZ1X"


def with_code(n: int, code: str | None, change: int = 1) -> Record:
    record = ticket(n, change)
    assert record.body is not None
    return record.model_copy(update={"body": {**record.body, "order_code": code}})


@pytest.mark.parametrize("typed", [CODE, "7gk4m0pz1x", " 7GK4-MOPZ-lX ", "7GK4 M0PZ IX"])
def test_a_ticket_is_found_by_what_a_passenger_types(writer: CacheWriter, reader: CacheReader, typed: str) -> None:
    writer.apply(page([with_code(7, CODE), with_code(8, "0000000000"), ticket(9)], "a"))
    found = reader.ticket_by_order_code(typed)
    assert found is not None
    assert found.number == TicketNumber(7)
    assert reader.ticket_by_order_code(f"{typed}2") is None
    assert reader.ticket_by_order_code("") is None


def test_an_order_code_follows_its_ticket(writer: CacheWriter, reader: CacheReader) -> None:
    writer.apply(page([with_code(7, CODE)], "a"))
    writer.apply(page([with_code(7, "8888888888", change=2)], "b"))
    assert reader.ticket_by_order_code(CODE) is None
    assert reader.ticket_by_order_code("8888888888") is not None
    writer.apply(page([with_code(8, "8888888888", change=3)], "c"))
    assert reader.ticket_by_order_code("8888888888") is None, "two tickets of one code are nobody's"
    writer.apply(page([gone("ticket", f"{8:020d}", 4)], "d"))
    assert reader.ticket_by_order_code("8888888888") is not None


def test_a_cache_from_before_order_codes_asks_for_all_once_more(path: Path, reader: CacheReader) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    SCHEMA.migrations().apply(
        Database(connection, execute_plugins=False), stop_before="what_tickets_are_collected_with"
    )
    connection.execute("INSERT INTO state (key, value) VALUES ('cursor', '1/4')")
    connection.close()
    assert reader.ticket_by_order_code(CODE) is None
    with CacheWriter(path) as writer:
        assert writer.cursor() == ""
        writer.apply(page([with_code(7, CODE)], "a"))
        assert reader.ticket_by_order_code(CODE) is not None


def test_an_empty_file_is_an_empty_view(path: Path, reader: CacheReader) -> None:
    path.touch()
    assert everything(reader) == NOTHING
    assert reader.problem() is None


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_cache_is_an_empty_view_with_a_problem(path: Path, reader: CacheReader, content: bytes) -> None:
    path.write_bytes(content)
    assert everything(reader) == NOTHING
    problem = reader.problem()
    assert problem is not None
    assert "cannot be used" in problem.what


def test_a_cache_of_a_newer_version_is_not_guessed_at(path: Path, reader: CacheReader) -> None:
    CacheWriter(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    assert everything(reader) == NOTHING
    assert "newer version" in str(reader.problem())
    with pytest.raises(EnvironmentFault, match="newer version"):
        CacheWriter(path)


def test_a_cache_that_was_replaced_is_followed(path: Path, reader: CacheReader) -> None:
    with CacheWriter(path) as writer:
        writer.apply(page([stop(1), stop(2)], "a"))
    assert len(reader.stops()) == 2
    for each in path.parent.glob("cache.db*"):
        each.unlink()
    assert reader.stops() == []
    with CacheWriter(path) as writer:
        writer.apply(page([stop(1)], "a"))
        assert len(reader.stops()) == 1


def test_records_are_read_back_as_what_they_are(writer: CacheWriter, reader: CacheReader) -> None:
    records = [
        station(),
        stop(1, popular=1),
        stop(2, popular=9),
        departure(),
        departure("K8802", departs_at=1_796_000_000_000),
        ticket(7),
        use(7, 1, end="released"),
        use(7, 2),
        allotment(seats=[3, 4]),
        allotment("kiosk-2", count=6),
        day_key(),
        Record(kind="certificate", key="kiosk-1", body={"certificate": "AAEC"}, change=1),
        Record(
            kind="claim",
            key="C1",
            body={"number": "C1", "device": "kiosk-1", "fen": 5000, "state": "open", "reason": "jam"},
            change=1,
        ),
    ]
    assert writer.apply(page(records, "a")) == 0
    found = reader.station()
    assert found is not None
    assert (found.name, found.stop) == (("东站", "East Station"), 310_101)
    assert [each.id for each in reader.stops()] == [2, 1]
    coach = reader.departure(DAY, TRIP)
    assert coach is not None
    assert (coach.gate, coach.state) == ("3", DepartureState.SCHEDULED)
    assert reader.departures((coach.departs_at, coach.departs_at + timedelta(seconds=1))) == [coach]
    assert reader.departures((coach.departs_at + timedelta(seconds=1), coach.departs_at + timedelta(seconds=2))) == []
    known = reader.ticket(TicketNumber(7))
    assert known is not None
    assert (known.journey.trip, known.journey.children, known.state) == (TRIP, 1, TicketState.VALID)
    assert reader.tickets_by_tag(DAY, TRIP, bytes.fromhex("0102030405060708")) == [known]
    assert reader.tickets_by_tag(DAY, "K8802", bytes.fromhex("0102030405060708")) == []
    others = {(DAY, f"N{at}"): at.to_bytes(8) for at in range(1200)}
    assert reader.tickets_by_tags({**others, (DAY, TRIP): bytes.fromhex("0102030405060708")}) == [known]
    assert reader.tickets_by_tags(others) == reader.tickets_by_tags({}) == []
    first, second = reader.uses(TicketNumber(7))
    assert (first.end, second.end, second.device, second.attempt) == (UseEnd.RELEASED, None, "gate-2", UUID(int=1))
    assert second.at == datetime.fromtimestamp(1_795_000_000.123, UTC)
    assert reader.allotments("kiosk-1", DAY, TRIP) == Grant(seats=frozenset({3, 4}))
    assert reader.allotments("kiosk-2", DAY, TRIP) == Grant(count=6)
    assert reader.day_key(DAY) == bytes.fromhex("ab" * 32)
    assert reader.certificate("kiosk-1") == b"\x00\x01\x02"
    claim = reader.claim("C1")
    assert claim is not None
    assert claim.fen == 5000


def test_a_newer_state_replaces_an_older_one_and_never_the_other_way_round(
    writer: CacheWriter, reader: CacheReader
) -> None:
    writer.apply(page([ticket(7, 5), use(7, 1, 6), departure(change=7)], "a"))
    newer = [ticket(7, 8, state="refunded"), use(7, 1, 9, end="passed"), departure(change=10, state="cancelled")]
    for records in (newer, [ticket(7, 5), use(7, 1, 6), departure(change=7)]):
        writer.apply(page(records, "b"))
        found = reader.ticket(TicketNumber(7))
        assert found is not None
        assert found.state is TicketState.REFUNDED
        assert reader.uses(TicketNumber(7))[0].end is UseEnd.PASSED
        coach = reader.departure(DAY, TRIP)
        assert coach is not None
        assert coach.state is DepartureState.CANCELLED


def test_a_tombstone_takes_a_record_away(writer: CacheWriter, reader: CacheReader) -> None:
    writer.apply(page([ticket(7), use(7, 1), departure(), stop(1)], "a"))
    keys = [("ticket", f"{7:020d}"), ("use", f"{7:020d}/1"), ("departure", f"{DATE}/{TRIP}"), ("stop", "1")]
    writer.apply(page([gone(kind, key, 2) for kind, key in keys], "b"))
    assert everything(reader) == NOTHING


def test_a_record_that_makes_no_sense_is_set_aside_and_holds_nothing_up(
    writer: CacheWriter, reader: CacheReader
) -> None:
    bad = ticket(8).model_copy(update={"body": {"number": "8"}})
    swapped = ticket(9).model_copy(update={"key": f"{10:020d}"})
    unknown = Record(kind="weather", key="today", body={"rain": True}, change=4)
    assert writer.apply(page([ticket(7), bad, swapped, unknown, ticket(11)], "a")) == 2
    assert writer.cursor() == "a"
    assert writer.set_aside_count() == 2
    assert reader.ticket(TicketNumber(7)) is not None
    assert reader.ticket(TicketNumber(11)) is not None
    assert reader.ticket(TicketNumber(8)) is None
    assert writer.record("weather", "today") == {"rain": True}
    assert writer.apply(page([ticket(8, 9)], "b")) == 0
    assert writer.set_aside_count() == 1


def test_a_second_writer_is_refused(path: Path, writer: CacheWriter) -> None:
    with pytest.raises(EnvironmentFault, match="being written by another process"):
        CacheWriter(path)


def test_a_destroyed_day_key_is_nowhere_on_the_disk(path: Path, writer: CacheWriter, reader: CacheReader) -> None:
    secret = "c0ffee" * 10 + "abcd"
    writer.apply(page([day_key(key=secret), day_key("2026-11-23", key="ee" * 32)], "a"))
    assert secret.encode() in b"".join(each.read_bytes() for each in path.parent.iterdir())
    writer.apply(page([gone("day_key", DATE, 2)], "b"))
    assert reader.day_key(DAY) is None
    assert secret.encode() not in b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert writer.forget_day_keys(date(2026, 11, 23)) == 0
    assert writer.forget_day_keys(date(2026, 11, 24)) == 1
    assert b"ee" * 32 not in b"".join(each.read_bytes() for each in path.parent.iterdir())


def test_a_fresh_copy_replaces_everything_at_once(writer: CacheWriter, reader: CacheReader) -> None:
    writer.apply(page([ticket(7, 50), stop(1, 51)], "old"))
    writer.acknowledge(EPOCH, 3, b"r")
    writer.begin_staging()
    writer.stage(page([ticket(8, 1)], "new1", more=True))
    assert writer.staging_cursor() == "new1"
    assert reader.ticket(TicketNumber(7)) is not None
    assert reader.ticket(TicketNumber(8)) is None
    writer.stage(page([stop(2, 2), ticket(7, 3), gone("ticket", f"{7:020d}", 4)], "new2"))
    assert writer.swap() == 0
    assert reader.ticket(TicketNumber(7)) is None
    assert reader.ticket(TicketNumber(8)) is not None
    assert [each.id for each in reader.stops()] == [2]
    assert (writer.cursor(), writer.staging_cursor()) == ("new2", None)
    assert reader.kept_through(EPOCH) == 3


def test_receipts_never_go_back(writer: CacheWriter, reader: CacheReader) -> None:
    for through in (3, 9, 5):
        writer.acknowledge(EPOCH, through, bytes([through]))
    assert reader.kept_through(EPOCH) == writer.kept_through(EPOCH) == 9
    assert reader.kept_through(UUID(int=6)) == 0


def test_only_signed_time_lowers_the_floor(writer: CacheWriter, reader: CacheReader) -> None:
    writer.raise_floor(2000)
    writer.raise_floor(1000)
    assert reader.time_floor_ms() == 2000
    anchor = TimeAnchor(boot_id="b", boot_seconds=12.5, centre_ms=1500)
    writer.set_time(anchor)
    assert (reader.time_floor_ms(), reader.time_anchor(), writer.time_anchor()) == (1500, anchor, anchor)


def test_a_trust_list_never_goes_back(writer: CacheWriter, reader: CacheReader) -> None:
    for version, data in ((2, b"two"), (3, b"three"), (1, b"one")):
        writer.set_trust(version, data)
    assert (writer.trust_version(), writer.trust_list(), reader.trust_list_bytes()) == (3, b"three", b"three")


def test_status_and_age(writer: CacheWriter, reader: CacheReader) -> None:
    at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    status = SyncStatus(line_up=True, last_success_ms=int(at.timestamp() * 1000), queued=3)
    writer.set_status(status)
    assert reader.status() == writer.status() == status
    assert reader.age(at + timedelta(minutes=5)) == timedelta(minutes=5)
    assert reader.age(at - timedelta(minutes=5)) == timedelta(0)


def test_a_reader_notices_that_something_changed(writer: CacheWriter, reader: CacheReader) -> None:
    assert reader.changed()
    assert not reader.changed()
    writer.apply(page([stop(1)], "a"))
    assert reader.changed()
    assert not reader.changed()


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_cache_is_set_aside_and_begun_again(
    path: Path, reader: CacheReader, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(content)
    assert reader.stops() == []
    with CacheWriter(path) as writer:
        writer.apply(page([stop(1)], "a"))
        assert len(reader.stops()) == 1
        assert reader.problem() is None
    assert Path(f"{path}.set-aside").read_bytes() == content
    assert [record.message.split(" ")[0] for record in caplog.records] == ["cache.damaged"]


def test_what_was_set_aside_is_destroyed_in_the_end(path: Path, tmp_path: Path) -> None:
    """Identity keys are in it, which nobody may keep."""
    aside, other = Path(f"{path}.set-aside"), tmp_path / "the same file by another name"
    path.write_bytes(b"no database at all" * 500)
    with CacheWriter(path) as writer:
        writer.destroy_set_aside(datetime.now(UTC) - timedelta(hours=1))
        assert aside.read_bytes() == b"no database at all" * 500, "it is there to be looked at"
        os.link(aside, other)
        writer.destroy_set_aside(datetime.now(UTC) + timedelta(seconds=1))
        assert not aside.exists()
        assert other.read_bytes() == bytes(18 * 500)


def test_damage_that_is_found_while_writing_is_remembered_until_the_next_start(path: Path, reader: CacheReader) -> None:
    with CacheWriter(path) as writer:
        writer.apply(page([ticket(n) for n in range(1, 2000)], "a"))
    whole = bytearray(path.read_bytes())
    for at in range(4096, len(whole), 4096):  # all pages but the first, which is enough to open the file
        whole[at : at + 64] = b"\xff" * 64
    path.write_bytes(whole)
    fault: EnvironmentFault | None = None
    try:
        with CacheWriter(path) as writer:
            writer.apply(page([ticket(n, 2) for n in range(1, 2000)], "b"))
    except EnvironmentFault as found:
        fault = found
    assert fault is not None or Path(f"{path}.set-aside").exists()
    with CacheWriter(path) as writer:
        writer.apply(page([ticket(7)], "c"))
        assert reader.ticket(TicketNumber(7)) is not None
        assert Path(f"{path}.set-aside").exists()
