"""With a real centre: a gate's first synchronisation, with the gate deciding meanwhile, and a refund until it counts.

Centre and sync are processes of their own; the gate decides in this one, on the store that is being filled.
"""

import json
import random
import secrets
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx

from gate.decide import Decider, Refused
from gate.shown import Code
from station.bench import imagined
from station.bench.children import Started
from station.bench.deciding import Gate, admit
from station.bench.floor import Floor
from station.bench.measure import Line, NotMeasured, at_most, median, told, until
from station.bench.turns import Turns
from station.config import load
from station.enrolling import enrol
from sync.cache.reader import CacheReader
from sync.server.centre import Centre
from sync.server.key_files import office_token
from sync.server.settings import Policy, Settings
from sync.server.setup import initialise
from sync.server.store import DATABASE
from tickets.admission import TicketState
from tickets.credential import Ticket, issue
from tickets.departures import Departure
from tickets.keys import SigningKey
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.service_day import CHINA, service_date
from tickets.trust import KeyUse

MOST_FIRST_SYNC_S, MOST_REFUND_S = 10, 2
PAUSE_S = 0.02
_PATIENCE_S = 900.0


def run(folder: Path, tickets: int, refunds: int) -> list[Line]:
    """Both, one after the other. Raises NotStarted, NotMeasured."""
    called = f"first sync of {tickets:,} tickets"
    with _filled(folder, tickets) as hall:
        first = hall.first_sync()
        refunded = [hall.refund() for _ in range(refunds)]
    with _filled(folder / "pages", tickets, snapshots=False) as hall:
        pages = hall.first_sync()
    what = "a refund at the centre → refused at a gate"
    return [
        at_most(f"{called}, from the process's start", first.seconds, "s", MOST_FIRST_SYNC_S),
        *first.lines(called),
        told(f"{called} by pages instead of a snapshot", pages.seconds, "s"),
        told(f"{called} by pages, processor time of sync", pages.sync_computed, "s"),
        told(f"{called} by pages, processor time of the centre", pages.centre_computed, "s"),
        told(f"{what}, median", median(refunded), "s"),
        at_most(f"{what}, slowest of {refunds}", max(refunded), "s", MOST_REFUND_S),
    ]


def run_large(folder: Path, tickets: int) -> list[Line]:
    """A first synchronisation alone, without a budget. Raises NotStarted, NotMeasured."""
    called = f"first sync of {tickets:,} tickets"
    with _filled(folder, tickets) as hall:
        first = hall.first_sync()
    return [told(f"{called}, from the process's start", first.seconds, "s"), *first.lines(called)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSync:
    """How a first synchronisation went: seconds, bytes of the snapshot (0: none), and what was decided meanwhile."""

    seconds: float
    sync_computed: float
    sync_resident_mb: float
    centre_computed: float
    snapshot_bytes: int
    turns: Turns

    def lines(self, called: str) -> list[Line]:
        """All but the seconds."""
        floor = "one verification and one durable insert meanwhile"
        return [
            told(f"{called}, processor time of sync", self.sync_computed, "s"),
            told(f"{called}, resident memory of sync at the end", self.sync_resident_mb, "MB"),
            told(f"{called}, processor time of the centre, which makes the snapshot", self.centre_computed, "s"),
            told(f"{called}, size of the snapshot", self.snapshot_bytes / 1e6, "MB"),
            *self.turns.lines(f"decision during the {called}", "decision", "floor", floor),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hall:
    """A centre that serves, and a gate that is enrolled and has never synchronised."""

    folder: Path
    tickets: int
    station: int
    url: str
    serving: Started
    config: Path
    gate: Gate
    stack: ExitStack

    def first_sync(self) -> FirstSync:
        """Start sync and wait until it has caught up, with the gate deciding meanwhile."""
        reader, turns = self.gate.reader(), Turns()
        floor = Floor(self.folder / "gate" / "floor.db")
        self.stack.callback(floor.close)
        codes, decider = _codes(self.folder / "centre", self.gate), self.gate.decider()
        _decide_for(20, turns, floor, decider, codes)
        turns, before = Turns(), self.serving.processor_seconds()
        began = time.monotonic()
        command = ["station.cli", "sync", "--config", str(self.config)]
        syncing = self.stack.enter_context(Started(command, self.folder / "sync.log"))
        while (status := reader.status()) is None or status.last_success_ms is None:
            _decide_for(1, turns, floor, decider, codes)
            if time.monotonic() - began > _PATIENCE_S or not syncing.running:
                raise NotMeasured("the first synchronisation did not end")
        took = time.monotonic() - began
        last = TicketNumber(int(imagined.numbers(self.tickets)[self.tickets - 1]))
        if reader.ticket(last) is None:
            raise NotMeasured("the first synchronisation did not bring all tickets")
        snapshots = (self.folder / "centre" / "snapshots").glob("*.gz")
        return FirstSync(
            seconds=took,
            sync_computed=syncing.processor_seconds(),
            sync_resident_mb=syncing.resident_mb(),
            centre_computed=self.serving.processor_seconds() - before,
            snapshot_bytes=sum(path.stat().st_size for path in snapshots),
            turns=turns,
        )

    def refund(self) -> float:
        """Sell a ticket and refund it; seconds until the gate refuses it."""
        token = office_token(self.folder / "centre", self.station)
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as office:
            return _refund(office, self.gate.reader(), self.gate.decider())


@contextmanager
def _filled(folder: Path, tickets: int, *, snapshots: bool = True) -> Iterator[_Hall]:
    folder.mkdir(parents=True, exist_ok=True)
    centre = folder / "centre"
    initialise(centre, policy=Policy() if snapshots else Policy(snapshot_from_records=sys.maxsize))
    station = _fill(centre / DATABASE, tickets)
    with ExitStack() as stack:
        command = ["station.cli", "centre", "run", "--dir", str(centre), "--port", "0", "--plain"]
        serving = stack.enter_context(Started(command, folder / "centre.log"))
        url = str(serving.ready["url"])
        config = _enrolled(folder / "gate", centre, url)
        yield _Hall(
            folder=folder,
            tickets=tickets,
            station=station,
            url=url,
            serving=serving,
            config=config,
            gate=stack.enter_context(Gate(folder / "gate")),
            stack=stack,
        )


def _fill(database: Path, tickets: int) -> int:
    """Let the centre have sold so many tickets, as its terminals are told; answers the station."""
    connection = sqlite3.connect(database)
    try:
        station, last = connection.execute("SELECT station_id, last_change FROM stations").fetchone()
        day = service_date(datetime.now(UTC), CHINA).isoformat()
        columns = "station_id, kind, key, body, service_date, change_no"
        insert = f"INSERT INTO records ({columns}) VALUES (?, 'ticket', ?, ?, ?, ?)"  # noqa: S608  a constant
        rows = ((station, key, body, day, last + 1 + at) for at, (key, body) in enumerate(_sold(tickets, day)))
        connection.executemany(insert, rows)
        connection.execute("UPDATE stations SET last_change = ?", (last + tickets,))
        connection.commit()
    finally:
        connection.close()
    return int(station)


def _sold(tickets: int, day: str) -> Iterator[tuple[str, str]]:
    """The key and the body of each ticket's record."""
    for at, number in enumerate(imagined.numbers(tickets).tolist()):
        coach, seat = divmod(at, imagined.PER_COACH)
        body = {
            "number": f"{number:020d}",
            "service_date": day,
            "trip": imagined.trip_of(coach),
            "boarding": imagined.OWN_STOP,
            "alighting": imagined.STOPS[coach % len(imagined.STOPS)],
            "seat": 1 + seat,
            "kind": 0,
            "children": 0,
            "fare": 18_500,
            "tag": at.to_bytes(8).hex(),
            "expires": int(time.time()) + 86_400,
            "state": "valid",
            "issuer": "centre",
        }
        yield str(body["number"]), json.dumps(body, separators=(",", ":"))


def _enrolled(directory: Path, centre: Path, url: str) -> Path:
    """Enrol a gate; the path of its configuration."""
    directory.mkdir()
    config = directory / "terminal.toml"
    config.write_text(f'directory = "."\n[centre]\nurl = "{url}"\n', "utf-8")
    with Centre.open(Settings(directory=centre)) as console:
        code = console.devices.new_code("gate", "gate-1")
    enrol(load(config), kind="gate", name="gate-1", code=code)
    return config


def _codes(centre: Path, gate: Gate) -> Iterator[Code]:
    """Tickets that the centre has signed and this gate has not heard of: they speak for themselves."""
    key = SigningKey.from_pem((centre / f"{KeyUse.TICKET}.pem").read_bytes())
    with Centre.open(Settings(directory=centre)) as console:
        stop = console.stations.timetables()[gate.enrolment.station].station.stop
    now = datetime.now(UTC)
    journey = replace(imagined.journey(0), service_date=service_date(now, CHINA), boarding=stop, trip="BENCH")
    while True:
        number = TicketNumber(imagined.CENTRE_PREFIX << 40 | secrets.randbits(40))
        yield Code(text=issue(Ticket(number, now + timedelta(days=1), journey), key))


def _decide_for(rounds: int, turns: Turns, floor: Floor, decider: Decider, codes: Iterator[Code]) -> None:
    for _ in range(rounds):
        acts: dict[str, Callable[[], object]] = {
            "floor": partial(floor, 1),
            "decision": partial(admit, decider, next(codes)),
        }
        turns.take(acts)
        time.sleep(PAUSE_S)


def _refund(office: httpx.Client, reader: CacheReader, decider: Decider) -> float:
    """Sell a ticket, wait until the gate knows it, refund it; seconds from asking for that until the gate refuses."""
    digits, code = _sell(office, reader)
    number = TicketNumber.from_digits(digits)
    until(lambda: reader.ticket(number), "the ticket to be known at the gate")
    time.sleep(random.random())  # noqa: S311  sync looks once a second: not always at the same moment
    began = time.perf_counter()
    if office.post("/v1/office/refunds", json={"number": digits}).status_code != httpx.codes.OK:
        raise NotMeasured("the centre did not refund")
    seen = until(lambda: reader.told(number)[0] is TicketState.REFUNDED, "the refund to be known at the gate")
    decision = decider.code(Code(text=code))
    if not isinstance(decision, Refused) or decision.refusal.reason is not Reason.REFUNDED:
        raise NotMeasured("the gate did not refuse a refunded ticket")
    return seen - began


def _sell(office: httpx.Client, reader: CacheReader) -> tuple[str, str]:
    """A ticket for any coach on which the centre has a place: number and code."""
    now = datetime.now(UTC)
    for departure in reader.departures((now + timedelta(hours=1), now + timedelta(hours=30))):
        answer = office.post("/v1/office/sales", json=_sale(departure))
        if answer.status_code == httpx.codes.OK:
            said = answer.json()
            return said["number"], said["code"]
    raise NotMeasured("the centre had nothing to sell")


def _sale(departure: Departure) -> dict[str, object]:
    return {
        "sale_id": uuid4().hex,
        "service_date": departure.service_date.isoformat(),
        "trip": departure.trip,
        "alighting": departure.stops[0].stop,
        "document": {"kind": 5, "number": "E00000000", "name": "BENCH"},
        "kind": 0,
        "children": 0,
    }
