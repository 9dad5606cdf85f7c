"""A centre in a directory of its own, on a clock that tests set, and terminals that talk to it as real ones do."""

import asyncio
import json
import random as seeded
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI

from sync.code_proof import code_id, code_key, device_proof
from sync.encoding import from_text, to_text
from sync.line.http_signatures import sign_request
from sync.points import Probe, no_probe
from sync.server.app import create_app
from sync.server.centre import Centre
from sync.server.devices import Kind as DeviceKind
from sync.server.key_files import office_token
from sync.server.settings import Policy, Settings
from sync.server.setup import initialise
from sync.server.timetable import Timetable
from sync.wire.enrolment import EnrolRequest
from tests.postgres import copy_database
from tickets.credential import Ticket, issue_delegated
from tickets.events import GENESIS, Event, Kind, chain, head_message, to_bytes, uuid7
from tickets.journey import Journey, TicketKind
from tickets.keys import PublicKey, SigningKey
from tickets.money import Fen
from tickets.numbers import new_number

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Midday in China."""
STATION, OTHER_STATION = 371122, 330523
remembered_key = cache(code_key)
"""The key of a code, stretched once: that takes milliseconds on purpose, and seeded centres make the same codes."""
HOME, NEAR, FAR = 371122001, 371100001, 370200001
DATE = "2026-11-22"
SEATED = "QD1230"
COUNTED = "RZ1230"


def small_timetable(station: int = STATION) -> Timetable:
    """Two lines every half hour, one of 9 numbered seats and one of 6 counted places, an hour and a half ahead."""
    line = {
        "first": "00:00",
        "last": "23:59",
        "every_minutes": 30,
        "bay": "1",
        "identity": "code",
        "plates": ["鲁L61827"],
    }
    near = {"stop": NEAR, "fare": 2500, "minutes": 60}
    return Timetable.model_validate(
        {
            "station": {
                "code": station,
                "name": ["莒县汽车站", "Juxian Coach Station"],
                "operator": ["莒县客运", "Juxian Coaches"],
                "timezone": "Asia/Shanghai",
                "stop": HOME,
            },
            "check_in": {"opens_minutes": 40, "closes_minutes": 3},
            "horizon": {"behind_minutes": 10, "ahead_minutes": 90},
            "stops": [
                {"id": stop, "name": ["某地", name], "pinyin": name, "initials": name[0], "popular": 1}
                for stop, name in ((HOME, "home"), (NEAR, "near"), (FAR, "far"))
            ],
            "lines": [
                {**line, "code": "QD", "gate": "1", "seats": 9, "places": 9,
                 "stops": [near, {"stop": FAR, "fare": 4500, "minutes": 120}]},
                {**line, "code": "RZ", "gate": "2", "seats": None, "places": 6, "stops": [near]},
            ],
        }
    )  # fmt: skip


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)

    @property
    def ms(self) -> int:
        return int(self.at.timestamp() * 1000)


def make_template(directory: Path, database: str = "") -> Path:
    """Set up a centre with two stations once; tests take copies of it."""
    home = directory / "template"
    policy = Policy(payment_provider="sandbox", database=database)
    initialise(home, small_timetable(), policy=policy, clock=Clock(), random=seeded.Random(1).randbytes)
    settings = Settings(directory=home, clock=Clock(), random=seeded.Random(2).randbytes)
    with Centre.open(settings) as centre:
        centre.stations.add(small_timetable(OTHER_STATION))
    return home


@dataclass
class World:
    """A running centre (in this process) and its clock."""

    directory: Path
    clock: Clock
    app: FastAPI
    random: seeded.Random
    url: str = "http://centre.test"

    @property
    def centre(self) -> Centre:
        centre = self.app.state.centre
        assert isinstance(centre, Centre)
        return centre

    def call(
        self, method: str, target: str, body: object = None, headers: Mapping[str, str] | None = None, raw: bytes = b""
    ) -> httpx.Response:
        """One request through the ASGI application."""
        content = raw or (b"" if body is None else json.dumps(body).encode())

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=self.url) as client:
                return await client.request(method, target, content=content, headers=headers)

        return asyncio.run(ask())

    def office(self, target: str, body: object = None, method: str = "POST") -> httpx.Response:
        token = office_token(self.directory, STATION)
        return self.call(method, f"/v1/office/{target}", body, {"Authorization": f"Bearer {token}"})

    def play(self, target: str, body: object = None, method: str = "POST") -> httpx.Response:
        """A call of the office to the payment sandbox."""
        token = office_token(self.directory, STATION)
        return self.call(method, f"/v1/sandbox/{target}", body, {"Authorization": f"Bearer {token}"})

    def incidents(self, kind: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.office("incidents", method="GET").json()["incidents"]
        return [each for each in found if kind is None or each["kind"] == kind]

    def enrol(self, kind: str = "till", name: str = "kiosk-1", station: int = STATION) -> "Terminal":
        kinds: dict[str, DeviceKind] = {"till": "till", "gate": "gate", "relay": "relay"}
        code = self.centre.devices.new_code(kinds[kind], name, station)
        device_key, till_key = SigningKey.generate(), SigningKey.generate()
        answer = self.call("POST", "/v1/enrol", enrol_body(code, kind, name, device_key, till_key))
        assert answer.status_code == 200, answer.text
        said = answer.json()
        return Terminal(
            world=self,
            device=said["device"],
            prefix=said["prefix"],
            key=device_key,
            till_key=till_key,
            certificate=from_text(said["certificate"]) if said["certificate"] else b"",
            epoch=UUID(bytes=self.random.randbytes(16)),
        )

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Every row of a table, read past the centre's own code."""
        return sorted(self._asked(f"SELECT * FROM {table}"), key=repr)

    def _asked(self, question: str) -> list[tuple[Any, ...]]:
        if database := database_of(self.directory):
            with psycopg.connect(database) as other:
                return other.execute(question.encode()).fetchall()
        with sqlite3.connect(f"file:{self.directory / 'centre.db'}?mode=ro", uri=True) as connection:
            found = connection.execute(question).fetchall()
        connection.close()
        return found

    def every_row(self) -> dict[str, list[tuple[Any, ...]]]:
        names = [
            name
            for (name,) in self._asked(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                if database_of(self.directory)
                else "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        return {name: self.rows(name) for name in names}


def enrol_body(
    code: str,
    kind: str,
    name: str,
    device_key: SigningKey,
    till_key: SigningKey,
    nonce: bytes = bytes(32),
    line_key: bytes | None = None,
) -> dict[str, Any]:
    """What a device asks with that knows `code`."""
    key = remembered_key(code)
    asked = EnrolRequest.model_validate(
        {
            "code_id": code_id(key),
            "kind": kind,
            "name": name,
            "device_key": device_key.public.raw,
            "till_key": till_key.public.raw if kind == "till" else None,
            "nonce": nonce,
            "line_key": line_key,
            "proof": bytes(32),
        }
    )
    body: dict[str, Any] = asked.model_copy(update={"proof": device_proof(key, asked)}).model_dump(mode="json")
    return body


@contextmanager
def opened(directory: Path, clock: Clock, probe: Probe = no_probe) -> Iterator[World]:
    random = seeded.Random(3)
    app = create_app(
        Settings(
            directory=directory,
            clock=clock,
            random=random.randbytes,
            probe=probe,
            upkeep_seconds=0,
            sleep=lambda seconds: clock.forward(seconds=seconds),
        )
    )
    world = World(directory=directory, clock=clock, app=app, random=random)
    try:
        yield world
    finally:
        world.centre.close()


def database_of(directory: Path) -> str:
    """The URL of the PostgreSQL database of a centre's directory; empty where it is a file."""
    return Policy.load(directory).database


def copy_of(template: Path, to: Path) -> Path:
    made = Path(shutil.copytree(template, to))
    if database := database_of(template):
        replace(Policy.load(made), database=copy_database(database)).save(made)
    return made


@dataclass
class Terminal:
    """A device with a journal in memory, pushing and pulling over signed HTTP."""

    world: World
    device: str
    prefix: int | None
    key: SigningKey
    till_key: SigningKey
    certificate: bytes
    epoch: UUID
    events: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [GENESIS])

    # ------------------------------------------------------------------ the journal

    def event(self, kind: str, body: Mapping[str, object], **changed: Any) -> bytes:
        """The bytes of the next event, not yet written."""
        at_ms = self.world.clock.ms
        values: dict[str, Any] = {
            "event_id": uuid7(at_ms, self.world.random.randbytes),
            "epoch": self.epoch,
            "seq": len(self.events) + 1,
            "kind": kind,
            "at_ms": at_ms,
            "quality": "trusted",
            "body": body,
        }
        return to_bytes(Event(**(values | changed)))

    def write(self, data: bytes) -> None:
        self.events.append(data)
        self.hashes.append(chain(self.hashes[-1], data))

    def note(self, kind: str, **body: object) -> None:
        """Write one event."""
        self.write(self.event(kind, body))

    def open_journal(self) -> None:
        self.note(Kind.JOURNAL_OPENED, device=self.device, prefix=self.prefix, previous_epoch=None)

    def sell(self, seat: int | None = 1, trip: str = SEATED, paid: bool = True, **changed: object) -> str:
        """Journal a whole sale of one adult; answer the ticket's number."""
        order = self.world.random.randbytes(16).hex()
        seats = None if seat is None else [seat]
        self.note("order.held", order=order, service_date=DATE, trip=trip, seats=seats, count=1, total=2500)
        self.note("money.taken", order=order, fen=5000, method="cash", counter=None)
        self.note("money.returned", order=order, fen=2500, method="cash")
        if paid:
            self.note("order.paid", order=order, fen=2500, method="cash")
        journey = Journey(
            service_date=NOON.date(), trip=trip, boarding=HOME, alighting=NEAR, seat=seat, kind=TicketKind.ADULT,
            children=0, fare=Fen(2500), tag=b"12345678",
        )  # fmt: skip
        assert self.prefix is not None
        ticket = Ticket(new_number(self.prefix, self.world.random.randbytes), NOON + timedelta(days=1), journey)
        body: dict[str, object] = {
            "order": order, "number": ticket.number.digits, "service_date": DATE, "trip": trip, "boarding": HOME,
            "alighting": NEAR, "seat": seat, "kind": 0, "children": 0, "fare": 2500, "tag": b"12345678",
            "expires": int(ticket.expires.timestamp()), "sealed": b"sealed",
            "code": issue_delegated(ticket, self.till_key, self.certificate),
        }  # fmt: skip
        self.write(self.event("ticket.issued", body | changed))
        self.note("ticket.delivered", number=ticket.number.digits, how="printed", outcome="done", copy=0)
        return ticket.number.digits

    def let_in(self, number: str, end: str | None = "passed", use_no: int = 1, purpose: str = "admission") -> bytes:
        """Journal a use of a ticket and how it ended; answer the attempt."""
        attempt = self.world.random.randbytes(16)
        self.note(
            "use.claimed", number=number, use_no=use_no, attempt=attempt, service_date=DATE, trip=SEATED, lane="1",
            persons=1, flags=[], by="code", purpose=purpose,
        )  # fmt: skip
        if end is not None:
            self.end(number, attempt, end, use_no)
        return attempt

    def end(self, number: str, attempt: bytes, end: str, use_no: int = 1) -> None:
        more: dict[str, object] = {"passed": {"persons": 1}, "released": {"why": "not_started"}, "unresolved": {}}[end]  # type: ignore[assignment]  # a table of maps
        self.note(f"use.{end}", number=number, use_no=use_no, attempt=attempt, **more)

    # ------------------------------------------------------------------ the line

    def batch(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """Events `first` to `last` as a push's body."""
        end = len(self.events) if last is None else last
        head = self.hashes[end]
        return {
            "protocol": 1,
            "epoch": self.epoch.hex,
            "prefix": self.prefix,
            "first_seq": first,
            "previous": to_text(self.hashes[first - 1]),
            "events": [to_text(data) for data in self.events[first - 1 : end]],
            "head": {
                "seq": end,
                "hash": to_text(head),
                "signature": to_text(self.key.sign(head_message(self.epoch, end, head))),
            },
        }

    def signed(self, method: str, target: str, raw: bytes = b"", **changed: Any) -> dict[str, str]:
        """The headers of a signed request."""
        values: dict[str, Any] = {
            "key": self.key,
            "keyid": self.device,
            "created": int(self.world.clock.at.timestamp()),
            "nonce": self.world.random.randbytes(8).hex(),
        }
        return sign_request(method, self.world.url + target, {}, raw, **(values | changed))

    def send(self, body: object) -> httpx.Response:
        raw = json.dumps(body).encode()
        return self.world.call("POST", "/v1/sync/push", raw=raw, headers=self.signed("POST", "/v1/sync/push", raw))

    def ask(self, method: str, target: str, body: object = None) -> httpx.Response:
        """Any signed call."""
        raw = b"" if body is None else json.dumps(body).encode()
        return self.world.call(method, target, raw=raw, headers=self.signed(method, target, raw))

    def push(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """Push events, expecting them to be taken."""
        answer = self.send(self.batch(first, last))
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def results(self, said: Mapping[str, Any]) -> list[str]:
        return [each["result"] for each in said["results"]]

    def pull(self, cursor: str = "", limit: int = 500) -> httpx.Response:
        target = f"/v1/sync/pull?cursor={cursor}&limit={limit}"
        return self.world.call("GET", target, headers=self.signed("GET", target))

    def pull_all(self, limit: int = 500) -> dict[tuple[str, str], Any]:
        """Everything, as a terminal's cache would hold it after catching up; its certificate is renewed if it ended."""
        if self.pull(limit=1).status_code == 403:
            self.ask("POST", "/v1/device/renew", {})
        cache: dict[tuple[str, str], Any] = {}
        cursor, more = "", True
        while more:
            said = self.pull(cursor, limit).json()
            for record in said["records"]:
                cache[record["kind"], record["key"]] = record["body"]
            cursor, more = said["cursor"], said["more"]
        return cache


def root_of(directory: Path) -> PublicKey:
    from tickets.keys import Algorithm

    return PublicKey(Algorithm.EDDSA, bytes.fromhex((directory / "root.pub").read_text()))
