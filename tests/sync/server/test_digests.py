"""Both sides count a departure alike exactly when they know the same, and what differs is told and changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from sync.cache.writer import CacheWriter
from sync.comparing.digests_here import own_here, told_here
from sync.engine.backoff import Backoff
from sync.engine.engine import Engine
from sync.journal.journal import Journal
from sync.line.client import CentreClient
from sync.server.trust_lists import current_list
from sync.trusted_time import Clocks
from sync.wire.digest import DigestAnswer
from tests.sync.server.app_line import AppLine
from tests.sync.server.support import DATE, OTHER_STATION, SEATED, Terminal, World, root_of
from tests.sync.till_life import TRIP, gate_life, live, till_life
from tickets.events import GENESIS


@dataclass
class Synced:
    """A till's journal and cache, kept in step with the centre by an engine that compares."""

    world: World
    device: Terminal
    cache: CacheWriter
    journal: Journal
    engine: Engine
    client: CentreClient
    line: AppLine

    def step(self, later: float = 400.0) -> None:
        self.world.clock.forward(seconds=later)
        assert self.engine.step().problems == ()

    def asked(self) -> list[tuple[str, str]]:
        """The trips that were asked for, and how."""
        return [
            (request.method, request.url.params.get("trip", ""))
            for request in self.line.asked
            if request.url.path == "/v1/sync/digest"
        ]

    @property
    def worry(self) -> str:
        status = self.cache.status()
        assert status is not None
        return status.worry


@contextmanager
def syncing(directory: Path, device: Terminal) -> Iterator[Synced]:
    world = device.world
    directory.mkdir()
    line = AppLine(world.app)
    with world.centre.house.read() as connection:
        trust_list = current_list(connection)
    assert trust_list is not None
    client = CentreClient(world.url, device.device, device.key, httpx.Client(transport=line), world.clock.at.timestamp)
    with CacheWriter(directory / "cache.db") as cache:
        engine = Engine(
            client=client,
            cache=cache,
            journals=[directory / "journal.db"],
            root=root_of(world.directory),
            enrolled_trust=trust_list,
            clocks=Clocks(
                boot=lambda: world.clock.at.timestamp(), wall=lambda: world.clock.at.timestamp(), boot_id="this"
            ),
            backoff=Backoff(Random(1).random, base=0.1, cap=0.2),
            nonce=lambda: world.random.randbytes(32),
            compares=True,
        )
        journal = Journal.create_or_open(
            directory / "journal.db",
            device=device.device,
            prefix=device.prefix,
            clock=engine.clock.now,
            random=Random(7).randbytes,
        )
        client = client.dated_by(lambda: world.clock.at.timestamp())
        yield Synced(world, device, cache, journal, engine, client, line)
        journal.close()
        engine.close()


@pytest.fixture
def synced(tmp_path: Path, world: World) -> Iterator[Synced]:
    till = world.enrol("till", "kiosk-9")
    with syncing(tmp_path / "till", till) as made:
        yield made


def lived(synced: Synced, orders: int = 4) -> None:
    """Let the till sell on a coach that the centre knows, and be in step."""
    prefix = synced.device.prefix
    assert prefix is not None
    for n in range(1, orders + 1):
        live(synced.journal, till_life(n, prefix, SEATED))
    synced.step(1)
    synced.step(1)


def test_what_a_till_did_and_was_told_is_counted_alike_on_both_sides(synced: Synced) -> None:
    before = told_here(synced.cache.all, DATE, SEATED)
    lived(synced)
    epoch = synced.journal.epoch.hex
    answer = synced.client.digest(DATE, SEATED, epoch)
    assert answer.told == told_here(synced.cache.all, DATE, SEATED) != before
    assert answer.own == own_here(synced.journal, synced.device.device, epoch, DATE, SEATED) != answer.told
    assert synced.client.digest(DATE, "RZ1230", epoch).own != answer.own


def test_what_a_gate_did_is_counted_alike_on_both_sides(tmp_path: Path, world: World) -> None:
    with syncing(tmp_path / "gate", world.enrol("gate", "gate-9")) as synced:
        for n in range(1, 5):
            live(synced.journal, gate_life(n))
        synced.step(1)
        epoch = synced.journal.epoch.hex
        answer = synced.client.digest(DATE, TRIP, epoch)
        nothing = synced.client.digest(DATE, "OTHER", epoch)
        assert answer.own == own_here(synced.journal, synced.device.device, epoch, DATE, TRIP) != nothing.own
        assert answer.told == nothing.told == told_here(synced.cache.all, DATE, TRIP)


def test_what_a_gate_did_before_it_lost_its_journal_is_no_difference(world: World) -> None:
    """Its new journal cannot count that; of departures since then it counts all."""
    gate = world.enrol("gate", "gate-9")
    gate.open_journal()
    before, since = "1" * 20, "2" * 20
    gate.let_in(before)
    gate.push()
    world.clock.forward(hours=1)
    gate.epoch, gate.events, gate.hashes = UUID(bytes=world.random.randbytes(16)), [], [GENESIS]
    gate.open_journal()
    present = gate.epoch.hex
    gate.note(
        "use.claimed", number=since, use_no=1, attempt=bytes(16), service_date=DATE, trip="SINCE", lane="1", persons=1,
        flags=[], by="code", purpose="admission",
    )  # fmt: skip
    gate.push()

    def own(trip: str, epoch: str) -> str | None:
        target = f"/v1/sync/digest?service_date={DATE}&trip={trip}&epoch={epoch}"
        return DigestAnswer.model_validate_json(gate.ask("GET", target).content).own

    assert own(SEATED, present) is None
    nothing, something = own("OTHER", present), own("SINCE", present)
    assert None not in (nothing, something)
    assert something != nothing
    told = {"service_date": DATE, "trip": SEATED, "epoch": present, "told": "ab" * 32, "own": "cd" * 32, "times": 3}
    gate.ask("POST", "/v1/sync/digest", told)
    (incident,) = world.incidents("digest_differs")
    assert incident["body"]["differs"] == ["told"]


def test_departures_are_compared_once_they_have_left_and_each_only_until_it_is_the_same(synced: Synced) -> None:
    lived(synced)
    assert ("GET", SEATED) not in synced.asked()
    synced.step(3600)
    before = -1
    while len(synced.asked()) > before:
        before = len(synced.asked())
        synced.step(61)
    assert synced.asked().count(("GET", SEATED)) == 1
    assert len(synced.asked()) == len(set(synced.asked())) > 1
    assert synced.worry == ""
    assert synced.world.incidents("digest_differs") == []


@pytest.mark.parametrize("spoilt", ["told", "own"])
def test_what_differs_again_and_again_is_told_to_staff_on_both_sides(synced: Synced, spoilt: str) -> None:
    lived(synced)
    if spoilt == "told":
        synced.cache._connection.execute("UPDATE tickets SET fare = fare + 1")
    else:
        spoil = text("UPDATE money SET fen = fen + 1")
        synced.world.centre.house.store.transact("setup", lambda connection: connection.execute(spoil))
    synced.step(3600)
    for _ in range(2):
        assert synced.worry == ""
        assert synced.world.incidents("digest_differs") == []
        synced.step(61)
    assert SEATED in synced.worry
    (incident,) = synced.world.incidents("digest_differs")
    assert incident["subject"] == f"{DATE}/{SEATED}/{synced.device.device}"
    assert incident["body"]["differs"] == [spoilt]
    if spoilt == "told":
        synced.cache._connection.execute("UPDATE tickets SET fare = fare - 1")
        for _ in range(20):
            synced.step(61)
        assert synced.worry == "", "it is looked at again until it is the same"
    assert len(synced.world.incidents("digest_differs")) == 1


def test_nothing_of_another_device_or_station_can_be_counted(synced: Synced, world: World) -> None:
    lived(synced)
    epoch = synced.journal.epoch.hex
    ours = synced.client.digest(DATE, SEATED, epoch)
    neighbour, stranger = world.enrol("till", "kiosk-8"), world.enrol("till", "far", OTHER_STATION)
    target = f"/v1/sync/digest?service_date={DATE}&trip={SEATED}&epoch={epoch}"
    theirs = DigestAnswer.model_validate_json(neighbour.ask("GET", target).content)
    assert theirs.own is None
    far = DigestAnswer.model_validate_json(stranger.ask("GET", target).content)
    assert far.own is None
    assert far.told != ours.told
    assert world.call("GET", target).status_code == 401
    world.centre.devices.retire(neighbour.device)
    assert neighbour.ask("GET", target).status_code == 403
    for wrong in ("service_date=2026-13-01&trip=X", "service_date=2026-11-22", "service_date=2026-11-22&trip=%20"):
        assert stranger.ask("GET", f"/v1/sync/digest?{wrong}").status_code == 422
