"""The store of a large station: fifteen service days of departures, their tickets, and who has travelled already.

Made in bulk through the real schemas, with seeded numbers and fixed keys, around an afternoon that the trusted clock
of whoever opens it believes to be now.
"""

import json
import secrets
from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

import numpy as np

from gate.shown import Card
from station.bench import imagined
from station.bench.measure import NotMeasured
from station.clock import TerminalClock
from sync.cache.reader import CacheReader
from sync.cache.schema import SCHEMA
from sync.cache.writer import CacheWriter
from sync.database import open_writer
from sync.encoding import to_text
from sync.engine.status import SyncStatus
from sync.journal.journal import Journal
from sync.journal.uses import claim_use, end_use
from sync.trusted_time import TimeAnchor, boot_clock, boot_id
from sync.wire.pull import MAX_PAGE_RECORDS, PullAnswer, Record
from tickets.credential import Ticket
from tickets.identity import DocumentKind
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

USED_TODAY = 5000
"""Passengers that this lane has let through already: a busy day of one gate."""

_PUT_TICKET = """INSERT INTO tickets (number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag,
    expires_s, state, issuer, change_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_PUT_USE = """INSERT INTO uses (ticket, use_no, attempt, device, lane, at_ms, end, purpose, service_date, trip,
    change_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Stock:
    """A store in `directory` with `tickets` tickets: cache, journal and enrolment of one terminal."""

    def __init__(self, directory: Path, tickets: int) -> None:
        self.directory = directory
        self.tickets = tickets
        self._left = {by_till: self._presentable(by_till) for by_till in (False, True)}

    def take(self, count: int, *, by_till: bool) -> list[tuple[Ticket, Card]]:
        """The next `count` tickets that the gate admits now, each once, with their holders' ID cards.

        Sold by the till or else by the centre. Raises NotMeasured when there are no more.
        """
        taken = list(islice(self._left[by_till], count))
        if len(taken) < count:
            raise NotMeasured("the store has no more tickets that nobody has shown")
        numbers = imagined.numbers(self.tickets)
        return [
            (
                Ticket(TicketNumber(int(numbers[at])), imagined.EXPIRES, imagined.journey(at)),
                Card(kind=DocumentKind.RESIDENT_ID, number=imagined.document_of(at)),
            )
            for at in taken
        ]

    def _presentable(self, by_till: bool) -> Iterator[int]:
        for coach in filter(imagined.boards_here, range(imagined.coaches(self.tickets))):
            for seat in range(int(by_till), imagined.PER_COACH, 2):
                if (at := coach * imagined.PER_COACH + seat) < self.tickets:
                    yield at


def make(
    directory: Path, tickets: int, *, device: str = "gate-1", devices: Collection[str] = (), used: int = USED_TODAY
) -> Stock:
    """Make the store of one of the imagined terminals in an empty directory.

    It knows of `devices`, or else of all. `used` passengers have gone through already, at the first gate.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _fill(directory / "cache.db", tickets)
    _complete(directory / "cache.db", tickets, devices or imagined.DEVICES)
    enrol(directory, device)
    if device == "gate-1":
        _use_journal(directory, used)
    return Stock(directory, tickets)


def enrol(directory: Path, device: str) -> None:
    """Write what an enrolment leaves: keys, certificate and the trust list."""
    kind = imagined.DEVICES[device]
    (directory / "device.pem").write_bytes(imagined.key(device).to_pem())
    (directory / "till.pem").write_bytes(imagined.key("till").to_pem())
    (directory / "trust.cbor").write_bytes(imagined.trust_list())
    kept = {
        "device": device,
        "name": device,
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


def _complete(path: Path, tickets: int, devices: Collection[str]) -> None:
    """Add what is little through the cache's own writer: station, devices, stops, day keys, departures, trust."""
    records = [_record("station", "", imagined.STATION_BODY)]
    records += [_record("stop", str(stop), body) for stop, body in imagined.stops()]
    for device in devices:
        body: dict[str, object] = {"device": device, "kind": imagined.DEVICES[device], "name": device}
        body |= {"key": imagined.key(device).public.raw.hex(), "state": "active"}
        records.append(_record("device", device, body))
    for back in range(imagined.DAYS):
        day = imagined.TODAY + timedelta(days=back - imagined.DAYS_BACK)
        tag_key = imagined.day_key(day).hex()
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
        now_ms = int(imagined.NOW.timestamp() * 1000)
        writer.set_status(SyncStatus(line_up=False, last_success_ms=now_ms, queued=0))


def _use_journal(directory: Path, used: int) -> None:
    """Let the lane's day so far have happened: claimed, and passed."""
    set_clock(directory)
    cache = CacheReader(directory / "cache.db")
    chance = np.random.default_rng(5)
    with Journal.create_or_open(
        directory / "journal.db", device="gate-1", prefix=None, clock=TerminalClock(cache), random=secrets.token_bytes
    ) as journal:
        for _ in range(used // 100):
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
    days = [imagined.day_of(coach).isoformat() for coach in range(imagined.DAYS)]
    trips = [imagined.trip_of(coach) for coach in range(imagined.coaches(tickets))]
    before = int(imagined.NOW.timestamp() * 1000) - 86_400_000
    for at in np.argsort(numbers).tolist():
        coach = at // imagined.PER_COACH
        if coach % imagined.DAYS < imagined.DAYS_BACK:
            number = int(numbers[at]).to_bytes(8)
            run = (days[coach % imagined.DAYS], trips[coach])
            yield number, 1, number + imagined.tag_of(at), "gate-1", "3A", before, "passed", "admission", *run, at
