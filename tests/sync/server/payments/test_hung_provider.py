"""A provider that has stopped holds up its own callers, and nobody else at the centre."""

import asyncio
import json
import random
import threading
from pathlib import Path

import httpx

from sync.server.app import create_app
from sync.server.money_calls import AT_ONCE
from sync.server.payments.sandbox import Behaviour
from sync.server.settings import Settings
from tests.sync.server.support import STATION, Clock, World


def test_journals_are_taken_in_while_every_payment_hangs(directory: Path, clock: Clock) -> None:
    goes_on, hanging = threading.Event(), threading.Semaphore(0)

    def hang(_seconds: float) -> None:
        hanging.release()
        assert goes_on.wait(20)

    seeded = random.Random(3)
    app = create_app(Settings(directory=directory, clock=clock, random=seeded.randbytes, upkeep_seconds=0, sleep=hang))
    world = World(directory=directory, clock=clock, app=app, random=seeded)
    till = world.enrol()
    till.open_journal()
    assert world.centre.sandbox is not None
    world.centre.sandbox.behave(STATION, Behaviour(silent=True), AT_ONCE + 40)

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=world.url, timeout=20) as client:

            async def call(method: str, target: str, body: object = None) -> int:
                raw = b"" if body is None else json.dumps(body).encode()
                headers = till.signed(method, target, raw)
                return (await client.request(method, target, content=raw, headers=headers)).status_code

            wish = {"order": "2b" * 16, "fen": 1, "way": "show"}
            payments = [
                asyncio.create_task(call("POST", "/v1/payments", wish | {"payment": f"{n:032x}"}))
                for n in range(AT_ONCE + 40)
            ]
            for _ in range(AT_ONCE):
                assert await asyncio.to_thread(hanging.acquire, timeout=10)
            others = [call("POST", "/v1/sync/push", till.batch()), call("GET", "/v1/sync/pull?cursor=&limit=10")]
            try:
                done = await asyncio.wait_for(asyncio.gather(*others), 10)
                assert not any(task.done() for task in payments)
            finally:
                goes_on.set()
            return [*done, *await asyncio.gather(*payments)]

    try:
        assert set(asyncio.run(ask())) == {200}
    finally:
        world.centre.close()
