"""The store of a large station: fifteen service days of departures, their tickets, and who has travelled already.

Made in bulk through the real schemas, with seeded numbers and fixed keys, around an afternoon that the trusted clock
of whoever opens it believes to be now.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from uuid import UUID

import numpy as np

from station.bench import imagined
from station.clock import TerminalClock
from sync.cache import CacheReader
from sync.cache_schema import SCHEMA
from sync.cache_writer import CacheWriter
from sync.database import open_writer
from sync.encoding import to_text
from sync.journal import Journal
from sync.journal_uses import claim_use, end_use
from sync.trusted_time import TimeAnchor, boot_clock, boot_id
from sync.wire import MAX_PAGE_RECORDS, PullAnswer, Record
from tickets.credential import Ticket
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

USED_TODAY = 5000
"""Passengers that this lane has let through already: a busy day of one gate."""

_PUT_TICKET = "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_USE = "INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """A store in `directory` with `tickets` tickets: cache, journal and enrolment of one gate."""

    directory: Path
    tickets: int

    def presentable(self, count: int, *, by_till: bool) -> list[Ticket]:
        """Up to `count` tickets that the gate admits now, sold by the till or else by the centre; not used before."""
        mine = (
            at
            for at in range(imagined.coaches(self.tickets))
            if imagined.day_of(at) == imagined.TODAY and imagined.gate_of(at) == imagined.GATE
        )
        numbers = imagined.numbers(self.tickets)
        places = (
            coach * imagined.PER_COACH + seat for coach in mine for seat in range(int(by_till), imagined.PER_COACH, 2)
        )
        return [
            Ticket(TicketNumber(int(numbers[at])), imagined.EXPIRES, imagined.journey(at))
            for at in islice((at for at in places if at < self.tickets), count)
        ]


def make(directory: Path, tickets: int, *, kind: str = "gate") -> Stock:
    """Make the store of an enrolled terminal (`kind` gate or till) in an empty directory."""
    directory.mkdir(parents=True, exist_ok=True)
    _fill(directory / "cache.db", tickets)
    _complete(directory / "cache.db", tickets)
    enrol(directory, kind)
    if kind == "gate":
        _use_journal(directory)
    return Stock(directory=directory, tickets=tickets)


def enrol(directory: Path, kind: str) -> None:
    """Write what an enrolment leaves: keys, certificate and the trust list."""
    (directory / "device.pem").write_bytes(imagined.key("device").to_pem())
    (directory / "till.pem").write_bytes(imagined.key("till").to_pem())
    (directory / "trust.cbor").write_bytes(imagined.trust_list())
    kept = {
        "device": f"{kind}-1",
        "name": f"{kind}-1",
        "kind": kind,
        "station": imagined.STATION,
        "prefix": imagined.TILL_PREFIX if kind == "till" else None,
        "root_key": to_text(imagined.key("root").public.raw),
        "certificate": to_text(imagined.CERTIFICATE) if kind == "till" else None,
        "centre": "http://127.0.0.1:9",
    }
    (directory / "enrolment.json").write_text(json.dumps(kept), "utf-8")


def set_clock(directory: Path) -> None:
    """Have the centre say, in signed time as it were, that it is imagined.NOW."""
    with CacheWriter(directory / "cache.db") as writer:
        centre_ms = int(imagined.NOW.timestamp() * 1000)
        writer.set_time(TimeAnchor(boot_id=boot_id(), boot_seconds=boot_clock(), centre_ms=centre_ms))


def _fill(path: Path, tickets: int) -> None:
    writer = open_writer(path, SCHEMA)
    try:
        writer.connection.execute("PRAGMA cache_size = -1000000")
        writer.connection.execute("BEGIN IMMEDIATE")
        writer.connection.executemany(_PUT_TICKET, _ticket_rows(tickets))
        writer.connection.executemany(_PUT_USE, _use_rows(tickets))
        writer.connection.execute("COMMIT")
        writer.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        writer.close()


def _complete(path: Path, tickets: int) -> None:
    """Add what is little through the cache's own writer: station, stops, day keys, departures, trust."""
    records = [_record("station", "", imagined.STATION_BODY)]
    records += [_record("stop", str(stop), body) for stop, body in imagined.stops()]
    for back in range(imagined.DAYS):
        day = imagined.TODAY + timedelta(days=back - imagined.DAYS_BACK)
        tag_key = sha256(f"day {day}".encode()).hexdigest()
        records.append(_record("day_key", day.isoformat(), {"service_date": day.isoformat(), "key": tag_key}))
    for coach in range(imagined.coaches(tickets)):
        departure = imagined.departure(coach)
        name = f"{departure.service_date.isoformat()}/{departure.trip}"
        records.append(_record("departure", name, departure.to_record()))
        if departure.service_date >= imagined.TODAY:
            records.append(_record("allotment", f"{name}/till-1", imagined.allotment(departure)))
    with CacheWriter(path) as writer:
        for first in range(0, len(records), MAX_PAGE_RECORDS):
            page = tuple(records[first : first + MAX_PAGE_RECORDS])
            assert writer.apply(PullAnswer(records=page, cursor=str(first), more=False)) == 0
        writer.set_trust(7, imagined.trust_list())


def _use_journal(directory: Path) -> None:
    """Let the lane's day so far have happened: claimed, and passed."""
    set_clock(directory)
    cache = CacheReader(directory / "cache.db")
    chance = np.random.default_rng(5)
    with Journal.create_or_open(
        directory / "journal.db", device="gate-1", prefix=None, clock=TerminalClock(cache), random=secrets.token_bytes
    ) as journal:
        for _ in range(USED_TODAY // 100):
            with journal.transaction() as tx:
                for _ in range(100):
                    number, attempt = TicketNumber(int(chance.integers(1 << 62))), UUID(bytes=chance.bytes(16))
                    trip = imagined.trip_of(int(chance.integers(2000)))
                    claim_use(
                        tx, ticket=number, use_no=1, attempt=attempt, service_date=imagined.TODAY, trip=trip, lane="3A",
                        persons=1, by="code",
                    )  # fmt: skip
                    end_use(tx, ticket=number, use_no=1, attempt=attempt, end=UseEnd.PASSED)
        journal.tidy()
    cache.close()


def _record(kind: str, name: str, body: dict[str, object]) -> Record:
    return Record(kind=kind, key=name, body=body, change=1)


def _ticket_rows(tickets: int) -> Iterator[tuple[object, ...]]:
    numbers = imagined.numbers(tickets)
    days = [imagined.day_of(coach).isoformat() for coach in range(imagined.DAYS)]
    trips = [imagined.trip_of(coach) for coach in range(imagined.coaches(tickets))]
    fixed = (0, 0, 18_500)  # kind, children, fare
    expires, stops = int(imagined.EXPIRES.timestamp()), imagined.STOPS
    issuers = ("centre", "till-1")
    for at in np.argsort(numbers).tolist():
        coach, seat = divmod(at, imagined.PER_COACH)
        run = (days[coach % imagined.DAYS], trips[coach], imagined.OWN_STOP, stops[coach % len(stops)])
        ends = (imagined.tag_of(at), expires, "valid", issuers[at % 2], at)
        yield int(numbers[at]).to_bytes(8), *run, 1 + seat, *fixed, *ends


def _use_rows(tickets: int) -> Iterator[tuple[object, ...]]:
    """All who travelled on the days before today."""
    numbers = imagined.numbers(tickets)
    before = int(imagined.NOW.timestamp() * 1000) - 86_400_000
    for at in np.argsort(numbers).tolist():
        if at // imagined.PER_COACH % imagined.DAYS < imagined.DAYS_BACK:
            number = int(numbers[at]).to_bytes(8)
            yield number, 1, number + imagined.tag_of(at), "gate-1", "3A", before, "passed", "admission", at
