"""Change numbers follow the order of commits, whoever writes at once: nobody who pulls ever misses a record."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from sync.points import no_probe
from sync.server.changes import Changes, page
from sync.server.on_postgresql import PostgresDatabase
from sync.server.schema import records, stations
from sync.server.store import CentreStore, Database, open_database

STATION, OTHER = 371122, 330523
Make = Callable[[Connection, int], Changes]


class FromASequence(Changes):
    """The mutant: numbers come from a sequence, which hands them out before anything is committed."""

    def __init__(self, connection: Connection, station: int) -> None:
        self._connection = connection
        self._station = station
        self._pending = {}
        self._last = connection.execute(text("SELECT nextval('numbers')")).scalar_one() * 100

    def save(self) -> None:
        super().save()
        highest = select(func.max(records.c.change_no)).where(records.c.station_id == self._station)
        self._connection.execute(
            update(stations).where(stations.c.station_id == self._station).values(last_change=highest.scalar_subquery())
        )


class NotLocking(Changes):
    """Another mutant: the station's row is read without being locked, and two writers take the same number."""

    def __init__(self, connection: Connection, station: int) -> None:
        self._connection = connection
        self._station = station
        self._pending = {}
        self._last = connection.execute(
            select(stations.c.last_change).where(stations.c.station_id == station)
        ).scalar_one()


@dataclass
class Puller:
    """Somebody who pulls page by page, and what they have seen."""

    store: CentreStore
    cursor: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def pull(self, limit: int = 7) -> None:
        more = True
        while more:
            with self.store.read() as connection:
                found = page(connection, STATION, self.store.instance, self.cursor, limit)
            for record in found.records:
                assert record.body is not None
                self.seen[record.key] = json.loads(record.body)["version"]
                self.numbers.append(record.change)
            self.cursor, more = found.cursor, found.more


def _new(store: CentreStore) -> None:
    rows = [{"station_id": station, "timetable": "", "last_change": 0} for station in (STATION, OTHER)]
    store.transact("setup", lambda connection: connection.execute(insert(stations), rows))


@pytest.fixture
def two_centres(postgres_url: str) -> Iterator[tuple[CentreStore, CentreStore]]:
    made = [CentreStore(PostgresDatabase(postgres_url), no_probe) for _ in range(2)]
    _new(made[0])
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE SEQUENCE numbers")
    yield made[0], made[1]
    for store in made:
        store.close()


def _somebody_waits(url: str) -> bool:
    with psycopg.connect(url) as connection:
        waiting = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return waiting is not None and waiting[0] > 0


def _overtake(two_centres: tuple[CentreStore, CentreStore], url: str, make: Make) -> set[str]:
    """One writer has its number and dawdles; another wants to overtake it; a terminal pulls in between.

    Answers which of both records the terminal knows in the end.
    """
    first, second = two_centres
    dawdles, go_on = threading.Event(), threading.Event()

    def write(store: CentreStore, key: str, wait: bool) -> None:
        def act(connection: Connection) -> None:
            changes = make(connection, STATION)
            if wait:
                dawdles.set()
                assert go_on.wait(20)
            changes.put("stop", key, {"version": 1})
            changes.save()

        store.transact("push", act)

    slow = threading.Thread(target=write, args=(first, "slow", True))
    slow.start()
    assert dawdles.wait(20)
    quick = threading.Thread(target=write, args=(second, "quick", False))
    quick.start()
    while quick.is_alive() and not _somebody_waits(url):
        quick.join(0.01)
    terminal = Puller(first)
    terminal.pull()
    go_on.set()
    for thread in (slow, quick):
        thread.join(20)
    terminal.pull()
    return set(terminal.seen)


def test_nobody_overtakes_a_writer_who_has_its_number(
    two_centres: tuple[CentreStore, CentreStore], postgres_url: str
) -> None:
    assert _overtake(two_centres, postgres_url, Changes) == {"slow", "quick"}


def test_numbers_from_a_sequence_would_lose_a_record(
    two_centres: tuple[CentreStore, CentreStore], postgres_url: str
) -> None:
    assert _overtake(two_centres, postgres_url, FromASequence) == {"quick"}, "or the test above proves nothing"


def _many_at_once(writers: list[CentreStore], readers: list[CentreStore], make: Make = Changes) -> None:
    """Eight writers and three terminals at once; in the end every terminal knows the latest of every record."""
    over = threading.Event()
    latest: dict[str, int] = {}
    puts = [0]
    wrong: list[BaseException] = []

    def write(number: int) -> None:
        chance = random.Random(number)
        for turn in range(25):
            keys = chance.sample(range(12), chance.randint(1, 4))
            fails = chance.random() < 0.2

            def act(connection: Connection, keys: list[int] = keys, fails: bool = fails, turn: int = turn) -> None:
                changes = make(connection, STATION)
                for key in keys:
                    version = 1000 * number + turn
                    changes.put("stop", str(key), {"version": version})
                changes.save()
                if fails:
                    raise ZeroDivisionError
                # nobody else is between here and the commit: that is what is being shown
                latest.update({str(key): 1000 * number + turn for key in keys})
                puts[0] += len(keys)

            try:
                writers[number % len(writers)].transact("push", act)
            except ZeroDivisionError:
                assert fails

    def guarded(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                wrong.append(error)

        return run

    def read(puller: Puller) -> None:
        while not over.is_set():
            puller.pull()
        puller.pull()

    pullers = [Puller(readers[number % len(readers)]) for number in range(3)]
    writing = [threading.Thread(target=guarded(partial(write, number))) for number in range(8)]
    reading = [threading.Thread(target=guarded(partial(read, each))) for each in pullers]
    for thread in (*writing, *reading):
        thread.start()
    for thread in writing:
        thread.join(60)
    over.set()
    for thread in reading:
        thread.join(60)
    if wrong:
        raise wrong[0]
    for puller in pullers:
        assert puller.seen == latest
        assert puller.numbers == sorted(set(puller.numbers)), "numbers rise, and none comes twice"
        assert puller.numbers[-1] == puts[0], "what was undone took no number"


def test_many_writers_and_terminals_at_once(two_centres: tuple[CentreStore, CentreStore]) -> None:
    _many_at_once(list(two_centres), list(two_centres))


def test_writers_that_do_not_lock_are_found_out(two_centres: tuple[CentreStore, CentreStore]) -> None:
    with pytest.raises(Exception):  # noqa: B017 - the unique number of a record, or a terminal that missed one
        _many_at_once(list(two_centres), list(two_centres), NotLocking)


def test_many_writers_and_terminals_at_once_on_one_file(tmp_path: Path) -> None:
    stores = [CentreStore(open_database(tmp_path, ""), no_probe) for _ in range(2)]
    _new(stores[0])
    _many_at_once(stores, stores)
    for store in stores:
        store.close()


def test_stations_do_not_wait_for_each_other(two_centres: tuple[CentreStore, CentreStore]) -> None:
    first, second = two_centres

    def act(connection: Connection) -> None:
        Changes(connection, STATION)
        second.transact("push", lambda other: Changes(other, OTHER).put("stop", "1", {}))

    first.transact("push", act)


def test_a_deadlock_is_run_again(two_centres: tuple[CentreStore, CentreStore]) -> None:
    both, done = threading.Barrier(2), []

    def write(store: CentreStore, order: list[int]) -> None:
        tries = []

        def act(connection: Connection) -> None:
            tries.append(1)
            connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            Changes(connection, order[0])
            if len(tries) == 1:
                both.wait(20)
            Changes(connection, order[1])

        store.transact("push", act)
        done.append(len(tries))

    threads = [
        threading.Thread(target=write, args=(store, order))
        for store, order in zip(two_centres, ([STATION, OTHER], [OTHER, STATION]), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == [1, 2]


def test_what_fails_for_other_reasons_is_not_run_again(two_centres: tuple[CentreStore, CentreStore]) -> None:
    tries = []

    def act(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("SELECT 1 / 0"))

    with pytest.raises(Exception, match="division by zero"):
        two_centres[0].transact("push", act)
    assert len(tries) == 1


def test_a_reader_sees_one_moment(two_centres: tuple[CentreStore, CentreStore]) -> None:
    first, second = two_centres

    def last(connection: Connection) -> int:
        found: int = connection.execute(
            select(stations.c.last_change).where(stations.c.station_id == STATION)
        ).scalar_one()
        return found

    def act(connection: Connection) -> None:
        changes = Changes(connection, STATION)
        changes.put("stop", "1", {"version": 1})
        changes.save()

    with first.read() as connection:
        before = last(connection)
        second.transact("push", act)
        assert last(connection) == before
    with first.read() as connection:
        assert last(connection) == before + 1


def test_several_centres_may_open_a_new_database_at_once(postgres_url: str) -> None:
    made: list[CentreStore] = []
    wrong: list[BaseException] = []
    together = threading.Barrier(4)

    def start() -> None:
        database: Database = PostgresDatabase(postgres_url)
        together.wait(20)
        try:
            made.append(CentreStore(database, no_probe))
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert len({store.instance for store in made}) == 1
    for store in made:
        store.close()
