"""Hundreds of transfers cut in every place, between real processes; then both sides' databases are read and compared.

A till and a gate work on while their line to a real centre dies again and again. Nobody asks the programs afterwards:
the files are opened with plain SQLite, and the journals' events are read from their bytes.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pytest

from sync.cache.snapshot_file import SnapshotFile
from sync.cache.writer import CacheWriter
from sync.comparing.compare import Facts, differences, read_cache, read_centre, read_journals
from sync.comparing.digest import departure_digest
from sync.engine.backoff import Backoff
from sync.engine.engine import Engine
from sync.enrolling import Wish, enrol
from sync.journal.journal import Journal
from sync.line.client import CentreClient
from sync.server.centre import Centre
from sync.server.settings import Settings
from sync.server.setup import initialise
from sync.trusted_time import system_clocks
from sync.wire.enrolment import EnrolAnswer
from tests.sync.centre_process import centre_process
from tests.sync.cutting_proxy import Cut, CuttingProxy
from tests.sync.server.support import small_timetable
from tests.sync.till_life import Act, gate_life, till_life
from tickets.keys import Algorithm, PublicKey, SigningKey

CUTS = 220
KINDS = [cut for cut in Cut if cut is not Cut.NOWHERE]


class Plan:
    """Every third transfer or so goes through; the rest are cut in each place in turn, until there were enough."""

    def __init__(self) -> None:
        self._random = Random(2026)
        self._turn = 0
        self.over = False

    def __call__(self, _head: bytes) -> Cut:
        if self.over or self._random.random() < 0.3:
            return Cut.NOWHERE
        self._turn += 1
        return KINDS[self._turn % len(KINDS)]


@dataclass
class Terminal:
    """A device with its journal, its cache and its engine."""

    directory: Path
    journal: Journal
    cache: CacheWriter
    engine: Engine
    work: Iterator[Act]

    def act(self) -> None:
        """Do the next thing, whatever the line does."""
        act = next(self.work, None)
        if act is not None:
            with self.journal.transaction() as tx:
                act(tx)

    @property
    def in_step(self) -> bool:
        return self.cache.kept_through(self.journal.epoch) == self.journal.head()[0]

    def close(self) -> None:
        self.engine.close()
        self.cache.close()
        self.journal.close()


def enrolled(http: httpx.Client, url: str, code: str, kind: str) -> tuple[EnrolAnswer, SigningKey]:
    key, till_key = SigningKey.generate(), SigningKey.generate()
    wish = Wish(
        code=code,
        kind="till" if kind == "till" else "gate",
        name=f"{kind}-1",
        device_key=key.public,
        till_key=till_key.public if kind == "till" else None,
    )
    return enrol(http, url, wish, bytes(32)), key


def terminal(
    directory: Path, http: httpx.Client, url: str, said: EnrolAnswer, key: SigningKey, work: Iterator[Act], seed: int
) -> Terminal:
    directory.mkdir()
    cache = CacheWriter(directory / "cache.db")
    engine = engine_of(directory, http, url, said, key, cache, seed)
    journal = Journal.create_or_open(
        directory / "journal.db",
        device=said.device,
        prefix=said.prefix,
        clock=engine.clock.now,
        random=Random(seed).randbytes,
    )
    return Terminal(directory, journal, cache, engine, work)


def engine_of(
    directory: Path,
    http: httpx.Client,
    url: str,
    said: EnrolAnswer,
    key: SigningKey,
    cache: CacheWriter,
    seed: int,
    snapshots: SnapshotFile | None = None,
) -> Engine:
    return Engine(
        client=CentreClient(url, said.device, key, http),
        cache=cache,
        journals=[directory / "journal.db"],
        root=PublicKey(Algorithm.EDDSA, said.root_key),
        enrolled_trust=said.trust_list,
        clocks=system_clocks(),
        backoff=Backoff(Random(seed).random, base=0.01, cap=0.02),
        nonce=lambda: secrets.token_bytes(32),
        snapshots=snapshots,
        station=said.station,
    )


@pytest.fixture
def centre_directory(tmp_path: Path) -> Path:
    initialise(tmp_path / "centre", small_timetable())
    return tmp_path / "centre"


def test_both_sides_agree_after_hundreds_of_cut_transfers(tmp_path: Path, centre_directory: Path) -> None:
    with Centre.open(Settings(directory=centre_directory)) as centre:
        codes = {"till": centre.devices.new_code("till", "till-1"), "gate": centre.devices.new_code("gate", "gate-1")}
    plan = Plan()
    with centre_process(centre_directory) as upstream, httpx.Client(trust_env=False) as http:
        direct = f"http://{upstream[0]}:{upstream[1]}"
        till_said, till_key = enrolled(http, direct, codes["till"], "till")
        gate_said, gate_key = enrolled(http, direct, codes["gate"], "gate")
        assert till_said.prefix is not None
        prefix = till_said.prefix
        proxy = CuttingProxy(upstream, plan)
        with proxy.running() as url:
            till_work = (act for n in range(1, 20) for act in till_life(n, prefix))
            gate_work = (act for n in range(1, 30) for act in gate_life(n, prefix))
            terminals = [
                terminal(tmp_path / "till", http, url, till_said, till_key, till_work, 1),
                terminal(tmp_path / "gate", http, url, gate_said, gate_key, gate_work, 2),
            ]
            while proxy.count < CUTS:
                for each in terminals:
                    for _ in range(3):
                        each.act()
                    assert all(fault.what for fault in each.engine.step().problems)
            plan.over = True
            for each in terminals:
                for act in each.work:
                    with each.journal.transaction() as tx:
                        act(tx)
            for _ in range(50):
                done = [each.engine.step() for each in terminals]
                if all(each.in_step for each in terminals) and not any(step.pulled for step in done):
                    break
            for each in terminals:
                assert each.engine.step().problems == ()
                each.close()

    by_kind = {cut: sum(n for (each, _), n in proxy.cuts.items() if each is cut) for cut in Cut}
    assert all(by_kind[cut] >= CUTS // len(KINDS) - 1 for cut in KINDS), by_kind
    pushes = {cut: proxy.cuts[cut, "/v1/sync/push"] for cut in KINDS}
    assert all(count >= 10 for count in pushes.values()), pushes

    centre_knows = read_centre(centre_directory / "centre.db")
    journals = read_journals(each.directory / "journal.db" for each in terminals)
    devices = [till_said.device, gate_said.device]
    assert journals.events is not None
    assert len(journals.events) > 600
    assert journals.tickets
    assert journals.uses
    assert journals.money
    assert journals.claims
    assert differences(centre_knows.by_devices(devices), journals) == []
    for each in terminals:
        cached = read_cache(each.directory / "cache.db")
        assert differences(centre_knows, cached) == []
        assert digests(cached) == digests(centre_knows) != {}


def digests(facts: Facts) -> dict[tuple[str, str], str]:
    """The digest of each departure, of what both a centre and a cache hold: tickets, their uses, allotments."""
    tickets, uses, allotments = facts.tickets or {}, facts.uses or {}, facts.allotments or {}
    departures = {(ticket.service_date, ticket.trip) for ticket in tickets.values()}
    found = {}
    for departure in departures:
        of = {ticket.number: ticket for ticket in tickets.values() if (ticket.service_date, ticket.trip) == departure}
        found[departure] = departure_digest(
            of.values(),
            [use for use in uses.values() if use.number in of],
            [],
            [each for each in allotments.values() if (each.service_date, each.trip) == departure],
        )
    return found
