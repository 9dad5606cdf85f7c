"""Several centres on one database, as several processes of one centre are: what one changes, the others tell."""

import asyncio
import time

import httpx

from sync.server.centre import Centre
from sync.server.settings import Settings
from sync.wire.pull import PullAnswer
from sync.wire.snapshot import SnapshotAnswer
from tests.sync.server.support import Terminal, World

PROMISED_S = 2.0


def other_process(world: World) -> Centre:
    """Another centre on the same database: nothing in it rings here."""
    return Centre.open(Settings(directory=world.directory, clock=world.clock, random=world.random.randbytes))


def test_whoever_waits_at_one_hears_of_a_change_at_another(gate: Terminal, world: World) -> None:
    neighbour = world.enrol("gate", "gate-7")
    cursor = gate.pull(limit=2000).json()["cursor"]
    target = f"/v1/sync/pull?cursor={cursor}&limit=500&wait=25"

    async def scene(other: Centre) -> tuple[httpx.Response, float]:
        transport = httpx.ASGITransport(world.app)
        async with httpx.AsyncClient(transport=transport, base_url=world.url) as client:
            asking = asyncio.create_task(client.get(target, headers=gate.signed("GET", target)))
            while not world.app.state.waiting._waiters:
                await asyncio.sleep(0.001)
            await asyncio.to_thread(other.devices.retire, neighbour.device)
            made = time.monotonic()
            return await asking, time.monotonic() - made

    with other_process(world) as other:
        answer, took = asyncio.run(scene(other))
    told = {(record.kind, record.key): record.body for record in PullAnswer.model_validate_json(answer.content).records}
    assert (told["device", neighbour.device] or {})["state"] == "retired"
    assert took < PROMISED_S


def test_a_snapshot_made_by_one_is_offered_and_served_by_another(gate: Terminal, world: World) -> None:
    station = gate.device.partition("-")[0]
    with other_process(world) as other:
        other.snapshots._fewest = world.centre.snapshots._fewest = 1
        device = other.devices.find(gate.device)
        assert device is not None
        made = other.snapshot(device)
        assert isinstance(made, SnapshotAnswer)
    offered = SnapshotAnswer.model_validate_json(gate.ask("GET", "/v1/sync/snapshot").content)
    assert (offered.id, offered.sha256, str(offered.station)) == (made.id, made.sha256, station)
    assert len(gate.ask("GET", f"/v1/sync/snapshot/{made.id}").content) == made.size
