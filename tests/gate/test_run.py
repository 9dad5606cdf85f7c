"""The gate as it runs: threads, terminals, simulated devices that speak their own protocols, the clock on the wall."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.announcement import Showing
from gate.settings import FireReset, GateSettings
from tests.gate.bench import Centre, Desk, Gate
from tests.gate.lane_bench import RealLane, eventually
from tickets.reasons import Reason

BRISK = GateSettings(
    gate="3",
    lane="3A",
    start_seconds=1.0,
    finish_seconds=1.0,
    refusal_seconds=0.5,
    fire_reset=FireReset.LOOP,
    fire_reset_seconds=0.5,
)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[RealLane]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    real = RealLane(tmp_path, lambda: Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db"), BRISK)
    with real.running():
        yield real
    centre.close()


def test_a_genuine_ticket_a_copy_and_one_who_does_not_walk(lane: RealLane, desk: Desk) -> None:
    text, other = desk.by_till(desk.ticket()), desk.by_centre(desk.ticket())
    lane.scans(text)
    lane.sees(Showing.GO)
    assert lane.pulses() == 1
    assert lane.board.state()["coil"]
    lane.walks()
    assert lane.sees(Showing.IDLE).word[1] == "Scan your ticket", "nobody is asked for a card that nothing reads"
    assert not lane.board.state()["coil"]
    time.sleep(1.1)  # the copy is shown a second after the first code was taken away
    lane.scans(text)
    lane.sees(Showing.STOP, Reason.USED)
    lane.scans(other)
    lane.sees(Showing.GO)
    lane.sees(Showing.IDLE)  # nobody starts to walk
    lane.scans(other)
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    assert lane.pulses() == 3, "none for the copy"
    assert lane.board.state()["opened"] == 3
    assert [kind for kind, _ in lane.facts()] == [
        "use.claimed",
        "use.passed",
        "scan.refused",
        "use.claimed",
        "use.released",
        "use.claimed",
        "use.passed",
    ]


def test_a_dead_barrier_and_its_return(lane: RealLane, desk: Desk) -> None:
    text = desk.by_till(desk.ticket())
    lane.board.do("line", fault="deaf")
    lane.scans(text)
    lane.sees(Showing.CLOSED)
    time.sleep(1.1)
    lane.scans(text)
    lane.sees(Showing.CLOSED)
    lane.board.do("line", fault="ok")
    lane.sees(Showing.IDLE)
    time.sleep(1.1)
    lane.scans(text)
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    kinds = [kind for kind, _ in lane.facts()]
    assert [kinds.count(kind) for kind in ("device.fault", "device.back", "use.passed")] == [1, 1, 1]
    assert kinds.count("use.claimed") == kinds.count("use.released") + 1


def test_fire(lane: RealLane, desk: Desk) -> None:
    lane.board.do("fire")
    lane.sees(Showing.EMERGENCY)
    eventually(lambda: lane.board.state()["arm"] == "open")
    lane.scans(desk.by_till(desk.ticket()))
    lane.sees(Showing.EMERGENCY)
    lane.board.do("fire", on=False)
    lane.sees(Showing.IDLE)
    eventually(lambda: lane.board.state()["arm"] == "closed")


def test_garbage_at_line_rate(lane: RealLane, desk: Desk) -> None:
    for _ in range(30):
        lane.scanner.do("scan_bytes", hex=(os.urandom(40) + b"\r" + b"ascii noise\r").hex())
    lane.sees(Showing.STOP, Reason.UNREADABLE)
    lane.scans(desk.by_till(desk.ticket()))
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    refused = [body for kind, body in lane.facts() if kind == "scan.refused"]
    assert 1 <= len(refused) <= 3
    assert {body["number"] for body in refused} == {None}


def test_who_was_let_in_may_pass_while_the_gate_is_being_stopped(lane: RealLane, desk: Desk) -> None:
    lane.scans(desk.by_till(desk.ticket()))
    lane.sees(Showing.GO)
    stopping = threading.Thread(target=lane.stop)
    stopping.start()
    lane.walks()
    stopping.join()
    assert [kind for kind, _ in lane.facts()] == ["use.claimed", "use.passed"]
