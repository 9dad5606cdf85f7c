"""How cost grows with tickets, with devices and with stations: the points of the curves in docs/scale.md.

Each line is called "growth, CURVE, at N". `growth_picture` draws them, and knows the same curves by the same names.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gate.shown import Code
from station.bench import centre_side, imagined, stock
from station.bench.cluster import Cluster
from station.bench.deciding import Gate, admit
from station.bench.growth_centre import Boarding, Hall
from station.bench.measure import Line, told
from tickets.credential import issue


class Curve(StrEnum):
    """What grows, or does not; the value is the name in the report."""

    DECISION = "a gate's decision by tickets known"
    CACHE = "a gate's file by tickets known"
    FIRST_TERMINAL = "first sync by tickets, the terminal"
    FIRST_CENTRE = "first sync by tickets, the centre"
    KEPT_SQLITE = "a boarding by boardings kept, SQLite"
    KEPT_CENTRE = "a boarding by boardings kept, the centre before PostgreSQL"
    KEPT_DATABASE = "a boarding by boardings kept, PostgreSQL"
    QUESTION = "a question by gates that wait"
    LOOKS = "leaving questions open for a second by gates that wait"
    CHANGE = "telling one gate of a change by gates that wait"
    STATIONS_SQLITE = "a boarding by stations, SQLite"
    STATIONS_CENTRE = "a boarding by stations, the centre before PostgreSQL"
    STATIONS_DATABASE = "a boarding by stations, PostgreSQL"
    LINE_BYTES = "a boarding on the line by stations"
    TABLE_SQLITE = "a boarding's room by stations, SQLite"
    TABLE_POSTGRESQL = "a boarding's room by stations, PostgreSQL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """At which sizes to measure, and how often a gate decides, and how many batches a round has."""

    known: tuple[int, ...]
    fetched: tuple[int, ...]
    kept: tuple[int, ...]
    waiting: tuple[int, ...]
    stations: tuple[int, ...]
    decisions: int
    batches: int


USUAL = Sizes(
    known=(10_000, 100_000, 1_000_000),
    fetched=(10_000, 30_000, 100_000),
    kept=(1_000, 10_000, 100_000),
    waiting=(3, 10, 30, 100, 300),
    stations=(1, 10, 100, 1_000, 10_000),
    decisions=300,
    batches=20,
)
QUICK = Sizes(known=(2_000,), fetched=(), kept=(100,), waiting=(3,), stations=(1, 10), decisions=5, batches=2)


def line(curve: Curve, at: int, value: float, unit: str) -> Line:
    """One point of a curve."""
    return told(f"growth, {curve}, at {at}", value, unit)


def run(folder: Path, sizes: Sizes) -> list[Line]:
    """All curves. Raises NotMeasured, NotStarted."""
    folder.mkdir()
    lines = [*_terminal(folder / "gates", sizes), *_first_sync(folder / "first", sizes)]
    with Cluster(durable=True) as cluster:
        for each in (None, cluster):
            lines += _kept(folder, each, sizes)
            lines += _stations(folder, each, sizes)
        lines += _waiting(folder, cluster, sizes)
    return lines


def _terminal(folder: Path, sizes: Sizes) -> Iterator[Line]:
    for tickets in sizes.known:
        store = stock.make(folder / str(tickets), tickets, used=0)
        stock.set_clock(store.directory)
        with Gate(store.directory) as gate:
            decider = gate.decider()
            codes = [
                Code(text=issue(ticket, imagined.key("ticket")))
                for ticket, _ in store.take(_presentable(store, sizes.decisions), by_till=False)
            ]
            computed = []
            for code in codes:
                began = time.thread_time()
                admit(decider, code)
                computed.append((time.thread_time() - began) * 1000)
            gate.let_them_pass()
        yield line(Curve.DECISION, tickets, statistics.median(computed), "ms")
        yield line(Curve.CACHE, tickets, (store.directory / "cache.db").stat().st_size / 1e6, "MB")


def _presentable(store: stock.Stock, most: int) -> int:
    """How many tickets of the centre board at this gate today, `most` at most."""
    coaches = filter(imagined.boards_here, range(imagined.coaches(store.tickets)))
    return min(most, sum(imagined.PER_COACH // 2 for _ in coaches))


def _first_sync(folder: Path, sizes: Sizes) -> Iterator[Line]:
    folder.mkdir()
    for tickets in sizes.fetched:
        said = {each.name: each.value for each in centre_side.run_large(folder / str(tickets), tickets)}
        called = f"first sync of {tickets:,} tickets, processor time of"
        for curve, what in (
            (Curve.FIRST_TERMINAL, "sync"),
            (Curve.FIRST_CENTRE, "the centre, which makes the snapshot"),
        ):
            yield line(curve, tickets, said[f"{called} {what}"], "s")


def _kept(folder: Path, cluster: Cluster | None, sizes: Sizes) -> Iterator[Line]:
    hall = Hall(folder / _name("kept", cluster), cluster)
    station = hall.add_stations(1)
    for kept in sizes.kept:
        hall.board(station[0], kept)
        found = hall.boardings(station, sizes.batches)
        yield from _costs(found, kept, cluster, Curve.KEPT_SQLITE, Curve.KEPT_CENTRE, Curve.KEPT_DATABASE)


def _stations(folder: Path, cluster: Cluster | None, sizes: Sizes) -> Iterator[Line]:
    hall = Hall(folder / _name("stations", cluster), cluster)
    there: list[int] = []
    for count in sizes.stations:
        there += hall.add_stations(count - len(there))
        found = hall.boardings(there, sizes.batches)
        yield from _costs(found, count, cluster, Curve.STATIONS_SQLITE, Curve.STATIONS_CENTRE, Curve.STATIONS_DATABASE)
        room = Curve.TABLE_SQLITE if cluster is None else Curve.TABLE_POSTGRESQL
        yield line(room, count, found.table_bytes, "B")
        if cluster is not None:
            yield line(Curve.LINE_BYTES, count, found.line_bytes, "B")


def _costs(
    found: Boarding, at: int, cluster: Cluster | None, alone: Curve, centre: Curve, database: Curve
) -> Iterator[Line]:
    if cluster is None:
        yield line(alone, at, found.centre_ms, "ms")
        return
    yield line(centre, at, found.centre_ms, "ms")
    yield line(database, at, found.database_ms, "ms")


def _waiting(folder: Path, cluster: Cluster, sizes: Sizes) -> Iterator[Line]:
    hall = Hall(folder / _name("waiting", cluster), cluster)
    for count in sizes.waiting:
        station = hall.add_stations(1)[0]
        found = hall.waiting(station, hall.add_gates(station, count))
        yield line(Curve.QUESTION, count, found.question_ms, "ms")
        yield line(Curve.LOOKS, count, found.looks_ms, "ms")
        yield line(Curve.CHANGE, count, found.change_ms, "ms")


def _name(what: str, cluster: Cluster | None) -> str:
    return f"{what}_{'sqlite' if cluster is None else 'postgresql'}"
