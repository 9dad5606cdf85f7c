"""What a centre computes for one boarding, one question and one change, as tables, stations and terminals grow.

Told in processor time, of the centre's process and of PostgreSQL's together, and not in seconds on the clock: that is
what has to be bought, and a busy machine changes it least.
"""

import http.client
import json
import os
import random
import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, text, update

from station.bench import imagined
from station.bench.boardings import send
from station.bench.children import Started
from station.bench.cluster import Cluster
from station.bench.measure import NotMeasured, median
from station.bench.recorded import FIRST_STATION, Backlog, add_stations, gate_of, record
from sync.line.http_signatures import sign_request
from sync.server.centre import Centre
from sync.server.rows import insert_rows
from sync.server.schema import devices, events, records, stations, uses
from sync.server.settings import Settings
from sync.server.setup import initialise

_ROUNDS = 3
_A_BATCH = 100
_AT_A_TIME = 20_000
_CLAIMED_BYTES, _PASSED_BYTES = 215, 136
"""Of the events of a boarding, about."""
_CHANGES = 10_000_000
"""Each part of what is put there without asking has numbers of its own."""
_SIZE_OF_FILE = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
_SIZE_OF_DATABASE = "SELECT pg_database_size(current_database())"
_CONNECTIONS = 4
_QUESTIONS = 20
_WAIT_S = 25
_SETTLED_S = 1.0
_WATCHED_S = 3.0
"""Less than the five seconds after which a centre closes a connection on which nothing is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boarding:
    """What one boarding costs: the centre's and the database's computing in ms, bytes on the line and in the tables."""

    centre_ms: float
    database_ms: float
    line_bytes: float
    table_bytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What terminals cost that wait: each question in ms, all of them together in a second in ms, a change told to one
    of them in ms."""

    question_ms: float
    looks_ms: float
    change_ms: float


class Hall:
    """A centre on a database of its own, with no station yet but the demonstration's."""

    def __init__(self, folder: Path, cluster: Cluster | None) -> None:
        """On PostgreSQL where there is a `cluster`, else on SQLite. `folder` does not exist yet."""
        self._folder = folder
        self._cluster = cluster
        self._chance = random.Random(folder.name)  # noqa: S311 - nothing secret
        self._next_station = FIRST_STATION
        self._boarded = 0
        self._parts = 0
        initialise(folder, database="" if cluster is None else cluster.create(folder.name))

    def add_stations(self, count: int) -> range:
        """So many stations more, with one gate each; their numbers."""
        first, self._next_station = self._next_station, self._next_station + count
        with self._open() as centre:
            centre.house.store.transact("setup", lambda connection: add_stations(connection, count, first))
        return range(first, first + count)

    def add_gates(self, station: int, count: int) -> list[str]:
        """So many gates of one station; all have the same key."""
        names = [f"{station}-gate-{each:08x}" for each in range(count)]
        rows = [
            {
                "station_id": station,
                "device": name,
                "kind": "gate",
                "name": name,
                "device_key": imagined.key("gate-1").public.raw,
                "enrolled_ms": 0,
                "state": "active",
            }
            for name in names
            if name != gate_of(station)
        ]
        with self._open() as centre:
            centre.house.store.transact("setup", lambda connection: insert_rows(connection, devices, rows))
        return names

    def board(self, station: int, through: int) -> None:
        """Let so many have boarded at a station in all, without asking the centre."""
        self._parts += 1
        with self._open() as centre:
            while self._boarded < through:
                count = min(_AT_A_TIME, through - self._boarded)
                act = partial(_put_boarded, list(_boarded(station, self._boarded, count, self._chance, self._parts)))
                centre.house.store.transact("setup", act)
                self._boarded += count
            centre.house.store.transact("setup", lambda connection: self._end_filling(connection, station))

    def boardings(self, of: Sequence[int], requests: int) -> Boarding:
        """Medians of three rounds of so many batches, spread over these stations."""
        rounds = []
        with self.serving() as (serving, url):
            for _ in range(_ROUNDS):
                self._parts += 1
                each = max(1, requests // len(of)) * _A_BATCH
                some = record(min(len(of), requests), each, _A_BATCH, of[0], part=self._parts)
                rounds.append(self._round(some, serving, url))
        return Boarding(
            centre_ms=median([each.centre_ms for each in rounds]),
            database_ms=median([each.database_ms for each in rounds]),
            line_bytes=median([each.line_bytes for each in rounds]),
            table_bytes=median([each.table_bytes for each in rounds]),
        )

    def _round(self, backlog: Backlog, serving: Started, url: str) -> Boarding:
        before = serving.processor_seconds(), self._database_seconds(), self._size()
        send(backlog, [url], min(_CONNECTIONS, len(backlog.journals)))
        after = serving.processor_seconds(), self._database_seconds(), self._size()
        centre, database, size = (late - early for early, late in zip(before, after, strict=True))
        sent = sum(len(request) for journal in backlog.journals for request in journal)
        return Boarding(
            centre_ms=centre / backlog.boardings * 1000,
            database_ms=database / backlog.boardings * 1000,
            line_bytes=sent / backlog.boardings,
            table_bytes=size / backlog.boardings,
        )

    def waiting(self, station: int, gates: Sequence[str], watched_s: float = _WATCHED_S) -> Waiting:
        """All these gates of one station leave a question open, and are watched for so long; then somebody boards, and
        all of them are told."""
        with self.serving() as (serving, url), ExitStack() as stack:
            first = stack.enter_context(_Asking(url, gates[0]))
            first.catch_up()
            more, lines = (
                [stack.enter_context(_Asking(url, gate, first.cursor)) for gate in some]
                for some in ([gates[each % len(gates)] for each in range(_QUESTIONS)], gates)
            )

            def computed() -> float:
                return (serving.processor_seconds() + self._database_seconds()) * 1000

            def watch(act: Callable[[], object]) -> tuple[float, float]:
                """What was computed during it, in ms, and the seconds that it took."""
                before, began = computed(), time.perf_counter()
                act()
                return computed() - before, time.perf_counter() - began

            for line in lines:
                line.ask(_WAIT_S)
            _ask_all(more, 0)  # answered once all those before are open
            time.sleep(_SETTLED_S)
            looks, took = watch(lambda: time.sleep(watched_s))
            looks /= took
            asked, took = watch(lambda: _ask_all(more, 1))
            if select.select(lines, [], [], 0)[0]:
                raise NotMeasured("a question that was left open was answered too early")
            self._parts += 1
            boarding = record(1, 1, 1, station, part=self._parts)
            told, _ = watch(lambda: (send(boarding, [url], 1), [line.answer() for line in lines]))
            if not all(line.records for line in lines):
                raise NotMeasured("a gate that waited was told nothing")
            question = max(0.0, asked - looks * took) / len(more)
            return Waiting(question_ms=question, looks_ms=looks, change_ms=told / len(lines))

    @contextmanager
    def serving(self) -> Iterator[tuple[Started, str]]:
        """The centre as a process, and its URL."""
        log = self._folder.with_name(f"{self._folder.name}.log")
        with Started(["station.bench.serving", str(self._folder)], log, timeout=120) as serving:
            yield serving, str(serving.ready["url"])

    def _open(self) -> Centre:
        return Centre.open(Settings(directory=self._folder))

    def _database_seconds(self) -> float:
        """What PostgreSQL's processes have computed so far; 0 for SQLite, which is part of the centre."""
        if self._cluster is None:
            return 0.0
        first = int((self._cluster.folder / "data" / "postmaster.pid").read_text("ascii").split()[0])
        others = Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split()
        ticks = sum(map(_ticks, map(int, others))) + _ticks(first, ended=True)
        return ticks / os.sysconf("SC_CLK_TCK")

    def _size(self) -> int:
        """Bytes of the database: tables and indexes, without the log that is written ahead."""
        asked = _SIZE_OF_FILE if self._cluster is None else _SIZE_OF_DATABASE
        with self._open() as centre, centre.house.read() as connection:
            return int(connection.execute(text(asked)).scalar_one())

    def _end_filling(self, connection: Connection, station: int) -> None:
        """Count the changes, and have PostgreSQL look at how its tables have grown, as it does after a while."""
        there = stations.c.station_id == station
        connection.execute(update(stations).where(there).values(last_change=self._boarded + _CHANGES * self._parts))
        if self._cluster is not None:
            connection.execute(text("ANALYZE"))


class _Asking:
    """A gate's connection, on which it asks what is new."""

    def __init__(self, url: str, gate: str, cursor: str = "") -> None:
        parts = urlsplit(url)
        self._url, self._gate = url, gate
        self._line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=120)
        self.cursor = cursor
        self.records = 0

    def catch_up(self) -> None:
        """Ask until there is nothing more."""
        self.ask(0)
        while self.answer():
            self.ask(0)

    def ask(self, wait: int) -> None:
        """Ask, to be answered within so many seconds."""
        path = f"/v1/sync/pull?cursor={self.cursor}&wait={wait}"
        signed = sign_request(
            "GET",
            f"{self._url}{path}",
            {},
            b"",
            key=imagined.key("gate-1"),
            keyid=self._gate,
            created=int(time.time()),
            nonce=os.urandom(8).hex(),
        )
        self._line.request("GET", path, headers={"Sync-Protocol": "1", **signed})

    def answer(self) -> int:
        """Wait for the answer; how many records there were. NotMeasured when it is not 200."""
        answer = self._line.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise NotMeasured(f"the centre answered {answer.status}: {body[:200]!r}")
        said = json.loads(body)
        self.cursor = said["cursor"]
        self.records = len(said["records"])
        return self.records

    def fileno(self) -> int:
        """For `select`."""
        return int(self._line.sock.fileno())

    def __enter__(self) -> "_Asking":
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What one boarding leaves: two events, one use, one record for the terminals."""

    events: tuple[dict[str, object], dict[str, object]]
    use: dict[str, object]
    record: dict[str, object]


def _ask_all(lines: Sequence[_Asking], wait: int) -> None:
    for line in lines:
        line.ask(wait)
    for line in lines:
        line.answer()


def _put_boarded(rows: Sequence[_Rows], connection: Connection) -> None:
    insert_rows(connection, events, [event for each in rows for event in each.events])
    insert_rows(connection, uses, [each.use for each in rows])
    insert_rows(connection, records, [each.record for each in rows])


def _boarded(station: int, first: int, count: int, chance: random.Random, part: int) -> Iterator[_Rows]:
    """So many boardings from the first on, 5,000 in a journal."""
    for at in range(first, first + count):
        number, attempt = f"{chance.getrandbits(63):020d}", chance.randbytes(16).hex()
        at_ms = 1_700_000_000_000 + at * 1000
        day, trip = "2026-11-21", "K1000-01"
        here = {"station_id": station, "device": gate_of(station)}
        came = {**here, "epoch": f"{at // 5000:032x}", "at_ms": at_ms, "received_ms": at_ms, "result": "kept"}
        claimed, passed = (
            {
                **came,
                "seq": 2 * (at % 5000) + half + 1,
                "event_id": f"{at_ms:012x}{chance.getrandbits(80):020x}",
                "kind": kind,
                "bytes": chance.randbytes(length),
                "hash": chance.randbytes(32),
            }
            for half, (kind, length) in enumerate((("use.claimed", _CLAIMED_BYTES), ("use.passed", _PASSED_BYTES)))
        )
        use = {"number": number, "use_no": 1, "attempt": attempt, "lane": "1", "persons": 1, "purpose": "admission"}
        end = {"at_ms": at_ms, "end": "passed", "ended_ms": at_ms, "service_date": day, "trip": trip}
        told = json.dumps({**use, **end, "device": gate_of(station)})
        yield _Rows(
            events=(claimed, passed),
            use={**here, **use, **end},
            record={
                "station_id": station,
                "kind": "use",
                "key": f"{number}/1",
                "body": told,
                "service_date": day,
                "change_no": at + _CHANGES * part,
            },
        )


def _ticks(process: int, *, ended: bool = False) -> int:
    """What a process has computed; with that of its children that have ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:  # it has ended, and is counted with its parent from now on
        return 0
    return sum(map(int, fields[11 : 15 if ended else 13]))
