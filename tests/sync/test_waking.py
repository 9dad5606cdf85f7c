"""The open question: nothing is fetched while it is open, its answer is applied, and nothing is lost when it fails."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from sync.cache.writer import CacheWriter
from sync.engine.backoff import Backoff
from sync.engine.bell import Bell
from sync.engine.engine import Engine
from sync.engine.waking import Waker
from sync.line.client import CentreClient, LineDown, Refused
from sync.trusted_time import Clocks
from sync.wire.pull import PullAnswer
from tests.sync.cache_pages import page, stop
from tests.sync.fake_centre import DEVICE, ROOT, START, FakeCentre, refusal, trust_list
from tickets.errors import EnvironmentFault


class Scripted:
    """Answers questions as a test says, and keeps what was asked."""

    def __init__(self, *answers: PullAnswer | EnvironmentFault) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def pull(self, cursor: str, limit: int, wait: int = 0) -> PullAnswer:
        assert limit == 2000
        self.asked.append((cursor, wait))
        answer = self.answers.pop(0)
        if isinstance(answer, EnvironmentFault):
            raise answer
        return answer


def waker_of(centre: Scripted, *, took: float = 20.0) -> tuple[Waker, list[None]]:
    """A waker without its thread, each of whose questions takes so long; and how often it has woken the engine."""
    woken: list[None] = []
    times = iter(range(1000))
    waker = Waker(centre, lambda: woken.append(None), Backoff(lambda: 0.5, base=2.0), clock=lambda: next(times) * took)
    return waker, woken


def test_an_answer_is_handed_out_once_and_only_for_its_own_cursor() -> None:
    waker, woken = waker_of(Scripted(page([stop(1)], "b"), page([stop(2)], "c"), page([stop(3)], "d")))
    assert waker.due()
    for cursor, follows in (("a", "b"), ("b", "c")):
        waker.caught_up(cursor)
        assert waker.ask() < 1
        assert waker.due()
        answer = waker.page_after(cursor)
        assert answer is not None
        assert answer.cursor == follows
        assert waker.page_after(cursor) is None
    assert len(woken) == 2
    waker.caught_up("c")
    waker.ask()
    assert waker.page_after("elsewhere") is None


@pytest.mark.parametrize("fault", [LineDown("gone", "later"), Refused(410, "gone", "begin again")])
def test_a_question_that_fails_leaves_it_to_the_engine_and_is_put_again_later(fault: EnvironmentFault) -> None:
    waker, woken = waker_of(Scripted(fault, fault, page([], "a")))
    waits = []
    for _ in range(3):
        waker.caught_up("a")
        waits.append(waker.ask())
        assert waker.due()
    assert waits == [2.0, 4.0, 0.25]
    assert len(woken) == 3


def test_a_centre_that_answers_at_once_that_there_is_nothing_is_not_asked_in_circles() -> None:
    waker, _ = waker_of(Scripted(*[page([], "a")] * 3), took=0.01)
    waits = []
    for _ in range(3):
        waker.caught_up("a")
        waits.append(waker.ask())
    assert waits == [2.0, 4.0, 8.0]


class WaitingCentre(FakeCentre):
    """Leaves a question open until a test puts something, or ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.something = threading.Event()
        self.waiting = threading.Event()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if "wait" not in request.url.params:
            return super().answer(request)
        self.waiting.set()
        self.something.wait(20)
        self.something.clear()
        return super().answer(request)


@contextmanager
def engine_of(directory: Path, centre: WaitingCentre, bell: Bell) -> Iterator[tuple[Engine, Waker]]:
    client = CentreClient("http://centre", "kiosk-1", DEVICE, centre.http(), START.timestamp)
    waker = Waker(client, bell.ring, Backoff(Random(1).random), rest_seconds=0.0, wait_seconds=1)
    with CacheWriter(directory / "cache.db") as cache:
        engine = Engine(
            client=client,
            cache=cache,
            journals=[],
            root=ROOT.public,
            enrolled_trust=trust_list(),
            clocks=Clocks(boot=time.monotonic, wall=START.timestamp, boot_id="this"),
            backoff=Backoff(Random(1).random),
            nonce=lambda: bytes(32),
            news=waker,
        )
        waker.start()
        yield engine, waker
        centre.something.set()
        waker.stop()
        engine.close()


def test_the_engine_fetches_nothing_while_the_question_is_open_and_is_woken_by_its_answer(tmp_path: Path) -> None:
    centre, bell = WaitingCentre(), Bell()
    with engine_of(tmp_path, centre, bell) as (engine, waker):
        centre.put(stop(1))
        assert engine.step().pulled == 1
        assert centre.waiting.wait(10)
        while bell.wait(0.0):
            pass
        centre.calls.clear()
        for _ in range(5):
            assert (engine.step().pulled, engine.step().problems) == (0, ())
        assert centre.calls == []
        centre.put(stop(2))
        centre.something.set()
        assert bell.wait(10)
        centre.waiting.clear()
        assert engine.step().pulled == 1
        assert centre.calls == ["/v1/sync/pull"], "the answer is the page: it is not fetched again"
        assert centre.waiting.wait(10), "and the next question is open"
        assert not waker.due()


def test_the_status_tells_when_the_cache_was_last_seen_to_be_new(tmp_path: Path) -> None:
    centre, bell = WaitingCentre(), Bell()
    now = START.timestamp()
    with engine_of(tmp_path, centre, bell) as (engine, _):
        engine.step()
        assert centre.waiting.wait(10)
        first = engine._cache.status()
        assert first is not None
        for _ in range(3):
            engine.step()
        assert engine._cache.status() == first, "nothing was heard: nothing is claimed"
        assert first.last_success_ms == pytest.approx(now * 1000, abs=5000)


def test_a_question_that_is_refused_lets_the_engine_say_why(tmp_path: Path) -> None:
    centre, bell = WaitingCentre(), Bell()
    with engine_of(tmp_path, centre, bell) as (engine, _):
        engine.step()
        assert centre.waiting.wait(10)
        centre.before = lambda request: refusal(403) if "pull" in request.url.path else None
        centre.something.set()
        assert bell.wait(10)
        assert [fault.what for fault in engine.step().problems] == ["no"]


def test_a_bell_that_rang_before_ends_the_next_wait_and_only_that() -> None:
    bell = Bell()
    assert not bell.wait(0.0)
    bell.ring()
    bell.ring()
    assert bell.wait(10)
    assert not bell.wait(0.0)
    bell.stop()
    assert bell.stopped
    assert all(bell.wait(10) for _ in range(3))


def test_a_signal_in_the_middle_of_a_wait_ends_it() -> None:
    bell = Bell()
    before = signal.signal(signal.SIGUSR1, lambda *_: bell.stop())
    try:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        began = time.monotonic()
        assert bell.wait(20)
        assert bell.stopped
        assert time.monotonic() - began < 10
    finally:
        signal.signal(signal.SIGUSR1, before)
