"""Several lanes in one gate, with threads and terminals: what happens to one does not happen to the others."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from drivers.barrier import Way
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.health import Health
from drivers.link import Link, open_link
from drivers.scanner import Scan
from drivers.scanner.line import LineScanner
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from gate import run
from gate.announcement import Announcement, Showing
from gate.decide import Decider
from gate.in_hand import InHand
from gate.run import LaneParts, LanePlan, Readers, run_lanes
from gate.settings import GateSettings
from gate.shown import Code
from sync.cache.reader import CacheReader
from sync.newest_trust import NewestTrust
from tests.gate.bench import ROOT, SETTINGS, Centre, Desk, Gate, admitted, facts, reason, trust_bytes
from tests.gate.lane_bench import eventually
from tickets.reasons import Reason
from tickets.uses import UseEnd

NAMES = ("3A", "3B")


class BrokenScanner(LineScanner):
    """A scanner whose driver has a fault of its own: it fails by what is no device's fault, when it is told to."""

    broken = False

    def read(self, timeout: float) -> Any:
        if self.broken:
            type(self).broken = False
            raise ZeroDivisionError("a bug in a driver")
        return super().read(timeout)


class TwoLanes:
    """A gate of two lanes as `run_lanes` runs it, each with a scanner and a relay board on terminals of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, list[Announcement]] = {name: [] for name in NAMES}
        self.failed: list[str] = []
        self.facts: list[tuple[str, Any]] = []
        self._stop = threading.Event()
        self._listening = {name: threading.Event() for name in NAMES}
        self._in_hand = InHand()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "TwoLanes":
        self._stack = ExitStack()
        folder, enter = self.folder, self._stack.enter_context
        self.scanners = {name: enter(Station(ScannerSimulator(), f"pty:{folder / f's{name}'}")) for name in NAMES}
        self.boards = {
            name: enter(Station(RelayBoardSimulator(arm_ms=20), f"pty:{folder / f'b{name}'}")) for name in NAMES
        }
        self._thread.start()
        for listening in self._listening.values():
            assert listening.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._stack.close()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        gate = Gate(self.folder / "gate-1", cache=self.folder / "cache.db")
        plans = [self._plan(gate, name) for name in NAMES]
        run_lanes(plans, journal=gate.journal, stop=self._stop, on_failed=lambda lane, _: self.failed.append(lane))
        self.facts = facts(gate.journal)
        gate.close()

    def _plan(self, gate: Gate, name: str) -> LanePlan:
        settings = GateSettings(gate="3", lane=name, start_seconds=1.0, finish_seconds=1.0, refusal_seconds=0.5)

        def parts() -> LaneParts:
            cache = CacheReader(self.folder / "cache.db")
            trust = NewestTrust(trust_bytes(), ROOT.public, cache)
            decider = Decider(
                settings=settings,
                journal=gate.journal,
                cache=cache,
                trust=trust,
                clock=gate.clock,
                in_hand=self._in_hand,
            )
            barrier = ModbusRelayBarrier(lambda: open_link(self.boards[name].address))
            kind = BrokenScanner if name == "3A" else LineScanner
            readers = {Way.IN: Readers(scanner=kind(lambda: self._open_scanner(name)))}
            return LaneParts(decider=decider, barrier=barrier, readers=readers)

        return LanePlan(settings=settings, parts=parts, announce={Way.IN: self.said[name].append})

    def _open_scanner(self, name: str) -> Link:
        link = open_link(self.scanners[name].address)
        self._listening[name].set()
        return link

    def shows(self, lane: str, text: str) -> None:
        self.scanners[lane].do("scan", text=text)

    def sees(self, lane: str, *showings: Showing, seconds: float = 4.0) -> Announcement:
        """Wait for the next of these pictures on a lane's display, and take all up to it."""
        until = time.monotonic() + seconds
        said = self.said[lane]
        while time.monotonic() < until:
            for place, each in enumerate(list(said)):
                if each.showing in showings:
                    del said[: place + 1]
                    return each
            time.sleep(0.002)
        raise AssertionError(f"{showings} not shown, but {[each.showing for each in said]}")

    def walks(self, lane: str) -> None:
        board = self.boards[lane]
        eventually(lambda: board.state()["arm"] == "open")
        assert board.do("walk_through", ms=150)["passed"]

    def passes(self, lane: str, text: str) -> float:
        """Show a ticket and walk through; returns the seconds from the code to GO."""
        begin = time.monotonic()
        self.shows(lane, text)
        self.sees(lane, Showing.GO)
        waited = time.monotonic() - begin
        self.walks(lane)
        self.sees(lane, Showing.IDLE)
        return waited

    def kinds(self, lane: str) -> list[str]:
        return [kind for kind, body in self.facts if body.get("lane") == lane or lane in str(body.get("device", ""))]


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoLanes]:
    monkeypatch.setattr(run, "RESTART_SECONDS", 0.3)
    monkeypatch.setattr(BrokenScanner, "broken", False)
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    with TwoLanes(tmp_path) as lanes:
        yield lanes
    centre.close()


def test_a_dead_barrier_delays_no_other_lane(gate: TwoLanes, desk: Desk) -> None:
    gate.sees("3A", Showing.IDLE)
    gate.sees("3B", Showing.IDLE)
    alone = [gate.passes("3B", desk.by_till(desk.ticket())) for _ in range(3)]
    gate.boards["3A"].do("line", fault="deaf")
    gate.sees("3A", Showing.CLOSED, seconds=1.0)
    waited = [gate.passes("3B", desk.by_till(desk.ticket())) for _ in range(5)]
    assert max(waited) < max(alone) + 0.45, f"{waited} beside a dead lane, {alone} before"
    gate.boards["3A"].do("line", fault="ok")
    gate.sees("3A", Showing.IDLE)
    gate.passes("3A", desk.by_till(desk.ticket()))
    gate.stop()
    assert [kind for kind in gate.kinds("3A") if kind.startswith("device")] == ["device.fault", "device.back"]
    assert [kind for kind, _ in gate.facts].count("use.passed") == 9
    assert next(body for kind, body in gate.facts if kind == "device.fault")["device"] == "3A barrier"


def test_one_ticket_at_both_lanes_at_once_admits_one(gate: TwoLanes, desk: Desk) -> None:
    for _ in range(5):
        text = desk.by_till(desk.ticket())
        for lane in NAMES:
            gate.shows(lane, text)
        said = {lane: gate.sees(lane, Showing.GO, Showing.STOP) for lane in NAMES}
        assert sorted(each.showing.value for each in said.values()) == ["go", "stop"]
        let_in = next(lane for lane in NAMES if said[lane].showing is Showing.GO)
        gate.walks(let_in)
        for lane in NAMES:
            gate.sees(lane, Showing.IDLE)
    gate.stop()
    assert [kind for kind, _ in gate.facts].count("use.passed") == 5
    assert sum(board.state()["opened"] for board in gate.boards.values()) == 5


def test_a_lane_that_fails_by_itself_begins_anew_and_the_other_goes_on(gate: TwoLanes, desk: Desk) -> None:
    halfway, through = desk.by_till(desk.ticket()), desk.by_till(desk.ticket())
    gate.shows("3B", through)
    gate.sees("3B", Showing.GO)
    gate.shows("3A", halfway)
    gate.sees("3A", Showing.GO)
    BrokenScanner.broken = True
    gate.sees("3A", Showing.CLOSED)
    assert gate.failed == ["3A"]
    gate.walks("3B")
    gate.sees("3B", Showing.IDLE)
    gate.passes("3B", desk.by_till(desk.ticket()))
    gate.sees("3A", Showing.IDLE)
    gate.passes("3A", halfway)
    gate.stop()
    assert [kind for kind in gate.kinds("3B") if "unresolved" in kind] == []
    ends = [(kind, body["number"]) for kind, body in gate.facts if kind in ("use.passed", "use.unresolved")]
    assert [kind for kind, _ in ends].count("use.unresolved") == 1, "its own open use, and no other lane's"
    assert len({number for kind, number in ends if kind == "use.passed"}) == 3


class TestOneUseTakenUpAgain:
    """A use that nobody saw the end of may be taken up by any lane of its gate, and by one at a time."""

    @pytest.fixture
    def lanes(self, tmp_path: Path, desk: Desk) -> Iterator[tuple[Gate, Decider, Decider, Code]]:
        gate = Gate(tmp_path / "gate-1")
        shown = Code(text=desk.by_till(desk.ticket()))
        gate.ends(gate.decider.code(shown), UseEnd.UNRESOLVED)
        in_hand = InHand()
        first, second = (
            Decider(
                settings=GateSettings(gate="3", lane=name),
                journal=gate.journal,
                cache=gate.cache,
                trust=gate.trust,
                clock=gate.clock,
                in_hand=in_hand,
            )
            for name in NAMES
        )
        yield gate, first, second, shown
        gate.close()

    def test_by_one_at_a_time(self, lanes: tuple[Gate, Decider, Decider, Code]) -> None:
        _, first, second, shown = lanes
        use = admitted(first.code(shown))
        assert use.resumed
        assert reason(second.code(shown)) in (Reason.SEE_STAFF, Reason.USED)
        first.let_go(use)
        assert admitted(second.code(shown)).attempt == use.attempt

    def test_by_one_of_two_at_once(self, lanes: tuple[Gate, Decider, Decider, Code]) -> None:
        gate, first, second, shown = lanes
        ready = threading.Barrier(2)
        said: list[str] = []

        def shows(decider: Decider) -> None:
            ready.wait(5)
            said.append(type(decider.code(shown)).__name__)

        threads = [threading.Thread(target=shows, args=(each,)) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
        assert sorted(said) == ["Admitted", "Refused"]
        assert [kind for kind, _ in gate.facts()].count("lane.event") == 1

    def test_a_new_life_of_the_lane_has_nothing_in_hand(self, lanes: tuple[Gate, Decider, Decider, Code]) -> None:
        gate, first, second, shown = lanes
        in_hand = first._claims._in_hand
        admitted(first.code(shown))
        Decider(
            settings=GateSettings(gate="3", lane="3A"),
            journal=gate.journal,
            cache=gate.cache,
            trust=gate.trust,
            clock=gate.clock,
            in_hand=in_hand,
        )
        assert admitted(second.code(shown)).resumed


def test_a_gate_of_one_lane_fails_as_a_whole(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate-1")

    class Fails:
        def read(self, timeout: float) -> Scan:
            raise ZeroDivisionError(f"a bug within {timeout} s")

        def health(self) -> Health:
            return Health(ok=True, what="", hint="")

        def close(self) -> None:
            pass

    with Station(RelayBoardSimulator(), f"pty:{tmp_path / 'b'}") as board:
        barrier = ModbusRelayBarrier(lambda: open_link(board.address))
        parts = LaneParts(decider=gate.decider, barrier=barrier, readers={Way.IN: Readers(scanner=Fails())})
        plan = LanePlan(settings=SETTINGS, parts=lambda: parts, announce={Way.IN: lambda _: None})
        with pytest.raises(ZeroDivisionError):
            run_lanes([plan], journal=gate.journal, stop=threading.Event())
    gate.close()
