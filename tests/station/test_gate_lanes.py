"""`waystation gate` with two lanes, one of them for both ways: real processes, terminals, and three displays."""

import base64
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from drivers.barrier.simulator import RelayBoardSimulator
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from gate.announcement import Showing
from gate.screen.ear import Ear
from tests.gate.bench import ROOT, STATION, trust_bytes
from tests.gate.lane_bench import eventually
from tickets.reasons import Reason

LANES = """
directory = "gate"
[gate]
gate = "3"
[[lanes]]
name = "3A"
[lanes.barrier]
address = "{folder}/barrier-3A"
[lanes.scanner]
address = "{folder}/scanner-3A"
[[lanes]]
name = "3B"
direction = "both"
[lanes.barrier]
address = "{folder}/barrier-3B"
[lanes.scanner]
address = "{folder}/scanner-3B"
[lanes.out.scanner]
address = "{folder}/scanner-out"
"""
DISPLAYS = ("display-3A", "display-3B", "display-3B-out")


class GateProcess:
    """The process, the devices on its terminals, and what it says: on its output and to its displays."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.lines: list[dict[str, Any]] = []
        self.scanners = {
            name: stack.enter_context(Station(ScannerSimulator(), f"pty:{folder / f'scanner-{name}'}"))
            for name in ("3A", "3B", "out")
        }
        self.boards = {
            name: stack.enter_context(Station(RelayBoardSimulator(), f"pty:{folder / f'barrier-{name}'}"))
            for name in ("3A", "3B")
        }
        self.ears = {name: stack.enter_context(Ear(folder / "gate", name)) for name in DISPLAYS}
        command = [sys.executable, "-m", "station.cli", "gate", "--config", str(folder / "terminal.toml")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        stack.callback(self._end)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def _end(self) -> None:
        self.process.kill()
        self.process.communicate()
        self._reader.join(5)

    def said(self, lane: str, way: str) -> list[str]:
        return [line["showing"] for line in list(self.lines) if line.get("lane") == lane and line.get("way") == way]

    def hears(self, display: str) -> list[Showing]:
        return [each.announcement.showing for each in self.ears[display].heard()]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[GateProcess]:
    directory = tmp_path / "gate"
    directory.mkdir()
    root = base64.urlsafe_b64encode(ROOT.public.raw).decode().rstrip("=")
    kept = {"device": "gate-1", "name": "gate-1", "kind": "gate", "station": STATION, "prefix": None}
    text = json.dumps({**kept, "root_key": root, "certificate": None})
    (directory / "enrolment.json").write_text(text, "utf-8")
    (directory / "trust.cbor").write_bytes(trust_bytes())
    (tmp_path / "terminal.toml").write_text(LANES.format(folder=tmp_path), "utf-8")
    with ExitStack() as stack:
        yield GateProcess(tmp_path, stack)


def test_each_side_of_each_lane_is_served_by_itself(gate: GateProcess) -> None:
    eventually(lambda: {"ready": True} in gate.lines, seconds=10)
    eventually(lambda: all(gate.said(*side)[-1:] == ["idle"] for side in (("3A", "in"), ("3B", "in"), ("3B", "out"))))
    assert [gate.hears(name)[-1] for name in DISPLAYS] == [Showing.IDLE] * 3
    gate.scanners["out"].do("scan", text="RT1:NO TICKET")
    eventually(lambda: gate.said("3B", "out")[-1:] == ["stop"])
    assert next(line["reason"] for line in gate.lines if line.get("showing") == "stop") == Reason.UNREADABLE
    assert gate.hears("display-3B-out")[-1] is Showing.STOP
    gate.boards["3A"].do("line", fault="deaf")
    eventually(lambda: gate.said("3A", "in")[-1:] == ["closed"])
    assert "closed" not in gate.said("3B", "in") + gate.said("3B", "out"), "the other lane is as it was"
    gate.process.send_signal(signal.SIGTERM)
    assert gate.process.wait(15) == 0
    assert [gate.hears(name)[-1] for name in DISPLAYS] == [Showing.CLOSED] * 3
