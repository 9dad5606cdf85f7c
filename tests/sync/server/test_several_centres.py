"""Several centres, processes of their own, on one PostgreSQL: to terminals they are one."""

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sync.server.setup import initialise
from tests.sync.centre_process import centre_process
from tests.sync.server.support import Clock, Terminal, World, opened, small_timetable

CENTRES = 2


@dataclass
class Together:
    """Centres that share a database; `world` is one more of them, in this process."""

    world: World
    urls: list[str]
    line: httpx.Client

    def send(self, terminal: Terminal, at: int, method: str, target: str, body: object = None) -> httpx.Response:
        """A signed call at one of the processes."""
        raw = b"" if body is None else json.dumps(body).encode()
        headers = terminal.signed(method, target, raw)
        return self.line.request(method, self.urls[at % len(self.urls)] + target, content=raw, headers=headers)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Together]:
    directory = tmp_path_factory.mktemp("centres") / "centre"
    initialise(directory, small_timetable(), database=request.getfixturevalue("postgres").create("several"))
    with ExitStack() as stack:
        served = [stack.enter_context(centre_process(directory)) for _ in range(CENTRES)]
        world = stack.enter_context(opened(directory, Clock(at=datetime.now(UTC))))
        line = stack.enter_context(httpx.Client(timeout=30, trust_env=False))
        yield Together(world=world, urls=[f"http://{host}:{port}" for host, port in served], line=line)


def test_a_cursor_of_one_is_a_cursor_of_all(together: Together) -> None:
    gate = together.world.enrol("gate", "gate-cursor")
    cursor = ""
    for at in range(2 * CENTRES):
        answer = together.send(gate, at, "GET", f"/v1/sync/pull?cursor={cursor}&limit=3")
        assert answer.status_code == 200, answer.text
        cursor = answer.json()["cursor"]


def test_what_is_brought_to_several_at_once_is_there_once_and_everybody_learns_it(together: Together) -> None:
    """Four gates bring every batch to two centres at the same moment, while three terminals pull from all of them."""
    gates = [together.world.enrol("gate", f"gate-{each}") for each in range(4)]
    terminals = [together.world.enrol("gate", f"learns-{each}") for each in range(3)]
    numbers: list[str] = []
    for each, gate in enumerate(gates):
        gate.open_journal()
        for use in range(8):
            numbers.append(f"{each:010d}{use:010d}")
            gate.let_in(numbers[-1])
    over = threading.Event()

    def bring(gate: Terminal) -> None:
        chance = random.Random(gate.device)
        first = 1
        while first <= len(gate.events):
            last = min(len(gate.events), first + chance.randint(0, 6))
            batch = gate.batch(first, last)
            with ThreadPoolExecutor(2) as both:
                asked = [
                    both.submit(together.send, gate, at, "POST", "/v1/sync/push", batch) for at in (first, first + 1)
                ]
                answers = [each.result() for each in asked]
            assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
            assert answers[0].json()["results"] == answers[1].json()["results"]
            first = last + 1

    def learn(terminal: Terminal) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        cursor, at, more = "", 0, True
        while more or not over.is_set():
            ending = over.is_set()
            said = together.send(terminal, at, "GET", f"/v1/sync/pull?cursor={cursor}&limit=50").json()
            seen |= {record["key"]: record["body"] for record in said["records"] if record["kind"] == "use"}
            cursor, at = said["cursor"], at + 1
            more = said["more"] or not ending
        return seen

    with ThreadPoolExecutor(len(gates) + len(terminals)) as pool:
        learning = [pool.submit(learn, terminal) for terminal in terminals]
        bringing: list[Future[None]] = [pool.submit(bring, gate) for gate in gates]
        try:
            for done in bringing:
                done.result()
        finally:
            over.set()
        known = [each.result() for each in learning]
    for seen in known:
        assert {key for key, use in seen.items() if use["end"] == "passed"} == {f"{number}/1" for number in numbers}
    kept = together.world.rows("events")
    assert len(kept) == len({(row[1], row[2]) for row in kept}) == sum(len(gate.events) for gate in gates)
    assert together.world.incidents() == []


def test_who_waits_at_one_hears_of_what_another_was_told(together: Together) -> None:
    waits, gate = together.world.enrol("gate", "waits"), together.world.enrol("gate", "tells")
    gate.open_journal()
    gate.let_in("7" * 20)
    cursor = ""
    while True:
        said = together.send(waits, 0, "GET", f"/v1/sync/pull?cursor={cursor}&limit=2000").json()
        cursor = said["cursor"]
        if not said["records"]:
            break
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(together.send, waits, 0, "GET", f"/v1/sync/pull?cursor={cursor}&limit=2000&wait=20")
        assert together.send(gate, 1, "POST", "/v1/sync/push", gate.batch()).status_code == 200
        records = waiting.result(timeout=10).json()["records"]
    assert [(record["kind"], record["key"]) for record in records] == [("use", f"{'7' * 20}/1")]
