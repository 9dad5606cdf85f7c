"""The HTTP surface: every refusal says what and hint, quotes nothing, and stops at a size."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sync.encoding import from_text, to_text
from sync.points import ALL_POINTS
from sync.server.requests import MAX_BODY_BYTES
from sync.wire.types import ErrorAnswer
from tests.sync.server.support import Clock, Terminal, World, opened, root_of
from tickets.time_token import open_time
from tickets.trust import KeyUse, Trust, open_trust_list


def test_health(world: World) -> None:
    said = world.call("GET", "/v1/health").json()
    assert said["ok"] is True
    assert said["version"]


def test_time_is_signed_for_the_nonce(world: World, gate: Terminal, clock: Clock) -> None:
    nonce = secrets.token_bytes(32)
    token = from_text(world.call("POST", "/v1/time", {"nonce": to_text(nonce)}).json()["token"])
    trust_list = open_trust_list(from_text(gate.pull_all()["trust", ""]["list"]), root_of(world.directory))
    assert open_time(token, nonce, Trust(trust_list).keys(KeyUse.TIME)) == clock.ms


@pytest.mark.parametrize("body", [{"nonce": "short"}, {"nonce": to_text(bytes(15))}, {}, [], "text", None])
def test_a_question_for_time_that_cannot_be_read(world: World, body: object) -> None:
    answer = world.call("POST", "/v1/time", body)
    assert answer.status_code == 422
    assert set(answer.json()) == {"what", "hint"}


def test_calls_that_do_not_exist(world: World) -> None:
    for method, target, status in (("GET", "/", 404), ("GET", "/v1/sync/push", 405), ("GET", "/v2/health", 404)):
        answer = world.call(method, target)
        assert answer.status_code == status
        assert set(answer.json()) == {"what", "hint"}


def test_no_refusal_quotes_what_was_sent(till: Terminal) -> None:
    planted = "PLANTED-SECRET"
    batch = till.batch() | {"epoch": planted}
    answers = [
        till.send(batch),
        till.send([planted]),
        till.pull(cursor=planted),
        till.pull(limit=planted),  # type: ignore[arg-type]  # nonsense is the point
        till.world.call("POST", "/v1/enrol", {"code_id": planted}),
        till.world.call("POST", f"/v1/{planted}"),
        till.world.call("POST", "/v1/time", raw=planted.encode()),
    ]
    assert {each.status_code for each in answers} == {404, 410, 422}
    for answer in answers:
        ErrorAnswer.model_validate(answer.json())
        assert planted not in answer.text


@pytest.mark.parametrize("target", ["/v1/time", "/v1/enrol", "/v1/sync/push"])
def test_a_body_too_large_is_refused_before_it_is_read_whole(world: World, target: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 4 * MAX_BODY_BYTES:
            sent += 65536
            yield b" " * 65536

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url=world.url) as client:
            return await client.post(target, content=endless())

    answer = asyncio.run(ask())
    assert answer.status_code == 413
    assert set(answer.json()) == {"what", "hint"}
    assert sent <= MAX_BODY_BYTES + 65536


def test_the_contract_is_published(world: World) -> None:
    said = world.call("GET", "/openapi.json").json()
    push = said["paths"]["/v1/sync/push"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"epoch", "first_seq", "previous", "events", "head"} <= set(push["properties"])
    assert "$ref" not in json.dumps(push)
    assert {path.split("/")[2] for path in said["paths"] if path.startswith("/v1/")} == {
        "health", "time", "enrol", "device", "sync", "office", "payments", "uses", "tickets", "sandbox",
    }  # fmt: skip


def test_the_probe_hears_only_points_that_are_in_the_list(directory: Path, clock: Clock) -> None:
    heard: list[str] = []
    with opened(directory, clock, heard.append) as world:
        till = world.enrol()
        till.open_journal()
        till.sell()
        till.push()
        world.office("refunds", {"number": "1" * 20})
        till.ask("POST", f"/v1/payments/{'1a' * 16}/reverse")
        use = {"number": "1" * 20, "use_no": 1, "attempt": "1a" * 16, "purpose": "refund", "lane": "1", "persons": 1}
        till.ask("POST", "/v1/uses", use | {"at": 1})
        till.note("invoice.asked", invoice="5a" * 16, number="1" * 20, fen=1, why="travel", token="6b" * 16)
        till.push()
        world.call("POST", f"/i/{'6b' * 16}", raw=b"")
        world.centre.stations.upkeep()
    assert set(heard) <= set(ALL_POINTS)
    assert heard.index("centre:push:commit:before") + 1 == heard.index("centre:push:commit:after")
    assert {point for point in ALL_POINTS if point.startswith("centre:")} - set(heard) == {
        "centre:sale:commit:before",
        "centre:sale:commit:after",
    }
