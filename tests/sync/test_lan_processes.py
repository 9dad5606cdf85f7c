"""A station whose centre says nothing, in real processes: a relay, and a `waystation sync` for each of two gates.

The tests are the gates: they write the gates' journals, read the gates' caches and ask the arbiter. Their caches were
filled by a centre before its line was cut.
"""

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.encoding import to_text
from sync.engine.status import LanStatus, SyncStatus
from sync.journal.journal import Journal
from sync.journal.uses import claim_use, end_use
from sync.lan.arbiter import Answer, Granted, RelayArbiter, Taken
from sync.lan.outbox import Outbox
from sync.lan.relay_keys import RelayKeys
from sync.server.relay.ledger import RELAY_DB
from sync.wire.pull import Record
from sync.wire.relay import ClaimRequest
from tests.sync.cache_pages import TRIP, departure, page, station
from tests.sync.relay_process import ROOT, relay_process
from tests.sync.till_life import DAY, ticket_number
from tickets.admission import TimeQuality, TrustedNow
from tickets.keys import SigningKey
from tickets.staff import Act, StaffFact, sign_fact
from tickets.trust import Badge, Role, TrustList, sign_trust_list
from tickets.uses import UseEnd

ROOT_KEY, MANAGER = SigningKey.generate(), SigningKey.generate()
STATION = 7
GATES = ("gate-a", "gate-b")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def trust_list() -> bytes:
    now = datetime.now(UTC)
    badge = Badge(
        number="0102", initials="WX", role=Role.DUTY_MANAGER, key=MANAGER.public, expires=now + timedelta(days=9)
    )
    listed = TrustList(version=1, issued=now, expires=now + timedelta(days=90), keys=(), badges=(badge,))
    return sign_trust_list(listed, ROOT_KEY)


def enrol(directory: Path, device: str, kind: str, key: SigningKey, trust: bytes) -> None:
    """The files that an enrolment leaves."""
    directory.mkdir()
    (directory / "device.pem").write_bytes(key.to_pem())
    (directory / "trust.cbor").write_bytes(trust)
    kept = {
        "device": device, "name": device, "kind": kind, "station": STATION, "prefix": None,
        "root_key": to_text(ROOT_KEY.public.raw), "certificate": None,
    }  # fmt: skip
    (directory / "enrolment.json").write_text(json.dumps(kept))


def told_by_the_centre(directory: Path, keys: dict[str, SigningKey]) -> None:
    """The cache as the centre left it."""
    devices = [
        Record(
            kind="device",
            key=name,
            body={
                "device": name, "kind": name.partition("-")[0], "name": name, "key": key.public.raw.hex(),
                "state": "active",
            },
            change=1,
        )
        for name, key in keys.items()
    ]  # fmt: skip
    with CacheWriter(directory / "cache.db") as cache:
        cache.apply(page([station(), departure(), *devices], "a"))
        cache.set_status(SyncStatus(line_up=True, last_success_ms=int(time.time() * 1000), queued=0))


@dataclass
class Gate:
    """What a gate's own process would have: its journal, its view of the cache, its arbiter."""

    directory: Path
    journal: Journal
    cache: CacheReader
    arbiter: RelayArbiter

    def claim(self, number: int, use_no: int = 1) -> tuple[Answer, UUID]:
        """Ask, and write the use down when it is granted."""
        attempt = uuid4()
        answer = self.arbiter.ask(
            ClaimRequest(
                number=ticket_number(number).digits,
                use_no=use_no,
                attempt=attempt.hex,
                lane="1",
                at=int(time.time() * 1000),
                service_date=DAY.isoformat(),
                trip=TRIP,
                persons=1,
                by="code",
                after_seq=self.journal.head()[0],
                journal_epoch=self.journal.epoch.hex,
            )
        )
        if isinstance(answer, Granted):
            with self.journal.transaction() as tx:
                assert claim_use(
                    tx,
                    ticket=ticket_number(number),
                    use_no=use_no,
                    attempt=attempt,
                    service_date=DAY,
                    trip=TRIP,
                    lane="1",
                    persons=1,
                    by="code",
                )
        return answer, attempt

    def end(self, number: int, attempt: UUID, end: UseEnd, use_no: int = 1) -> None:
        with self.journal.transaction() as tx:
            end_use(tx, ticket=ticket_number(number), use_no=use_no, attempt=attempt, end=end)

    def sign(self, act: Act, **what: object) -> None:
        """A staff fact at this terminal."""
        said: dict[str, object] = {"service_date": DAY, "trip": TRIP, **what}
        fact = StaffFact(fact_id=uuid4(), station=STATION, badge="0102", act=act, at=datetime.now(UTC), **said)  # type: ignore[arg-type]  # each test says which
        Outbox(self.directory).put(fact.fact_id.hex, sign_fact(fact, MANAGER))

    def gate_of_departure(self) -> str:
        found = self.cache.departure(DAY, TRIP)
        return "" if found is None else found.gate

    def ends(self, number: int) -> list[UseEnd | None]:
        return [use.end for use in self.cache.uses(ticket_number(number))]

    @property
    def status(self) -> LanStatus:
        return self.cache.lan_status() or LanStatus(relay_up=False)


class Station:
    """Two gates with their syncs, and a relay that the tests start and kill."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        keys = {name: SigningKey.generate() for name in ("relay-1", *GATES)}
        trust = trust_list()
        for name, key in keys.items():
            enrol(directory / name, name, name.partition("-")[0], key, trust)
            told_by_the_centre(directory / name, keys)
        self._open = ExitStack()
        # whoever asks this centre is connected, and waits until its own patience ends
        self._centre = self._open.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.a, self.b = (self._gate(name, keys[name]) for name in GATES)
        for name in GATES:
            self._sync(name)

    def _gate(self, name: str, key: SigningKey) -> Gate:
        directory = self.directory / name
        journal = Journal.create_or_open(
            directory / "journal.db",
            device=name,
            prefix=None,
            clock=lambda: TrustedNow(at=datetime.now(UTC), quality=TimeQuality.DEGRADED),
            random=secrets.token_bytes,
        )
        self._open.callback(journal.close)
        cache = CacheReader(directory / "cache.db")
        self._open.callback(cache.close)
        keys = RelayKeys(directory / "cache.db")
        url = f"http://127.0.0.1:{self.port}"
        arbiter = RelayArbiter(url=url, device=name, key=key, relay_keys=keys, budget_ms=1000)
        self._open.callback(arbiter.close)
        return Gate(directory, journal, cache, arbiter)

    def _sync(self, name: str) -> None:
        config = self.directory / f"{name}.toml"
        config.write_text(
            f'directory = "{name}"\n[centre]\nurl = "http://127.0.0.1:{self._centre.getsockname()[1]}"\n'
            f'[relay]\nurl = "http://127.0.0.1:{self.port}"\n'
        )
        log = self._open.enter_context((self.directory / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", "station.cli", "sync", "--config", str(config)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        self._open.callback(self._stopped, process)
        assert process.stdout is not None
        assert b"ready" in process.stdout.readline(), (self.directory / f"{name}.log").read_text()

    def _stopped(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.poll() is None, "sync has ended by itself"
        process.kill()  # it waits for the centre
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text()

    def in_step(self) -> None:
        """Wait until the arbiter grants to both gates."""
        until(lambda: all(gate.status.relay_up and gate.status.arbitrating for gate in (self.a, self.b)), 15)

    def close(self) -> None:
        self._open.close()


def until(holds: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait until it holds; answers how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not come to hold"
        time.sleep(0.005)
    return time.monotonic() - began


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path)
    yield station
    station.close()


def test_what_happens_at_one_gate_is_known_at_the_other(place: Station) -> None:
    with relay_process(place.directory / "relay-1", place.port):
        place.in_step()
        # a use granted at one gate is taken at the other, at once and by the arbiter's word
        granted, attempt = place.a.claim(1)
        assert granted == Granted()
        assert isinstance(place.b.claim(1)[0], Taken)
        assert until(lambda: place.b.ends(1) == [None]) < 1.0
        # given back: known to the other gate's cache and to the arbiter
        place.a.end(1, attempt, UseEnd.RELEASED)
        assert until(lambda: place.b.ends(1) == [UseEnd.RELEASED]) < 1.0
        assert until(lambda: place.b.claim(1, 2)[0] == Granted()) < 1.0
        # a staff fact at one gate is obeyed at the other
        place.a.sign(Act.GATE, gate="9")
        assert until(lambda: place.b.gate_of_departure() == "9") < 1.0
        assert place.a.gate_of_departure() == "9"
        assert until(lambda: place.a.status.facts_waiting == 0) < 1.0


def test_a_killed_relay_goes_on_where_it_was(place: Station) -> None:
    relay = place.directory / "relay-1"
    with relay_process(relay, place.port):
        place.in_step()
        granted, attempt = place.a.claim(1)
        assert granted == Granted()
        place.a.end(1, attempt, UseEnd.PASSED)
        until(lambda: place.b.ends(1) == [UseEnd.PASSED])
    until(lambda: not place.a.status.relay_up and not place.b.status.relay_up)
    # nobody answers: a staff fact is obeyed where it was signed, and a use is decided and written down
    place.a.sign(Act.GATE, gate="9")
    assert until(lambda: place.a.gate_of_departure() == "9") < 1.0
    unarbitrated = uuid4()
    with place.a.journal.transaction() as tx:
        assert claim_use(
            tx, ticket=ticket_number(2), use_no=1, attempt=unarbitrated, service_date=DAY, trip=TRIP, lane="1",
            persons=1, by="code", flags=["unarbitrated"],
        )  # fmt: skip
    with relay_process(relay, place.port):
        until(lambda: place.b.gate_of_departure() == "9")
        until(lambda: place.b.ends(2) == [None])
        assert isinstance(place.b.claim(1)[0], Taken), "the same arbiter, with all that it knew"
        assert isinstance(place.b.claim(2)[0], Taken)
        place.in_step()
        logs = [place.log(name) for name in GATES]
    for said in logs:
        assert (said.count("lan.relay_lost"), said.count("lan.relay_back")) == (2, 2), said  # the first: at the start
        assert said.count("lan.arbiter") == 1, said
        assert "Traceback" not in said
        assert "lan.trouble" not in said


def test_an_emptied_relay_is_silent_until_it_has_heard_everything_again(place: Station) -> None:
    relay = place.directory / "relay-1"
    with relay_process(relay, place.port):
        place.in_step()
        granted, attempt = place.a.claim(1)
        assert granted == Granted()
        place.a.end(1, attempt, UseEnd.PASSED)
        until(lambda: place.b.ends(1) == [UseEnd.PASSED])
    for each in relay.glob(f"{RELAY_DB}*"):
        each.unlink()
    with relay_process(relay, place.port):
        until(lambda: all(place.log(name).count("lan.arbiter") == 2 for name in GATES), 15)
        place.in_step()
        assert isinstance(place.b.claim(1)[0], Taken), "the use that the former arbiter granted is known to this one"
        assert place.b.claim(3)[0] == Granted()
