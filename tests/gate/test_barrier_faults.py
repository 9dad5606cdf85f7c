"""A barrier in trouble, over a terminal: known within a second, shown, recorded once, closed meanwhile, and back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.announcement import Showing
from gate.settings import GateSettings
from sync.journal.reader import JournalReader
from tests.gate.bench import Centre, Desk, Gate
from tests.gate.lane_bench import RealLane, eventually

QUICK = GateSettings(gate="3", lane="3A", start_seconds=1.0, finish_seconds=0.6, refusal_seconds=0.5)
KNOWN_SECONDS = 1.0
FAULTS = ("silent", "garbage", "half", "deaf")


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[RealLane]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    real = RealLane(tmp_path, lambda: Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db"), QUICK)
    with real.running():
        real.sees(Showing.IDLE)
        yield real
    centre.close()


def known_after(lane: RealLane, begin: float) -> float:
    """Seconds until the display says that the lane is closed; what is shown is in the journal already."""
    lane.sees(Showing.CLOSED)
    seconds = time.monotonic() - begin
    reader = JournalReader(lane.folder / "gate-1" / "journal.db")
    assert "device.fault" in {each.kind for each in reader.events(0, 100)}
    reader.close()
    return seconds


@pytest.mark.parametrize("fault", FAULTS)
def test_at_rest(lane: RealLane, desk: Desk, fault: str) -> None:
    begin = time.monotonic()
    lane.board.do("line", fault=fault)
    assert known_after(lane, begin) < KNOWN_SECONDS
    lane.scans(desk.by_till(desk.ticket()))
    lane.sees(Showing.CLOSED)
    assert lane.pulses() == 0, "nobody is admitted to a barrier that cannot be asked"
    lane.board.do("line", fault="ok")
    lane.sees(Showing.IDLE)
    lane.scans(desk.by_till(desk.ticket()))
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    kinds = [kind for kind, _ in lane.facts()]
    assert kinds.count("device.fault") == kinds.count("device.back") == 1
    assert kinds.count("use.claimed") == kinds.count("use.passed") == 1


@pytest.mark.parametrize("fault", ["garbage", "deaf"])
def test_under_somebody_who_was_admitted(lane: RealLane, desk: Desk, fault: str) -> None:
    text = desk.by_till(desk.ticket())
    lane.scans(text)
    lane.sees(Showing.GO)
    begin = time.monotonic()
    lane.board.do("line", fault=fault)
    assert known_after(lane, begin) < KNOWN_SECONDS
    eventually(lambda: lane.board.state()["arm"] == "closed", seconds=6)  # its own timer has run out: the safe state
    lane.board.do("line", fault="ok")
    lane.sees(Showing.IDLE)
    time.sleep(1.0)
    lane.scans(text)
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    kinds = [kind for kind, _ in lane.facts()]
    assert kinds.count("device.fault") == kinds.count("device.back") == 1
    assert [kind for kind in kinds if kind.startswith("use.")] == [
        "use.claimed",
        "use.released",
        "use.claimed",
        "use.passed",
    ]


@pytest.mark.parametrize("how", ["ignored", "exception"])
def test_an_output_that_does_not_switch(lane: RealLane, desk: Desk, how: str) -> None:
    text = desk.by_till(desk.ticket())
    lane.board.do("coil_stuck", how=how)
    begin = time.monotonic()
    lane.scans(text)
    assert known_after(lane, begin) < KNOWN_SECONDS
    lane.board.do("coil_stuck", on=False)
    lane.sees(Showing.IDLE)
    time.sleep(1.0)
    lane.scans(text)
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    assert [kind for kind, _ in lane.facts() if kind.startswith("use.")] == [
        "use.claimed",
        "use.released",
        "use.claimed",
        "use.passed",
    ]


def test_a_jam(lane: RealLane, desk: Desk) -> None:
    begin = time.monotonic()
    lane.board.do("jam")
    lane.sees(Showing.CLOSED)
    assert time.monotonic() - begin < KNOWN_SECONDS
    time.sleep(0.5)
    lane.board.do("clear_jam")
    lane.sees(Showing.IDLE)
    lane.scans(desk.by_till(desk.ticket()))
    lane.sees(Showing.GO)
    lane.walks()
    lane.sees(Showing.IDLE)
    lane.stop()
    assert [body["what"] for kind, body in lane.facts() if kind == "lane.event"] == ["blocked"]
