"""How many boardings a second a centre takes in, over HTTP, in batches, on either kind of database.

Centres, database and the sending side share this machine; what the sending side computes is told beside the result.
"""

import queue
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from station.bench.children import Started
from station.bench.cluster import Cluster
from station.bench.measure import Line, NotMeasured, percentile, told
from station.bench.recorded import Backlog, add_stations, record
from sync.server.centre import Centre
from sync.server.schema import uses
from sync.server.settings import Settings
from sync.server.setup import initialise

LEAST_A_SECOND = 2_000
CONNECTIONS = 50
_A_BATCH = 100
_A_STATION = 900
"""Boardings of a station in four hours: a tenth of a thousandth of the country's 620 a second."""


def run(folder: Path, stations: int, boardings: int) -> list[Line]:
    """On PostgreSQL with one centre and with two, and on SQLite; so many stations with so many boardings each.

    Raises NotStarted, NotMeasured.
    """
    folder.mkdir()
    lines = []
    with Cluster(durable=True) as cluster:
        rate, latencies, computed = _measure(folder / "one", cluster.create("one"), 1, stations, boardings)
        lines += [
            Line(
                name=f"centre, PostgreSQL, boardings in batches of {_A_BATCH}, {CONNECTIONS} connections",
                value=round(rate),
                unit="/s",
                budget=f"≥ {LEAST_A_SECOND} /s",
                ok=rate >= LEAST_A_SECOND,
            ),
            told("the same, a batch's answer, median", percentile(latencies, 50), "ms"),
            told("the same, a batch's answer, p99", percentile(latencies, 99), "ms"),
            told("the same, processor time of the centre for a boarding", computed, "ms"),
            told(
                f"the backlog of 1,000 stations after four hours ({1000 * _A_STATION:,} boardings) at this rate",
                1000 * _A_STATION / rate,
                "s",
            ),
        ]
        rate, _, _ = _measure(folder / "two", cluster.create("two"), 2, stations, boardings)
        lines.append(told("the same with two centres on one database", round(rate), "/s"))
    rate, _, _ = _measure(folder / "file", "", 1, stations, boardings)
    lines.append(told("the same with one centre on SQLite", round(rate), "/s"))
    return lines


def _measure(
    directory: Path, database: str, centres: int, stations: int, boardings: int
) -> tuple[float, list[float], float]:
    """Boardings a second, the milliseconds of every answer, and the centres' own computing for one, in ms."""
    initialise(directory, database=database)
    with Centre.open(Settings(directory=directory)) as centre:
        centre.house.store.transact("setup", lambda connection: add_stations(connection, stations))
    backlog = record(stations, boardings, _A_BATCH)
    with ExitStack() as stack:
        serving = [
            stack.enter_context(
                Started(["station.bench.serving", str(directory)], directory.with_name(f"{directory.name}-{each}.log"))
            )
            for each in range(centres)
        ]
        before = sum(each.processor_seconds() for each in serving)
        took, latencies = send(backlog, [str(each.ready["url"]) for each in serving], CONNECTIONS)
        computed = (sum(each.processor_seconds() for each in serving) - before) / backlog.boardings * 1000
    with Centre.open(Settings(directory=directory)) as centre, centre.house.read() as connection:
        there = connection.execute(select(func.count()).select_from(uses).where(uses.c.end == "passed")).scalar_one()
    if there != backlog.boardings:
        raise NotMeasured(f"{backlog.boardings} boardings were sent, and {there} are there")
    return backlog.boardings / took, latencies, computed


def send(backlog: Backlog, urls: Sequence[str], connections: int) -> tuple[float, list[float]]:
    """Send it all over so many connections, a journal's requests one after the other.

    Answers the seconds that it took and the milliseconds of each answer. NotMeasured when a request was refused.
    """
    waiting: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
    for journal in backlog.journals:
        waiting.put(journal)
    latencies: list[float] = []
    refused: list[str] = []

    def work(url: str) -> None:
        try:
            with _Line(url) as line:
                while not refused:
                    try:
                        journal = waiting.get_nowait()
                    except queue.Empty:
                        return
                    for request in journal:
                        began = time.perf_counter()
                        line.ask(request)
                        latencies.append((time.perf_counter() - began) * 1000)
        except (OSError, NotMeasured) as error:
            refused.append(str(error))

    threads = [
        threading.Thread(target=work, args=(urls[each % len(urls)],), name=f"line-{each}")
        for each in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if refused:
        raise NotMeasured(refused[0])
    return took, latencies


class _Line:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None, "a centre tells its whole URL"
        assert parts.port is not None, "a centre tells its whole URL"
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def ask(self, request: bytes) -> None:
        """Send and wait for the answer. NotMeasured when it is not 200."""
        self._socket.sendall(request)
        status, length = self._answers.readline().split(), 0
        while (header := self._answers.readline()) not in (b"\r\n", b""):
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self._answers.read(length)
        if status[1:2] != [b"200"]:
            raise NotMeasured(f"the centre answered {status!r}: {body[:200]!r}")

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()
