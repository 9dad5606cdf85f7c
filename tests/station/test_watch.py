"""What is told to systemd, by whom, and when it is not: over real datagram sockets, with a clock moved by hand."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from station.heart import Heart
from station.sd_notify import SdNotify
from station.watchdog import Watchdog


class Manager:
    """The service manager's end."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(2)
        bound = self.socket.getsockname()
        self.variable = f"@{bound[1:].decode()}" if isinstance(bound, bytes) else bound

    def environment(self, watchdog: str = "", pid: str = "") -> dict[str, str]:
        return {"NOTIFY_SOCKET": self.variable, "WATCHDOG_USEC": watchdog, "WATCHDOG_PID": pid}

    def hears(self) -> str:
        return self.socket.recv(4096).decode()

    def hears_nothing(self) -> bool:
        self.socket.setblocking(False)
        try:
            self.socket.recv(4096)
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(2)
        return False


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    # an abstract address is picked by the kernel when it is bound to nothing
    manager = Manager(str(tmp_path / "notify") if request.param == "path" else "")
    yield manager
    manager.socket.close()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_states_arrive_as_systemd_wants_them(manager: Manager) -> None:
    notify = SdNotify(manager.environment())
    notify.ready()
    notify.alive()
    notify.status("two\nlines of\tit " + "x" * 500)
    notify.stopping()
    assert [manager.hears() for _ in range(2)] == ["READY=1", "WATCHDOG=1"]
    status = manager.hears()
    assert status.startswith("STATUS=two lines of it xxx")
    assert len(status) < 220
    assert manager.hears() == "STOPPING=1"


@pytest.mark.parametrize("address", ["", "relative/path", "vsock:2:1", "@nobody-listens-here", "/nowhere/at/all"])
def test_without_a_manager_nothing_happens(address: str) -> None:
    notify = SdNotify({"NOTIFY_SOCKET": address})
    notify.ready()
    notify.alive()
    notify.stopping()


def test_a_manager_that_does_not_listen_delays_nobody(tmp_path: Path) -> None:
    deaf = Manager(str(tmp_path / "notify"))
    notify = SdNotify(deaf.environment())
    for _ in range(5000):  # far more than the socket's queue takes
        notify.alive()
    deaf.socket.close()


@pytest.mark.parametrize(
    ("microseconds", "pid", "seconds"),
    [
        ("15000000", "", 15.0),
        ("15000000", "own", 15.0),
        ("15000000", "1", 0.0),
        ("", "", 0.0),
        ("-5", "", 0.0),
        ("soon", "", 0.0),
    ],
)
def test_the_watchdogs_time_is_read_if_it_is_ours(microseconds: str, pid: str, seconds: float) -> None:
    environment = {"WATCHDOG_USEC": microseconds, "WATCHDOG_PID": str(os.getpid()) if pid == "own" else pid}
    assert SdNotify(environment).watchdog_seconds == seconds


def test_the_watchdog_is_fed_while_all_loops_go_round(manager: Manager) -> None:
    clock = Clock()
    watchdog = Watchdog(SdNotify(manager.environment("12000000")), ["1A", "1B"], monotonic=clock)
    fed = 0
    for _ in range(600):  # a minute of two lanes that look ten times a second
        clock.now += 0.1
        for lane in ("1A", "1B"):
            watchdog.stepped(lane)
            while not manager.hears_nothing():
                fed += 1
    assert 19 <= fed <= 21  # every three seconds, and not with each round


def test_a_lane_that_hangs_is_not_hidden_by_another_that_works(manager: Manager) -> None:
    clock = Clock()
    watchdog = Watchdog(SdNotify(manager.environment("12000000")), ["1A", "1B"], monotonic=clock)
    watchdog.stepped("1A")
    watchdog.stepped("1B")
    assert manager.hears() == "WATCHDOG=1"
    silent_since = clock.now
    last_fed = silent_since
    while clock.now < silent_since + 30:  # 1B hangs, 1A goes on
        clock.now += 0.1
        watchdog.stepped("1A")
        if not manager.hears_nothing():
            last_fed = clock.now
    assert last_fed - silent_since <= 6.1  # half of the time: systemd waits for the other half and then ends us
    watchdog.stepped("1B")  # it was only slow
    assert manager.hears() == "WATCHDOG=1"


def test_a_lane_that_never_began_is_not_waited_for_in_silence(manager: Manager) -> None:
    clock = Clock()
    watchdog = Watchdog(SdNotify(manager.environment("12000000")), ["1A", "1B"], monotonic=clock)
    clock.now += 5
    watchdog.stepped("1A")
    assert manager.hears() == "WATCHDOG=1"
    clock.now += 5
    watchdog.stepped("1A")
    assert manager.hears_nothing()


def test_without_a_watchdog_nothing_is_fed(manager: Manager) -> None:
    watchdog = Watchdog(SdNotify(manager.environment()), ["1A"])
    for _ in range(100):
        watchdog.stepped("1A")
    assert manager.hears_nothing()


def test_lanes_in_their_threads_feed_it(manager: Manager) -> None:
    clock = Clock()
    watchdog = Watchdog(SdNotify(manager.environment("4000000")), ["1A", "1B"], monotonic=clock)
    start = threading.Barrier(2)

    def lane(name: str) -> None:
        start.wait()
        for _ in range(500):
            watchdog.stepped(name)

    threads = [threading.Thread(target=lane, args=(name,)) for name in ("1A", "1B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert manager.hears() == "WATCHDOG=1"
    assert manager.hears_nothing()  # time has not moved: once is enough


def test_a_loop_that_waits_for_long_beats_meanwhile(manager: Manager) -> None:
    clock = Clock()

    beats: list[float] = []

    class Stop(threading.Event):
        """Waiting moves the clock, and lets the manager listen."""

        def wait(self, timeout: float | None = None) -> bool:
            while not manager.hears_nothing():
                beats.append(clock.now)
            clock.now += timeout or 0.0
            return self.is_set()

    stop = Stop()
    heart = Heart(SdNotify(manager.environment("8000000")), monotonic=clock)
    began = clock.now
    assert heart.waits_for(stop)(300) is False
    assert clock.now - began == pytest.approx(300)
    assert max(after - before for before, after in pairwise(beats)) <= 4  # half of what is allowed
    stop.set()
    assert heart.waits_for(stop)(300) is True
    assert clock.now - began < 310


def test_an_event_loop_beats_while_it_goes_round(manager: Manager) -> None:
    heart = Heart(SdNotify(manager.environment("400000")))

    async def serve() -> None:
        heart.beats_in(asyncio.get_running_loop())
        for _ in range(3):
            assert await asyncio.to_thread(manager.hears) == "WATCHDOG=1"

    asyncio.run(serve())


def test_an_event_loop_without_a_watchdog_is_left_alone(manager: Manager) -> None:
    heart = Heart(SdNotify(manager.environment()))

    async def serve() -> None:
        heart.beats_in(asyncio.get_running_loop())
        await asyncio.sleep(0)

    asyncio.run(serve())
    assert manager.hears_nothing()
