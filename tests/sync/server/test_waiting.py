"""Calls that are left open: answered when something changes, at the latest when their time is over, and all at the end.

Time is the event loop's own; what is waited for is waited for, not slept through.
"""

import asyncio
import gzip
import json
import threading
from collections.abc import Awaitable, Collection, Mapping

import httpx
import pytest

from sync.server.waiting import Waiting
from sync.wire.pull import PullAnswer
from tests.sync.server.support import OTHER_STATION, STATION, Terminal, World

LONG = 20.0


class Numbers:
    """The latest changes as a database would have them, and how often they were looked at."""

    def __init__(self) -> None:
        self.latest = {1: 10, 2: 20}
        self.looks: list[set[int]] = []
        self.broken = False

    def __call__(self, of: Collection[int]) -> Mapping[int, int]:
        self.looks.append(set(of))
        if self.broken:
            raise OSError("no database")
        return {station: self.latest[station] for station in of if station in self.latest}


def seconds(work: Awaitable[object]) -> float:
    async def timed() -> float:
        began = asyncio.get_running_loop().time()
        await asyncio.wait_for(work, 10)
        return asyncio.get_running_loop().time() - began

    return asyncio.run(timed())


def test_somebody_who_lags_behind_does_not_wait() -> None:
    assert seconds(Waiting(Numbers()).changed(1, 9, LONG)) < 5


def test_one_who_waits_is_let_go_when_the_time_is_over() -> None:
    assert 0.05 <= seconds(Waiting(Numbers()).changed(1, 10, 0.05)) < 5


def test_a_station_that_is_gone_is_not_waited_for() -> None:
    assert seconds(Waiting(Numbers()).changed(3, 0, LONG)) < 5


def test_a_change_by_another_process_is_noticed_and_lets_only_its_own_station_go() -> None:
    numbers = Numbers()
    waiting = Waiting(numbers, every=0.01)

    async def scene() -> None:
        ours = [asyncio.create_task(waiting.changed(1, 10, LONG)) for _ in range(50)]
        theirs = asyncio.create_task(waiting.changed(2, 20, LONG))
        while len(numbers.looks) < 3:
            await asyncio.sleep(0.001)
        assert not any(each.done() for each in ours)
        numbers.latest[1] = 11
        await asyncio.gather(*ours)
        assert not theirs.done()
        theirs.cancel()

    asyncio.run(asyncio.wait_for(scene(), 10))
    assert numbers.looks[1] == {1, 2}, "one look for all"


def test_a_change_in_this_process_rings_and_is_noticed_at_once() -> None:
    numbers = Numbers()
    waiting = Waiting(numbers, every=LONG)

    async def scene() -> None:
        waiter = asyncio.create_task(waiting.changed(1, 10, LONG))
        while not numbers.looks:
            await asyncio.sleep(0.001)
        numbers.latest[1] = 11
        ringer = threading.Thread(target=waiting.ring)
        ringer.start()
        await waiter
        ringer.join()

    asyncio.run(asyncio.wait_for(scene(), 10))
    assert len(numbers.looks) == 2


def test_nobody_looks_while_nobody_waits() -> None:
    numbers = Numbers()
    waiting = Waiting(numbers, every=0.001)

    async def scene() -> None:
        await waiting.changed(1, 10, 0.02)
        await asyncio.sleep(0.05)  # what is tested is that nothing happens meanwhile
        before = len(numbers.looks)
        await asyncio.sleep(0.05)
        assert len(numbers.looks) == before
        waiting.ring()

    asyncio.run(scene())


def test_the_end_lets_everybody_go_and_nobody_in() -> None:
    numbers = Numbers()
    waiting = Waiting(numbers, every=LONG)

    async def scene() -> None:
        waiters = [asyncio.create_task(waiting.changed(1, 10, LONG)) for _ in range(3)]
        while not numbers.looks:
            await asyncio.sleep(0.001)
        waiting.end()
        await asyncio.gather(*waiters)
        await waiting.changed(1, 10, LONG)

    asyncio.run(asyncio.wait_for(scene(), 10))


def test_a_database_that_cannot_be_asked_costs_only_time(caplog: pytest.LogCaptureFixture) -> None:
    numbers = Numbers()
    numbers.broken = True
    waiting = Waiting(numbers, every=0.01)

    async def scene() -> None:
        waiter = asyncio.create_task(waiting.changed(1, 10, LONG))
        while len(numbers.looks) < 2:
            await asyncio.sleep(0.001)
        numbers.broken, numbers.latest[1] = False, 11
        await waiter

    asyncio.run(asyncio.wait_for(scene(), 10))
    assert "waiting.look_failed" in caplog.text


async def pulled(till: Terminal, cursor: str, wait: int) -> httpx.Response:
    target = f"/v1/sync/pull?cursor={cursor}&limit=500&wait={wait}"
    transport = httpx.ASGITransport(till.world.app)
    async with httpx.AsyncClient(transport=transport, base_url=till.world.url) as client:
        return await client.get(target, headers=till.signed("GET", target))


def test_a_pull_waits_until_there_is_something(till: Terminal, gate: Terminal) -> None:
    till.sell()
    number = till.sell(seat=2)
    cursor = gate.pull(limit=2000).json()["cursor"]

    async def scene() -> tuple[httpx.Response, bool]:
        asking = asyncio.create_task(pulled(gate, cursor, 20))
        while not till.world.app.state.waiting._waiters:
            await asyncio.sleep(0.001)
        waited = not asking.done()
        await asyncio.to_thread(till.push)
        return await asking, waited

    answer, waited = asyncio.run(asyncio.wait_for(scene(), 10))
    assert waited
    records = PullAnswer.model_validate_json(answer.content).records
    assert ("ticket", number) in {(record.kind, record.key) for record in records}


def test_another_stations_change_wakes_nobody_here(till: Terminal, world: World) -> None:
    stranger = world.enrol("till", "far", OTHER_STATION)
    cursor = till.pull(limit=2000).json()["cursor"]

    async def scene() -> httpx.Response:
        asking = asyncio.create_task(pulled(till, cursor, 1))
        while not world.app.state.waiting._waiters:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(world.centre.devices.retire, stranger.device)
        return await asking

    answer = asyncio.run(asyncio.wait_for(scene(), 10))
    assert answer.json() == {"records": [], "cursor": cursor, "more": False}


def test_a_device_that_is_revoked_while_it_waits_is_told_nothing(till: Terminal, world: World) -> None:
    gate = world.enrol("gate", "gate-2", STATION)
    cursor = gate.pull(limit=2000).json()["cursor"]

    async def scene() -> httpx.Response:
        asking = asyncio.create_task(pulled(gate, cursor, 20))
        while not world.app.state.waiting._waiters:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(world.centre.devices.revoke, gate.device)
        return await asking

    answer = asyncio.run(asyncio.wait_for(scene(), 10))
    assert answer.status_code == 403


def test_a_wait_that_is_too_long_is_refused(till: Terminal) -> None:
    assert till.ask("GET", "/v1/sync/pull?cursor=&limit=5&wait=26").status_code == 422


@pytest.mark.parametrize(
    ("asked", "compressed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False), ("identity", False), ("", False)],
)
def test_a_page_is_compressed_for_who_takes_it_so(till: Terminal, asked: str, compressed: bool) -> None:
    target = "/v1/sync/pull?cursor=&limit=500"

    async def ask() -> tuple[bytes, httpx.Headers]:
        transport = httpx.ASGITransport(till.world.app)
        async with httpx.AsyncClient(transport=transport, base_url=till.world.url) as client:
            headers = till.signed("GET", target) | {"accept-encoding": asked}
            async with client.stream("GET", target, headers=headers) as answer:
                return b"".join([part async for part in answer.aiter_raw()]), answer.headers

    body, headers = asyncio.run(ask())
    assert (headers.get("content-encoding") == "gzip") is compressed
    assert headers["vary"] == "Accept-Encoding"
    page = json.loads(gzip.decompress(body) if compressed else body)
    assert page == till.pull().json()
