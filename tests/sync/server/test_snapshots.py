"""A snapshot is what pages would have told: signed, fetched in parts over a bad line, taken over whole or not."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import Connection

from sync.cache.reader import CacheReader
from sync.cache.snapshot_file import SnapshotFile
from sync.cache.writer import CacheWriter
from sync.comparing.compare import differences, read_cache
from sync.engine.backoff import Backoff
from sync.engine.engine import Engine
from sync.line.client import CentreClient
from sync.server import snapshots
from sync.server.changes import Changes
from sync.server.settings import Policy
from sync.server.trust_lists import current_list
from sync.trusted_time import Clocks
from sync.wire.pull import Record
from sync.wire.records import TicketBody
from sync.wire.snapshot import TICKET, SnapshotAnswer, TicketRecord, read_lines
from tests.sync.cache_pages import ticket
from tests.sync.server.app_line import AppLine, cut
from tests.sync.server.support import DATE, OTHER_STATION, STATION, Clock, Terminal, World, opened, root_of
from tickets.errors import PeerError
from tickets.service_day import CHINA

SEATS = range(1, 9)


@pytest.fixture(autouse=True)
def _worth_it(directory: Path) -> None:
    """Let even a small station have snapshots."""
    replace(Policy.load(directory), snapshot_from_records=1).save(directory)


@dataclass
class Synced:
    """A gate's stores and engine, on a line to the centre."""

    directory: Path
    line: AppLine
    cache: CacheWriter
    engine: Engine
    clock: Clock

    def step(self, later: float = 400.0) -> int:
        self.clock.forward(seconds=later)
        return self.engine.step().pulled

    def problems(self) -> list[str]:
        self.clock.forward(seconds=400)
        return [fault.what for fault in self.engine.step().problems]

    def asked(self, path: str) -> int:
        return sum(request.url.path == path for request in self.line.asked)

    def parts(self) -> list[str]:
        return [each.headers["range"] for each in self.line.asked if "range" in each.headers]


def trust_list_of(world: World) -> bytes:
    with world.centre.house.read() as connection:
        signed = current_list(connection)
    assert signed is not None
    return signed


@contextmanager
def syncing(directory: Path, gate: Terminal, line: AppLine) -> Iterator[Synced]:
    directory.mkdir(exist_ok=True)
    world = gate.world
    with CacheWriter(directory / "cache.db") as cache:
        engine = Engine(
            client=CentreClient(world.url, gate.device, gate.key, httpx.Client(transport=line)),
            cache=cache,
            journals=[],
            root=root_of(world.directory),
            enrolled_trust=trust_list_of(world),
            clocks=Clocks(
                boot=lambda: world.clock.at.timestamp(), wall=lambda: world.clock.at.timestamp(), boot_id="this"
            ),
            backoff=Backoff(Random(1).random, base=0.1, cap=0.2),
            nonce=lambda: world.random.randbytes(32),
            snapshots=SnapshotFile(directory / "cache.db"),
            station=STATION,
        )
        yield Synced(directory, line, cache, engine, world.clock)
        engine.close()


@pytest.fixture
def line(world: World) -> AppLine:
    return AppLine(world.app)


@pytest.fixture
def synced(tmp_path: Path, gate: Terminal, till: Terminal, line: AppLine) -> Iterator[Synced]:
    for seat in SEATS:
        till.sell(seat=seat)
    till.push()
    with syncing(tmp_path / "gate", gate, line) as made:
        yield made


def by_pages(tmp_path: Path, gate: Terminal, line: AppLine) -> Path:
    """The cache of somebody who has never heard of snapshots."""
    home = tmp_path / "by-pages"
    home.mkdir()
    client = CentreClient(gate.world.url, gate.device, gate.key, httpx.Client(transport=line))
    client = client.dated_by(lambda: gate.world.clock.at.timestamp())
    with CacheWriter(home / "cache.db") as cache:
        more = True
        while more:
            page = client.pull(cache.cursor(), 7)
            cache.apply(page)
            more = page.more
    return home / "cache.db"


def records_in(path: Path) -> set[tuple[object, ...]]:
    reader = CacheReader(path)
    found = set(reader._file.rows("SELECT kind, key, body FROM records"))
    reader.close()
    return found


def test_a_new_terminal_takes_a_snapshot_and_has_what_pages_tell(
    tmp_path: Path, synced: Synced, gate: Terminal, line: AppLine
) -> None:
    assert synced.step() > len(SEATS)
    assert synced.asked("/v1/sync/pull") == 1, "only what has changed since"
    assert len(synced.parts()) == 1
    other, mine = by_pages(tmp_path, gate, line), synced.directory / "cache.db"
    assert records_in(mine) == records_in(other)
    facts = read_cache(mine)
    assert facts.tickets
    assert len(facts.tickets) == len(SEATS)
    assert differences(facts, read_cache(other)) == []
    assert not list(synced.directory.glob("*.snapshot"))
    line.asked.clear()
    assert synced.step() == 0
    assert [request.url.path for request in line.asked if "time" not in request.url.path] == ["/v1/sync/pull"]


def test_the_file_is_lines_in_order_without_tombstones_or_keys_that_are_to_be_destroyed(
    synced: Synced, gate: Terminal
) -> None:
    answer = SnapshotAnswer.model_validate_json(gate.ask("GET", "/v1/sync/snapshot").content)
    whole = gate.ask("GET", f"/v1/sync/snapshot/{answer.id}")
    assert whole.status_code == 200
    assert (len(whole.content), hashlib.sha256(whole.content).digest()) == (answer.size, answer.sha256)
    lines = [json.loads(line) for line in gzip.decompress(whole.content).splitlines()]
    assert len(lines) == answer.records
    keys = [(line["kind"], line["key"]) for line in lines]
    assert keys == sorted(keys)
    assert all(line["body"] is not None for line in lines)
    kinds = {kind for kind, _ in keys}
    assert "day_key" not in kinds
    assert {"station", "stop", "departure", "ticket", "trust"} <= kinds
    assert {record.kind for record in answer.besides} == {"day_key"}
    secrets = [str((record.body or {})["key"]).encode() for record in answer.besides]
    for path in (gate.world.directory / "snapshots").iterdir():
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        assert not any(secret in data for secret in secrets)


def test_kinds_and_fields_that_are_not_known_yet_are_kept(synced: Synced, gate: Terminal, world: World) -> None:
    station = world.centre.stations.timetables()[STATION].station.model_dump(mode="json") | {"wifi": "free"}

    def put(_: Connection, changes: Changes) -> None:
        changes.put("weather", "today", {"rain": True, "wind": {"from": "north"}})
        changes.put("station", "", station)

    world.centre.house.transact("setup", STATION, put)
    synced.step()
    assert synced.asked("/v1/sync/snapshot") == 1
    assert synced.cache.record("weather", "today") == {"rain": True, "wind": {"from": "north"}}
    assert (synced.cache.record("station", "") or {})["wifi"] == "free"
    world.centre.house.transact("setup", STATION, lambda _, changes: changes.put("weather", "today", {"rain": False}))
    synced.step()
    assert synced.cache.record("weather", "today") == {"rain": False}


@pytest.mark.parametrize(
    ("asked", "status", "first", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, None),
        ("bytes=5-999999999", 206, 5, None),
        ("bytes=999999999-", 416, 0, 0),
        ("bytes=9-5", 416, 0, 0),
        ("bytes=-5", 200, 0, None),
        ("bytes=0-1,3-4", 200, 0, None),
        ("lines=0-1", 200, 0, None),
    ],
)
def test_any_range_of_it_is_served(
    synced: Synced, gate: Terminal, asked: str, status: int, first: int, end: int | None
) -> None:
    answer = SnapshotAnswer.model_validate_json(gate.ask("GET", "/v1/sync/snapshot").content)
    target = f"/v1/sync/snapshot/{answer.id}"
    whole = gate.ask("GET", target).content
    tag = f'"{answer.sha256.hex()}"'
    got = gate.world.call("GET", target, headers=gate.signed("GET", target) | {"Range": asked, "If-Range": tag})
    assert got.status_code == status
    if status == 416:
        assert got.headers["content-range"] == f"bytes */{answer.size}"
        assert set(got.json()) == {"what", "hint"}
        return
    assert got.content == whole[first:end]
    if status == 206:
        assert got.headers["content-range"] == f"bytes {first}-{first + len(got.content) - 1}/{answer.size}"
    other = gate.signed("GET", target) | {"Range": asked, "If-Range": '"another"'}
    assert gate.world.call("GET", target, headers=other).content == whole


def test_nothing_of_another_station_can_be_had(synced: Synced, gate: Terminal, world: World) -> None:
    ours = SnapshotAnswer.model_validate_json(gate.ask("GET", "/v1/sync/snapshot").content)
    stranger = world.enrol("gate", "far", OTHER_STATION)
    theirs = SnapshotAnswer.model_validate_json(stranger.ask("GET", "/v1/sync/snapshot").content)
    assert (ours.station, theirs.station) == (STATION, OTHER_STATION)
    assert stranger.ask("GET", f"/v1/sync/snapshot/{ours.id}").status_code == 404
    for name in ("0" * 32, f"..{ours.id[2:]}", "x"):
        assert gate.ask("GET", f"/v1/sync/snapshot/{name}").status_code in (404, 422)
    world.centre.devices.retire(gate.device)
    assert gate.ask("GET", "/v1/sync/snapshot").status_code == 403
    assert gate.ask("GET", f"/v1/sync/snapshot/{ours.id}").status_code == 403


def test_a_made_snapshot_is_shared_for_a_while_and_then_swept(synced: Synced, gate: Terminal, clock: Clock) -> None:
    def newest() -> str:
        return str(gate.ask("GET", "/v1/sync/snapshot").json()["id"])

    first = newest()
    clock.forward(minutes=9)
    assert newest() == first
    clock.forward(minutes=2)
    second = newest()
    assert second != first
    assert gate.ask("GET", f"/v1/sync/snapshot/{first}").status_code == 200, "whoever is in the middle of it goes on"
    clock.forward(hours=7)
    newest()
    assert gate.ask("GET", f"/v1/sync/snapshot/{first}").status_code == 404
    assert len(list((gate.world.directory / "snapshots").iterdir())) == 2


def test_a_station_with_few_records_is_pulled_in_pages(directory: Path, tmp_path: Path, clock: Clock) -> None:
    replace(Policy.load(directory), snapshot_from_records=5000).save(directory)
    with opened(directory, clock) as world:
        gate = world.enrol("gate", "gate-1")
        line = AppLine(world.app)
        with syncing(tmp_path / "gate", gate, line) as synced:
            assert synced.step() > 0
            assert synced.asked("/v1/sync/snapshot") == 1
            assert synced.problems() == []
            assert synced.asked("/v1/sync/snapshot") == 1, "it is only asked for by who has nothing"


@pytest.mark.parametrize("restart", [False, True])
def test_a_line_that_is_cut_again_and_again_costs_no_byte_twice(
    tmp_path: Path, synced: Synced, gate: Terminal, line: AppLine, monkeypatch: pytest.MonkeyPatch, restart: bool
) -> None:
    monkeypatch.setattr("sync.cache.snapshot_copy.FIRST_PART", 100)
    monkeypatch.setattr("sync.cache.snapshot_copy.LARGEST_PART", 100)
    ends = 0

    def every_third(request: httpx.Request) -> httpx.Response | None:
        nonlocal ends
        if "range" in request.headers:
            ends += 1
            if ends % 3 == 0:
                return cut(request)
        return None

    line.before = every_third
    synced.cache.close()
    synced.engine.close()
    home, steps = tmp_path / "cut", 0
    while steps < 100:
        with syncing(home, gate, line) as again:
            steps += 1
            while not again.step() and not restart:
                steps += 1
            if again.cache.cursor():
                break
    assert steps > 5
    done = [each.headers["range"] for each in line.asked if "range" in each.headers]
    asked = [int(each.removeprefix("bytes=").split("-")[0]) for each in done]
    assert asked == sorted(asked)
    assert all(asked.count(first) <= 2 for first in asked), "only what was cut is asked for again"
    assert differences(read_cache(home / "cache.db"), read_cache(by_pages(tmp_path, gate, line))) == []


class _BrokenOff(httpx.SyncByteStream):
    """A body whose line is cut in the middle."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        raise httpx.ReadError("cut")


def test_a_line_that_never_brings_a_whole_part_still_brings_the_file(
    synced: Synced, line: AppLine, gate: Terminal
) -> None:
    def halve(request: httpx.Request) -> httpx.Response | None:
        if "range" not in request.headers:
            return None
        line.before = lambda _: None
        with httpx.Client(transport=line) as client:
            whole = client.send(request)
        line.before = halve
        return httpx.Response(
            206, headers=whole.headers, stream=_BrokenOff(whole.content[: len(whole.content) // 2 + 1])
        )

    line.before = halve
    assert synced.step() > len(SEATS)
    firsts = [int(each.removeprefix("bytes=").split("-")[0]) for each in synced.parts()[::2]]
    assert len(firsts) > 5
    assert firsts == sorted(set(firsts)), "no byte is asked for twice"


def test_the_old_copy_serves_until_the_new_one_is_whole_and_what_the_lan_told_stays(
    synced: Synced, till: Terminal, line: AppLine, world: World
) -> None:
    synced.step()
    number = till.sell(trip="QD1300", seat=1)
    till.push()
    before = records_in(synced.directory / "cache.db")
    synced.cache._connection.execute(
        "INSERT INTO lan_uses VALUES (x'0000000000000007', 1, zeroblob(16), 'gate-2', '1', 1, NULL, 'admission', 1, '',"
        " NULL, NULL)"
    )
    world.centre.house.store.instance = world.centre.snapshots._instance = "another00000"
    line.before = lambda request: cut(request) if "range" in request.headers else None
    synced.step()
    assert records_in(synced.directory / "cache.db") == before
    assert synced.cache.snapshot() is not None
    line.before = lambda _: None
    synced.step()
    facts = read_cache(synced.directory / "cache.db")
    assert facts.tickets is not None
    assert (number,) in facts.tickets
    assert len(synced.cache.all("SELECT * FROM lan_uses")) == 1


def test_a_snapshot_that_is_gone_is_begun_anew(synced: Synced, line: AppLine, world: World) -> None:
    dropped = 0

    def drop_the_first(request: httpx.Request) -> None:
        nonlocal dropped
        if "range" in request.headers and not dropped:
            dropped += 1
            for path in (world.directory / "snapshots").iterdir():
                path.unlink()

    line.before = drop_the_first
    assert synced.step() > len(SEATS)
    assert synced.asked("/v1/sync/snapshot") == 2


def forged(line: AppLine, **changed: object) -> None:
    """Let the line change what the centre says of its snapshot."""

    def change(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != "/v1/sync/snapshot":
            return None
        line.before = lambda _: None
        with httpx.Client(transport=line) as client:
            said = client.send(request).json()
        line.before = change
        return httpx.Response(200, json=said | changed)

    line.before = change


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"station": OTHER_STATION}, "not signed"),
        ({"size": 7}, "not signed"),
        ({"sha256": "A" * 43}, "not signed"),
        ({"cursor": "abc"}, "not signed"),
        ({"records": 3}, "not signed"),
        ({"made_at": 99}, "not signed"),
        ({"signature": "A" * 86}, "not signed"),
    ],
)
def test_a_snapshot_that_the_centre_did_not_sign_so_is_not_believed(
    synced: Synced, line: AppLine, changed: dict[str, object], what: str
) -> None:
    forged(line, **changed)
    (problem,) = synced.problems()
    assert what in problem
    assert synced.cache.cursor() == ""
    line.before = lambda _: None
    assert synced.problems() == []


def test_bytes_that_are_not_those_that_were_signed_are_not_taken_over(synced: Synced, line: AppLine) -> None:
    def spoil(request: httpx.Request) -> httpx.Response | None:
        if "range" not in request.headers:
            return None
        first, last = request.headers["range"].removeprefix("bytes=").split("-")
        return httpx.Response(206, content=bytes(int(last) + 1 - int(first)))

    line.before = spoil
    (problem,) = synced.problems()
    assert "not what was signed" in problem
    assert synced.cache.cursor() == ""
    line.before = lambda _: None
    assert synced.problems() == []


def test_an_old_snapshot_that_is_played_back_is_not_taken_over(synced: Synced, line: AppLine, gate: Terminal) -> None:
    old = gate.ask("GET", "/v1/sync/snapshot").json()
    synced.step()
    synced.clock.forward(days=1)
    synced.step()
    synced.cache.set("cursor", "")
    line.before = lambda request: httpx.Response(200, json=old) if request.url.path == "/v1/sync/snapshot" else None
    (problem,) = synced.problems()
    assert "older than what is known" in problem


def test_a_large_one_is_made_apart_and_asked_for_again(
    synced: Synced, gate: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "AT_ONCE", 1)
    monkeypatch.setattr(snapshots, "_PATIENCE_S", 0.0)
    answers = [gate.ask("GET", "/v1/sync/snapshot")]
    while answers[-1].status_code == 503:
        assert answers[-1].headers["retry-after"] == "2"
        assert len(answers) < 1000
        answers.append(gate.ask("GET", "/v1/sync/snapshot"))
    assert answers[-1].status_code == 200
    assert synced.step() > len(SEATS)


def test_a_terminal_that_was_away_for_longer_than_tombstones_are_kept_begins_anew(
    synced: Synced, till: Terminal, line: AppLine, world: World
) -> None:
    synced.step()
    for _ in range(44):
        world.clock.forward(days=1)
        world.centre.stations.upkeep()
    line.asked.clear()
    assert synced.step() > 0
    assert synced.asked("/v1/sync/snapshot") == 1
    assert read_cache(synced.directory / "cache.db").tickets == {}
    reader = CacheReader(synced.directory / "cache.db")
    assert reader.day_key(world.clock.at.astimezone(CHINA).date()) is not None
    assert reader.departure_as_told(date.fromisoformat(DATE), "QD1230") is None
    reader.close()


def test_a_ticket_in_a_file_is_held_to_the_same_contract_as_in_a_page() -> None:
    page, file = TicketBody.model_json_schema(), TICKET.json_schema()
    assert {name: _bare(each) for name, each in page["properties"].items()} == {
        name: _bare(each) for name, each in file["properties"].items()
    }
    assert page["required"] == file["required"]
    good = f'{{"kind":"ticket","key":"{1:020d}","change":1,"body":{json.dumps(ticket(1).body)}}}'.encode()
    (told,) = read_lines([good])
    assert isinstance(told, TicketRecord)
    for bad in (
        good.replace(b'"valid"', b'"good"'),
        good.replace(b"4500", b"-1"),
        good.replace(b"2026-11", b"2026-13"),
    ):
        assert isinstance(read_lines([good, bad])[1], Record)
    for no_record in (b"[]", b"{}", b'{"kind":"ticket"}', b"x"):
        with pytest.raises(ValueError):
            read_lines([good, no_record])


def _bare(schema: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in schema.items() if name not in ("title", "default")}


def test_a_file_that_is_signed_and_is_no_records_is_given_up(tmp_path: Path) -> None:
    file = SnapshotFile(tmp_path / "cache.db")
    file.add(0, b"no gzip at all")
    with pytest.raises(PeerError, match="not gzip"):
        list(file.runs())
    file.add(0, gzip.compress(b"[1]\n[2]\n[3]")[:-9])
    with pytest.raises(PeerError):
        list(file.runs())
    file.remove()
    assert file.size == 0
