"""The LAN's part of the cache: beside the centre's word, kept apart from it, and taken over from an older file."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlite_utils import Database

from sync.cache.reader import CacheReader
from sync.cache.schema import SCHEMA
from sync.cache.writer import CacheWriter
from sync.lan.relay_keys import RelayKeys
from sync.lan.writer import JudgedFact, LanWriter
from sync.wire.pull import Record
from sync.wire.records import UseBody
from sync.wire.relay import ChangesAnswer
from tests.sync.cache_pages import DATE, TRIP, departure, page, station, stop, ticket
from tests.sync.cache_pages import use as centre_use
from tickets.keys import SigningKey
from tickets.numbers import TicketNumber
from tickets.staff import Act, StaffFact, sign_fact
from tickets.uses import UseEnd

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
EPOCH = "e1" * 16
KEY = SigningKey.from_raw(bytes([33]) * 32)


def lan_use(n: int, attempt: int, end: str | None = None, at: int = NOW_MS, **more: object) -> UseBody:
    return UseBody.model_validate(
        {
            "number": f"{n:020d}",
            "use_no": 1,
            "attempt": UUID(int=attempt).hex,
            "device": "gate-3",
            "lane": "3",
            "at": at,
            "end": end,
            "service_date": DATE,
            "trip": TRIP,
            **more,
        }
    )


def judged(no: int, gate: str, refused: str = "", day: date = DAY) -> JudgedFact:
    fact = StaffFact(
        fact_id=UUID(int=no), station=7, badge="0102", act=Act.GATE, at=NOW, service_date=day, trip=TRIP, gate=gate
    )
    return JudgedFact(data=sign_fact(fact, KEY), fact=fact, refused=refused)


def learn(lan: LanWriter, *uses: UseBody, facts: tuple[JudgedFact, ...] = (), at_ms: int = NOW_MS) -> None:
    lan.learn(ChangesAnswer(epoch=EPOCH, position=lan.position + 1, uses=uses), facts, at_ms)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


@pytest.fixture
def writer(path: Path) -> Iterator[CacheWriter]:
    with CacheWriter(path) as writer:
        yield writer


@pytest.fixture
def lan(writer: CacheWriter) -> LanWriter:
    return LanWriter(writer)


@pytest.fixture
def reader(path: Path) -> Iterator[CacheReader]:
    reader = CacheReader(path)
    yield reader
    reader.close()


def attempts(reader: CacheReader, n: int) -> list[tuple[int, int, UseEnd | None]]:
    return [(use.use_no, use.attempt.int, use.end) for use in reader.uses(TicketNumber(n))]


def test_both_sides_uses_are_one_history(writer: CacheWriter, lan: LanWriter, reader: CacheReader) -> None:
    writer.apply(page([ticket(7), centre_use(7, 1), centre_use(7, 2, end="released")], "a"))
    learn(lan, lan_use(7, 1, "passed"), lan_use(7, 9))
    assert attempts(reader, 7) == [(1, 1, UseEnd.PASSED), (1, 9, None), (2, 1, UseEnd.RELEASED)]
    assert reader.uses_of(DAY, TRIP) == reader.uses(TicketNumber(7))


def test_what_a_former_arbiter_granted_and_nobody_wrote_down_keeps_nobody_out(
    writer: CacheWriter, lan: LanWriter, reader: CacheReader
) -> None:
    """The gate died over the answer, and the relay lost its disk before it heard so."""
    learn(lan, lan_use(7, 1), lan_use(8, 2, "passed"), lan_use(9, 3, "unresolved"))
    told = ChangesAnswer(epoch="e2" * 16, position=4)
    lan.learn(told, [], NOW_MS)
    assert attempts(reader, 7) == [(1, 1, None)], "it may still be written down"
    began = told.model_copy(update={"arbitrating": True})
    assert lan.is_news(began)
    lan.learn(began, [], NOW_MS)
    assert attempts(reader, 7) == []
    assert (attempts(reader, 8), attempts(reader, 9)) == ([(1, 2, UseEnd.PASSED)], [(1, 3, UseEnd.UNRESOLVED)])
    assert lan.position == 0, "what is open there is asked for again"
    again = began.model_copy(update={"uses": (lan_use(6, 6),)})
    lan.learn(again, [], NOW_MS)
    assert (lan.position, attempts(reader, 6)) == (4, [(1, 6, None)])
    assert not lan.is_news(began)
    assert not LanWriter(writer).is_news(began), "also after a restart"


def test_the_uses_of_a_departure_are_those_of_its_tickets_and_those_that_name_it(
    writer: CacheWriter, lan: LanWriter, reader: CacheReader
) -> None:
    """A ticket that a till sold without a line is not known to the cache, its use is; an end may name no departure."""
    writer.apply(page([ticket(7), ticket(8, trip="K9999"), centre_use(8, 1)], "a"))
    learn(lan, lan_use(7, 1, "passed", service_date=None, trip=None), lan_use(99, 2), lan_use(8, 3, trip="K9999"))
    assert {(use.ticket, use.attempt.int) for use in reader.uses_of(DAY, TRIP)} == {
        (TicketNumber(7), 1),
        (TicketNumber(99), 2),
    }


def test_a_fresh_copy_of_the_centres_word_leaves_the_lans(
    writer: CacheWriter, lan: LanWriter, reader: CacheReader
) -> None:
    writer.apply(page([departure(), centre_use(7, 1, end="passed")], "a"))
    learn(lan, lan_use(8, 1), facts=(judged(1, "9"),))
    writer.begin_staging()
    writer.stage(page([departure()], "z"))
    writer.swap()
    assert attempts(reader, 7) == []
    assert attempts(reader, 8) == [(1, 1, None)]
    found = reader.departure(DAY, TRIP)
    assert found is not None
    assert found.gate == "9"
    again = LanWriter(writer)
    assert (again.epoch, again.position) == (EPOCH, 1)


def test_only_what_readers_keep_in_memory_counts_as_changed(
    writer: CacheWriter, lan: LanWriter, reader: CacheReader
) -> None:
    writer.apply(page([station()], "a"))
    assert reader.changed()
    writer.apply(page([ticket(7), centre_use(7, 1)], "b"))
    learn(lan, lan_use(8, 1))
    assert not reader.changed()
    learn(lan, facts=(judged(1, "9"),))
    assert reader.changed()
    learn(lan, facts=(judged(1, "9"),))
    assert not reader.changed(), "the same act again is nothing new"
    writer.set_trust(2, b"list")
    assert reader.changed()
    writer.begin_staging()
    assert not reader.changed()
    writer.stage(page([stop(1)], "z"))
    writer.swap()
    assert reader.changed()
    assert not reader.changed()


def test_a_refused_act_is_kept_and_not_obeyed_until_it_is_judged_well(
    writer: CacheWriter, lan: LanWriter, reader: CacheReader
) -> None:
    writer.apply(page([departure()], "a"))
    bad = judged(1, "9", refused="unknown badge")
    learn(lan, facts=(bad,))
    assert reader.staff_facts(DAY, TRIP) == ()
    assert lan.refused() == [bad.data]
    lan.keep([judged(1, "9")], NOW_MS)
    assert lan.refused() == []
    assert [fact.gate for fact in reader.staff_facts(DAY, TRIP)] == ["9"]
    lan.keep([bad], NOW_MS)
    assert lan.refused() == [], "what was obeyed once stays"


def test_acts_written_by_a_newer_version_are_passed_over(
    writer: CacheWriter, lan: LanWriter, reader: CacheReader
) -> None:
    writer.apply(page([departure()], "a"))
    learn(lan, facts=(JudgedFact(data=b"of version 2", fact=None, refused=""), judged(1, "9")))
    assert [fact.gate for fact in reader.staff_facts(DAY, TRIP)] == ["9"]


def test_old_uses_and_acts_are_dropped(writer: CacheWriter, lan: LanWriter, reader: CacheReader) -> None:
    old = NOW_MS - 8 * 86_400_000
    learn(lan, lan_use(7, 1, at=old), lan_use(8, 1), facts=(judged(1, "9", day=DAY - timedelta(days=8)),), at_ms=old)
    learn(lan, facts=(judged(2, "9", day=DAY + timedelta(days=8)),), at_ms=old)
    learn(lan, facts=(judged(3, "9", day=DAY - timedelta(days=8)),))
    lan.forget(NOW_MS - 7 * 86_400_000, (DAY - timedelta(days=7)).isoformat())
    assert attempts(reader, 7) == []
    assert len(attempts(reader, 8)) == 1
    kept = [*reader.staff_facts(DAY + timedelta(days=8), TRIP), *reader.staff_facts(DAY - timedelta(days=8), TRIP)]
    assert [fact.fact_id.int for fact in kept] == [2, 3]


def device(name: str, kind: str, key: SigningKey, state: str = "active", change: int = 1) -> Record:
    body: dict[str, object] = {
        "device": name, "kind": kind, "name": name, "key": key.public.raw.hex(), "state": state,
    }  # fmt: skip
    return Record(kind="device", key=name, body=body, change=change)


def test_whose_answers_are_believed(path: Path, writer: CacheWriter, reader: CacheReader) -> None:
    keys = RelayKeys(path)
    assert keys() == ()
    old, new = (SigningKey.from_raw(bytes([n]) * 32) for n in (50, 51))
    writer.apply(page([device("relay-1", "relay", old), device("gate-1", "gate", KEY)], "a"))
    assert keys() == reader.relay_keys() == (old.public,)
    assert [each.device for each in reader.devices()] == ["gate-1", "relay-1"]
    writer.apply(page([device("relay-2", "relay", new)], "b"))
    assert keys() == (old.public, new.public)
    writer.apply(page([device("relay-1", "relay", old, "revoked", 2)], "c"))
    assert keys() == (new.public,)
    keys.close()


def version_1(path: Path) -> None:
    """A cache as the version before made it, with a ticket, its use, an act of the centre's and a cursor."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    SCHEMA.migrations().apply(Database(connection, execute_plugins=False), stop_before="what_the_lan_says")
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.execute(
        "INSERT INTO uses (ticket, use_no, attempt, device, lane, at_ms, end, purpose, change_no) "
        "VALUES (?, 1, ?, 'gate-2', '3', ?, 'passed', 'admission', 4)",
        (TicketNumber(7).to_bytes(), UUID(int=1).bytes, NOW_MS),
    )
    connection.execute("INSERT INTO state (key, value) VALUES ('cursor', '1/4')")
    connection.execute("INSERT INTO state (key, value) VALUES ('trust_version', '9')")
    connection.close()


def test_an_older_cache_is_taken_over_and_pulled_once_more(path: Path, reader: CacheReader) -> None:
    version_1(path)
    assert reader.uses(TicketNumber(7)) == [], "not before sync has migrated it"
    with CacheWriter(path) as writer:
        assert attempts(reader, 7) == [(1, 1, UseEnd.PASSED)]
        assert reader.uses(TicketNumber(7))[0].persons == 1
        assert writer.cursor() == "", "its uses lack how many they were for: all is asked for again"
        assert writer.trust_version() == 9
        record = centre_use(7, 1, change=4, end="passed")
        assert record.body is not None
        writer.apply(page([record.model_copy(update={"body": {**record.body, "persons": 3, "flags": ["late"]}})], "a"))
        [use] = reader.uses(TicketNumber(7))
        assert (use.persons, use.flags) == (3, frozenset({"late"}))
    with CacheWriter(path) as writer:
        assert writer.cursor() == "a", "once is enough"


def test_two_threads_take_turns_and_neither_waits_long(path: Path, writer: CacheWriter, lan: LanWriter) -> None:
    """The engine applies page after page of tickets; a staff fact comes through in between."""
    over = threading.Event()
    failed: list[BaseException] = []

    def engine() -> None:
        try:
            n = 0
            while not over.is_set():
                writer.apply(page([ticket(n * 1000 + m) for m in range(1000)], str(n)))
                n += 1
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=engine)
    thread.start()
    waits = []
    try:
        for n in range(20):
            began = time.perf_counter()
            learn(lan, lan_use(n, n))
            waits.append(time.perf_counter() - began)
            time.sleep(0.005)
    finally:
        over.set()
        thread.join()
    assert not failed
    assert sorted(waits)[len(waits) // 2] < 1.0, waits
    reader = CacheReader(path)
    assert all(reader.uses(TicketNumber(n)) for n in range(20))
    reader.close()
