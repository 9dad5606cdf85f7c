"""A whole lane, real drivers and simulated devices: over wires in virtual time, or over terminals in real time."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drivers.barrier import Way
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.link import Link, open_link
from drivers.scanner.line import LineScanner
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from gate.announcement import Announcement, Showing
from gate.controller import Badges, Controller
from gate.lane import State
from gate.presentation import PresentedCode
from gate.readers import Input, Inputs
from gate.run import run_gate
from gate.settings import GateSettings
from gate.shown import Code
from tests.gate.bench import SETTINGS, Gate, facts


class VirtualTime:
    """Seconds that pass only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class VirtualInputs(Inputs):
    """A queue that nobody waits at: the test says when time passes."""

    def get(self, block: bool = True, timeout: float | None = None) -> Input:  # noqa: ARG002 - a queue's own signature
        return super().get(block=False)


class Wire:
    """A link straight to a simulator; waiting for an answer that does not come lets virtual time pass."""

    def __init__(self, simulator: RelayBoardSimulator, clock: VirtualTime) -> None:
        self._simulator = simulator
        self._clock = clock
        self._waiting = b""
        self.silent = False
        simulator.attach(self._send)

    def _send(self, data: bytes) -> None:
        if not self.silent:
            self._waiting += data

    def write(self, data: bytes) -> None:
        self._simulator.feed(data)

    def read(self, timeout: float) -> bytes:
        if not self._waiting:
            self._clock.now += max(0.0, timeout)
            self._simulator.tick(self._clock.now)
        data, self._waiting = self._waiting, b""
        return data

    def close(self) -> None:
        self._waiting = b""


class VirtualLane:
    """The controller of one gate, stepped through virtual time. `said` is the display of those who go in."""

    def __init__(
        self,
        gate: Gate,
        settings: GateSettings = SETTINGS,
        *,
        silent: bool = False,
        badges: Badges | None = None,
        readers: Mapping[Way, int] | None = None,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        self.gate = gate
        self.time = VirtualTime()
        self.board = RelayBoardSimulator(clock=self.time)
        self.wire = Wire(self.board, self.time)
        self.wire.silent = silent
        self.inputs = VirtualInputs()
        self.said: list[Announcement] = []
        self.said_outside: list[Announcement] = []
        self.presented = {way: PresentedCode() for way in Way}
        self.settings = settings
        self.badges = badges
        self.readers = readers
        self.started = started
        self.restarts()

    def restarts(self) -> None:
        """Begin a new life of the controller, as a new process would."""
        self.controller = Controller(
            settings=self.settings,
            decider=self.gate.decider,
            journal=self.gate.journal,
            barrier=ModbusRelayBarrier(lambda: self.wire, clock=self.time),
            inputs=self.inputs,
            announce={Way.IN: self.said.append, Way.OUT: self.said_outside.append},
            monotonic=self.time,
            badges=self.badges,
            readers=self.readers,
            started=self.started,
        )
        self.controller.start()

    def passes(self, seconds: float, *, holding: str | None = None, way: Way = Way.IN) -> None:
        """Let time pass, in steps, with a code held up in front of one of the readers or none."""
        until = self.time.now + seconds
        while self.time.now < until:
            for each, presented in self.presented.items():
                held = [holding] if holding and each is way else []
                new = presented.see(held, self.time.now)
                for text in held:
                    self.inputs.put(Code(text=text, still=not new, way=each))
            self.time.now += 0.05
            self.controller.step()
            while not self.inputs.empty():
                self.controller.step()

    def shows(self, text: str, way: Way = Way.IN) -> Announcement:
        """Hold a code up once; returns what was said there last."""
        return self.puts(Code(text=text, way=way), way)

    def puts(self, given: Input, way: Way = Way.IN) -> Announcement:
        self.inputs.put(given)
        self.passes(0.1)
        return self.last_said(way)

    def last_said(self, way: Way) -> Announcement:
        return (self.said if way is Way.IN else self.said_outside)[-1]

    def walks(self, seconds: float = 1.5, way: Way = Way.IN) -> None:
        """Walk through as soon as the arm is open."""
        self.passes(0.4)
        assert self.board.do("walk_through", way=str(way))["passed"]
        self.passes(seconds)

    def state(self) -> State:
        return self.controller.state

    def in_use(self) -> bool:
        return self.controller.in_use

    def showing(self) -> Showing:
        return self.said[-1].showing

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.gate.facts()]

    def pictures(self) -> list[Showing]:
        return [each.showing for each in self.said]


class RealLane:
    """A gate as `run_gate` runs it, in a thread, with scanner and relay board on terminals and their bytes logged."""

    def __init__(self, folder: Path, open_gate: Callable[[], Gate], settings: GateSettings) -> None:
        self.folder = folder
        self.scanner = Station(ScannerSimulator(), f"pty:{folder / 'scanner'}")
        self.board = Station(RelayBoardSimulator(arm_ms=50), f"pty:{folder / 'barrier'}", log=folder / "barrier.log")
        self.said: list[Announcement] = []
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._listening = threading.Event()
        self._failed: list[BaseException] = []
        self._facts: list[tuple[str, Any]] = []
        self._thread = threading.Thread(target=self._run, args=(open_gate, settings))

    def _run(self, open_gate: Callable[[], Gate], settings: GateSettings) -> None:
        try:
            gate = open_gate()
            run_gate(
                settings=settings,
                journal=gate.journal,
                cache=gate.cache,
                trust=gate.trust,
                clock=gate.clock,
                barrier=ModbusRelayBarrier(lambda: open_link(self.board.address)),
                scanner=LineScanner(self._open_scanner),
                announce=self.said.append,
                stop=self._stop,
                on_ready=self._ready.set,
            )
            self._facts = facts(gate.journal)
            gate.close()
        except BaseException as error:
            self._failed.append(error)
        finally:
            self._ready.set()

    def _open_scanner(self) -> Link:
        link = open_link(self.scanner.address)
        self._listening.set()  # what was sent before is lost, as with every serial port
        return link

    @contextmanager
    def running(self) -> Iterator["RealLane"]:
        """Run the gate; on leaving it is stopped, and what went wrong in it is raised here."""
        with self.scanner, self.board:
            self._thread.start()
            try:
                assert self._ready.wait(5)
                assert self._failed or self._listening.wait(5)
                yield self
            finally:
                self.stop()
        if self._failed:
            raise self._failed[0]

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)

    def scans(self, text: str) -> None:
        self.scanner.do("scan", text=text)

    def sees(self, showing: Showing, reason: str | None = None, seconds: float = 4.0) -> Announcement:
        """Wait for the next announcement of this kind, and take all up to it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for place, each in enumerate(list(self.said)):
                if each.showing is showing and (reason is None or each.reason == reason):
                    del self.said[: place + 1]
                    return each
            assert not self._failed, self._failed
            time.sleep(0.005)
        raise AssertionError(f"{showing} was not shown, but {[each.showing for each in self.said]}")

    def walks(self) -> None:
        eventually(lambda: self.board.state()["arm"] == "open")
        assert self.board.do("walk_through", ms=300)["passed"]

    def pulses(self) -> int:
        """How often the host asked for a pulse of coil 0, by the bytes on the line."""
        lines = (json.loads(line) for line in (self.folder / "barrier.log").read_text().splitlines())
        return "".join(line["hex"] for line in lines if line["way"] == "in").count("01050200")

    def facts(self) -> list[tuple[str, Any]]:
        """All that the gate wrote, once it was stopped."""
        assert not self._thread.is_alive()
        return self._facts


def eventually(true: Callable[[], object], seconds: float = 4.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.005)
