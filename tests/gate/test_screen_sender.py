"""The gate's end of its display: whatever that does, the gate goes on at once, and the newest picture arrives."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from drivers.barrier import Way
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from gate.announcement import CLOSED, EMERGENCY, IDLE, WAIT, Announcement, Showing
from gate.controller import Controller
from gate.screen.ear import Ear
from gate.screen.message import Message, decode, socket_path
from gate.screen.pulse import PulsingBarrier
from gate.screen.sender import BEAT_MS, ScreenSender, monotonic_ms
from gate.screen.watch import WAIT_MS, Watch
from tests.gate.bench import SETTINGS, Centre, Gate
from tests.gate.lane_bench import VirtualInputs, VirtualTime, Wire
from tickets.errors import EnvironmentFault, Malformed

GO = Announcement(
    showing=Showing.GO, word=("请进", "Go"), seat=12, bay="A3", persons=3, kind="adult", flags=("time_unknown",)
)
MANY = 500
SOON = 2.0
"""Seconds for MANY announcements, on a machine that has other things to do: a wait for a display would never end."""

LISTENER = """
import sys, time
from pathlib import Path
from gate.screen.ear import Ear
with Ear(Path(sys.argv[1])) as ear:
    print("ready", flush=True)
    while True:
        for message in ear.heard():
            print(message.announcement.seat, flush=True)
        time.sleep(0.01)
"""


@pytest.fixture(autouse=True)
def _nobody_waits() -> Iterator[None]:
    """Whatever waits for a display is woken with a failure."""

    def wake(*_: object) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, wake)
    signal.setitimer(signal.ITIMER_REAL, 10, 1)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def numbered(number: int) -> Announcement:
    return Announcement(showing=Showing.GO, word=("请进", "Go"), seat=number)


def says_much(sender: ScreenSender) -> None:
    """Announce MANY pictures; fails when that takes as long as somebody who waits."""
    begin = time.monotonic()
    for number in range(MANY):
        sender.announce(numbered(number))
    assert time.monotonic() - begin < SOON


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[ScreenSender]:
    with ScreenSender(tmp_path) as made:
        yield made


def test_nobody_listens(sender: ScreenSender) -> None:
    says_much(sender)
    sender.beat()


def test_a_display_died_and_left_its_name(sender: ScreenSender, tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    dead.bind(str(socket_path(tmp_path)))
    dead.close()
    says_much(sender)
    with Ear(tmp_path) as ear:
        sender.announce(GO)
        assert [each.announcement for each in ear.heard()] == [GO]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_something_else_has_the_name(sender: ScreenSender, tmp_path: Path, kind: str) -> None:
    path = socket_path(tmp_path)
    path.mkdir() if kind == "folder" else path.touch()
    says_much(sender)


def test_a_directory_that_is_gone_or_too_deep(tmp_path: Path) -> None:
    for folder in (tmp_path / "gone", tmp_path / ("deep" * 30)):
        with ScreenSender(folder) as sender:
            says_much(sender)


def test_a_listener_that_never_reads(sender: ScreenSender, tmp_path: Path) -> None:
    with Ear(tmp_path) as ear:
        says_much(sender)
        heard = ear.heard()
        assert 0 < len(heard) < MANY, "the queue was not full, so nothing was tried"
        sender.announce(numbered(MANY))
        assert [each.announcement.seat for each in ear.heard()] == [MANY]


def test_a_listener_that_is_stopped_and_goes_on(tmp_path: Path) -> None:
    now = [monotonic_ms()]
    with (
        ScreenSender(tmp_path, clock=lambda: now[0]) as sender,
        subprocess.Popen([sys.executable, "-c", LISTENER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child,
    ):
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "ready\n"
            os.kill(child.pid, signal.SIGSTOP)
            os.waitid(os.P_PID, child.pid, os.WSTOPPED)
            says_much(sender)
            os.kill(child.pid, signal.SIGCONT)
            seats: list[str] = [child.stdout.readline().strip()]
            now[0] += BEAT_MS
            sender.beat()
            while seats[-1] != str(MANY - 1):
                now[0] += BEAT_MS
                sender.beat()
                seats.append(child.stdout.readline().strip())
            assert seats[0] == "0"
            assert len(seats) < MANY
        finally:
            child.kill()


def test_a_beat_repeats_the_last_announcement_once_a_second(tmp_path: Path) -> None:
    now = [1000]
    with ScreenSender(tmp_path, clock=lambda: now[0]) as sender, Ear(tmp_path) as ear:
        sender.beat()
        assert ear.heard() == [], "nothing was announced yet"
        sender.announce(WAIT)
        for now[0] in range(1000, 5000, 50):
            sender.beat()
        heard = ear.heard()
    assert [each.sent_ms for each in heard] == [1000, 2000, 3000, 4000]
    assert {each.said_ms for each in heard} == {1000}
    assert {each.announcement for each in heard} == {WAIT}


def test_two_announcements_at_one_moment_are_two(tmp_path: Path) -> None:
    with ScreenSender(tmp_path, clock=lambda: 1000) as sender, Ear(tmp_path) as ear:
        sender.announce(GO)
        sender.announce(WAIT)
        first, second = ear.heard()
        watch = Watch().hear(first, 1000).hear(second, 1000)
    assert watch.shown(1000 + WAIT_MS + 1) == WAIT


@pytest.mark.parametrize(("last", "then"), [(GO, CLOSED), (IDLE, CLOSED), (EMERGENCY, EMERGENCY)])
def test_a_gate_that_ends_closes_its_lane_but_for_a_fire(
    tmp_path: Path, last: Announcement, then: Announcement
) -> None:
    with Ear(tmp_path) as ear:
        with ScreenSender(tmp_path) as sender:
            sender.announce(last)
        assert ear.heard()[-1].announcement == then


def test_the_display_belongs_to_one_process(tmp_path: Path) -> None:
    with Ear(tmp_path), pytest.raises(EnvironmentFault, match="Another display"):
        Ear(tmp_path)
    assert not socket_path(tmp_path).exists()
    with Ear(tmp_path):
        assert socket_path(tmp_path).is_socket()


def test_a_display_without_its_directory_says_so(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="directory"):
        Ear(tmp_path / "gone")


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    complaints: list[Malformed] = []
    good = Message(announcement=GO, said_ms=5, sent_ms=6)
    with Ear(tmp_path, on_malformed=complaints.append) as ear, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        for datagram in (b"\xff", b"", b"x" * 9000, good.encode()):
            out.sendto(datagram, str(socket_path(tmp_path)))
        assert ear.heard() == [good]
    assert len(complaints) == 3


def test_a_message_returns_as_it_was_sent() -> None:
    for announcement in (GO, IDLE, WAIT, CLOSED, EMERGENCY):
        message = Message(announcement=announcement, said_ms=1, sent_ms=2)
        assert decode(message.encode()) == message


def test_why_a_lane_is_closed_stays_with_the_gate() -> None:
    closed = Announcement(showing=Showing.CLOSED, fault="The disk is full.")
    assert "disk" not in Message(announcement=closed, said_ms=1, sent_ms=1).encode().decode()


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ('"go"', '"stay"'),
        ('"said": 5', '"said": -5'),
        ('"said": 5', '"said": true'),
        ('"said": 5', '"said": "5"'),
        ('"sent": 6', '"send": 6'),
        ('"seat": 12', '"seat": "12"'),
        ('"bay": "A3"', '"bay": 3'),
        ('["请进", "Go"]', '["请进"]'),
        ('["请进", "Go"]', '"Go"'),
        ('["time_unknown"]', "[3]"),
        ('["time_unknown"]', "null"),
    ],
)
def test_a_message_that_is_not_one_is_refused(was: str, is_now: str) -> None:
    text = Message(announcement=GO, said_ms=5, sent_ms=6).encode().decode()
    assert was in text
    with pytest.raises(Malformed):
        decode(text.replace(was, is_now).encode())
    decode(text.replace("{", '{"new": 1, ', 1).encode())


@pytest.mark.parametrize("silent", [False, True], ids=["a barrier that answers", "a dead barrier"])
def test_the_controller_has_a_pulse(tmp_path: Path, silent: bool) -> None:
    centre = Centre(tmp_path / "cache.db")
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    clock = VirtualTime()
    wire = Wire(RelayBoardSimulator(clock=clock), clock)
    wire.silent = silent
    beats: list[float] = []
    barrier = PulsingBarrier(ModbusRelayBarrier(lambda: wire, clock=clock), lambda: beats.append(clock.now))
    controller = Controller(
        settings=SETTINGS,
        decider=gate.decider,
        journal=gate.journal,
        barrier=barrier,
        inputs=VirtualInputs(),
        announce={Way.IN: lambda _: None},
        monotonic=clock,
    )
    controller.start()
    begin = clock.now
    while clock.now < begin + 10:
        clock.now += 0.05
        controller.step()
    assert max(later - before for before, later in pairwise(beats)) < 1.5
    assert beats[-1] > begin + 8
    gate.journal.close()
    centre.close()
