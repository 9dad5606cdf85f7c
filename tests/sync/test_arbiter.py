"""The question to the arbiter: one grant each, and an answer within the budget whatever the other side does."""

import base64
import logging
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from sync.lan.arbiter import Alone, Answer, Granted, NoArbiter, RelayArbiter, Silent, Taken
from sync.wire.relay import ClaimRequest, sign_answer
from tests.sync.bad_server import Conduct, bad_server, closing, dripping, http, saying, silent
from tests.sync.fake_relay import RELAY, FakeRelay
from tickets.keys import PublicKey, SigningKey

DEVICE = SigningKey.from_raw(bytes([4]) * 32)
OTHER = SigningKey.from_raw(bytes([5]) * 32)
DEVICES = {"gate-1": DEVICE.public, "gate-2": OTHER.public}
BUDGET_MS = 80
GRANTED = b'{"epoch": "' + b"e1" * 16 + b'", "answer": "granted", "uses": []}'


def claim(number: int = 1, use_no: int = 1, attempt: int = 1) -> ClaimRequest:
    return ClaimRequest(
        number=f"{number:020d}",
        use_no=use_no,
        attempt=UUID(int=attempt).hex,
        lane="1A",
        at=1_795_000_000_123,
        service_date="2026-11-22",
        trip="K8801",
        persons=2,
        flags=("late",),
        by="code",
        after_seq=7,
        journal_epoch="0a" * 16,
    )


@contextmanager
def arbiter(
    url: str,
    device: str = "gate-1",
    key: SigningKey = DEVICE,
    keys: tuple[PublicKey, ...] = (RELAY.public,),
    budget_ms: int = BUDGET_MS,
) -> Iterator[RelayArbiter]:
    asking = RelayArbiter(url=url, device=device, key=key, relay_keys=lambda: keys, budget_ms=budget_ms)
    try:
        yield asking
    finally:
        asking.close()


@pytest.fixture
def relay() -> FakeRelay:
    return FakeRelay(DEVICES)


def test_a_use_is_granted_once_and_again_to_the_same_attempt(relay: FakeRelay) -> None:
    with relay.serving() as url, arbiter(url) as first, arbiter(url, "gate-2", OTHER) as second:
        assert first.ask(claim(attempt=1)) == Granted()
        taken = second.ask(claim(attempt=2))
        assert first.ask(claim(attempt=1)) == Granted()
        assert second.ask(claim(number=2, attempt=3)) == Granted()
    assert isinstance(taken, Taken)
    [use] = taken.uses
    assert (use.ticket.digits, use.use_no, use.attempt, use.device, use.lane, use.end, use.persons, use.flags) == (
        f"{1:020d}", 1, UUID(int=1), "gate-1", "1A", None, 2, frozenset({"late"}),
    )  # fmt: skip


def test_a_relay_that_does_not_arbitrate_is_as_good_as_silent(relay: FakeRelay) -> None:
    relay.arbitrating = False
    with relay.serving() as url, arbiter(url) as asking:
        assert asking.ask(claim()) == Silent(why="the relay does not arbitrate yet")
        relay.arbitrating = True
        assert asking.ask(claim()) == Granted()


def test_a_station_without_relay_stands_alone() -> None:
    assert NoArbiter().ask(claim()) == Alone()


def forged(connection: socket.socket, over: threading.Event) -> None:
    """A grant signed for this very request, by somebody else's key."""
    while request := connection.recv(65536):
        head = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        signature = next(line for line in head if line.lower().startswith("signature:")).partition(":")[2].strip()
        connection.sendall(http(GRANTED, f"Relay-Signature: {sign_answer(signature, GRANTED, OTHER)}"))


BAD: dict[str, Conduct] = {
    "drips a byte each 20 ms": dripping,
    "accepts and is silent": silent,
    "closes": closing,
    "answers nonsense": saying(b"\x00\xff nonsense \r\n\r\n more of it" * 50),
    "nonsense without an end": saying(b"x" * 3000),
    "is not signed": saying(http(GRANTED)),
    "is signed for another request": saying(
        http(GRANTED, f"Relay-Signature: {base64.b64encode(RELAY.sign(GRANTED)).decode()}")
    ),
    "is forged": forged,
    "has no length": saying(b"HTTP/1.1 200 OK\r\n\r\n" + GRANTED),
    "is too long": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + GRANTED),
    "another's error page": saying(http(b"<html>", status="502 Bad Gateway")),
    "a proxy's page": saying(http(b"<html>", status="404 Not Found")),
}


@pytest.mark.parametrize("name", BAD)
def test_whatever_the_other_side_does_the_budget_holds(name: str) -> None:
    with bad_server(BAD[name]) as url, arbiter(url) as asking:
        took = []
        for n in range(5):
            began = time.perf_counter()
            answer = asking.ask(claim(n))
            took.append((time.perf_counter() - began) * 1000)
            assert isinstance(answer, Silent), answer
            assert answer.why
    assert statistics.median(took) < BUDGET_MS + 10, took


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with arbiter(f"http://127.0.0.1:{port}") as asking:
        began = time.perf_counter()
        answer = asking.ask(claim())
        assert isinstance(answer, Silent)
        assert "cannot be reached" in answer.why
        assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize(("delay", "answered"), [(0.03, True), (0.2, False)])
def test_a_slow_relay_is_waited_for_within_the_budget_only(relay: FakeRelay, delay: float, answered: bool) -> None:
    relay.before = lambda path, _: time.sleep(delay) if path.endswith("claim") else None
    with relay.serving() as url, arbiter(url) as asking:
        took, answers = [], []
        for n in range(5):
            began = time.perf_counter()
            answers.append(asking.ask(claim(n)))
            took.append((time.perf_counter() - began) * 1000)
    assert statistics.median(took) < BUDGET_MS + 10, took
    if answered:
        assert Granted() in answers
    else:
        assert all(isinstance(answer, Silent) for answer in answers)


def test_without_the_relays_key_nobody_is_believed(relay: FakeRelay) -> None:
    with relay.serving() as url, arbiter(url, keys=()) as asking:
        answer = asking.ask(claim())
    assert isinstance(answer, Silent)
    assert "not known" in answer.why


def test_a_stuck_thread_costs_nothing(relay: FakeRelay) -> None:
    """A look-up of a name cannot be cut short: the thread stays behind, the next passenger does not wait for it."""
    stuck = threading.Event()

    def keys() -> tuple[PublicKey, ...]:
        stuck.wait(5)
        return (RELAY.public,)

    with relay.serving() as url:
        asking = RelayArbiter(url=url, device="gate-1", key=DEVICE, relay_keys=keys, budget_ms=40)
        assert isinstance(asking.ask(claim()), Silent)
        began = time.perf_counter()
        answer = asking.ask(claim(2))
        took = time.perf_counter() - began
        assert answer == Silent(why="an earlier question is still on its way")
        assert took < 0.03
        stuck.set()
        assert eventually_granted(asking)
        asking.close()


def test_a_fault_of_our_own_is_silence_and_told(relay: FakeRelay, caplog: pytest.LogCaptureFixture) -> None:
    def keys() -> tuple[PublicKey, ...]:
        raise RuntimeError("a bug")

    with relay.serving() as url:
        asking = RelayArbiter(url=url, device="gate-1", key=DEVICE, relay_keys=keys, budget_ms=1000)
        for _ in range(2):
            assert asking.ask(claim()) == Silent(why="a fault of this program (RuntimeError)")
        asking.close()
    assert [record.message for record in caplog.records].count("arbiter.bug") == 2


def test_lanes_that_ask_at_once_are_all_answered(relay: FakeRelay) -> None:
    @dataclass
    class Lane:
        answers: list[Answer] = field(default_factory=list)

    lanes = [Lane() for _ in range(3)]
    with relay.serving() as url, arbiter(url, budget_ms=1000) as asking:

        def ask(n: int) -> None:
            for m in range(5):
                lanes[n].answers.append(asking.ask(claim(number=n * 10 + m, attempt=n * 10 + m)))

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(lanes))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(lane.answers == [Granted()] * 5 for lane in lanes)


def test_a_relay_that_comes_back_is_used_at_once_and_both_are_told_once(
    relay: FakeRelay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "waystation.arbiter")
    with relay.serving() as url, arbiter(url, budget_ms=500) as asking:
        assert asking.ask(claim(1)) == Granted()
        port = int(url.rpartition(":")[2])
    with arbiter(url, budget_ms=500) as asking:
        for _ in range(3):
            assert isinstance(asking.ask(claim(2)), Silent)
        with relay.serving(port):
            for n in range(3):
                assert asking.ask(claim(3 + n)) == Granted()
        assert isinstance(asking.ask(claim(9)), Silent)
        with relay.serving(port):
            assert asking.ask(claim(10)) == Granted()
    assert [record.message for record in caplog.records] == [
        "arbiter.silent",
        "arbiter.answers",
        "arbiter.silent",
        "arbiter.answers",
    ]


def test_a_connection_that_the_relay_closed_meanwhile_costs_no_answer(relay: FakeRelay) -> None:
    with relay.serving() as url:
        port = int(url.rpartition(":")[2])
        asking = RelayArbiter(url=url, device="gate-1", key=DEVICE, relay_keys=lambda: (RELAY.public,), budget_ms=500)
        assert asking.ask(claim(1)) == Granted()
    with relay.serving(port):
        assert asking.ask(claim(2)) == Granted()
    asking.close()


def eventually_granted(asking: RelayArbiter) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if asking.ask(claim(7)) == Granted():
            return True
    return False
