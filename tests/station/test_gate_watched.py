"""`waystation gate` as systemd and Prometheus see it, and two lanes of which one hangs."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.barrier import BarrierEvent, Inputs, Way
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.health import Health
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from gate.announcement import Announcement
from gate.decide import Decider
from gate.run import LaneParts, LanePlan, Readers, run_lanes
from gate.settings import GateSettings
from station.config import BarrierConfig, CameraConfig, LaneConfig, OutConfig, ScannerConfig
from station.gate_watch import devices
from station.sd_notify import SdNotify
from station.watchdog import Watchdog
from sync.cache.reader import CacheReader
from sync.newest_trust import NewestTrust
from tests.gate.bench import ROOT, Centre, Gate, trust_bytes
from tests.gate.lane_bench import eventually
from tickets.keys import SigningKey


class Manager:
    """The service manager's socket, and all that came to it."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.path = path
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while (state := self._socket.recv(4096).decode()) != "END":
            self.heard.append(state)

    def environment(self, watchdog_seconds: float) -> dict[str, str]:
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(int(watchdog_seconds * 1e6))}

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"END", str(self.path))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


def enrol(directory: Path) -> None:
    """What enrolment leaves behind, and a cache that sync has filled."""
    directory.mkdir()
    (directory / "device.pem").write_bytes(SigningKey.generate().to_pem())
    (directory / "trust.cbor").write_bytes(trust_bytes())
    kept = {"device": "gate-1", "name": "gate 3", "kind": "gate", "station": 3701, "prefix": None, "certificate": None}
    root = base64.urlsafe_b64encode(ROOT.public.raw).decode()
    (directory / "enrolment.json").write_text(json.dumps(kept | {"root_key": root}), "utf-8")
    centre = Centre(directory / "cache.db")
    centre.opens_for_the_day()
    centre.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def scrape(port: int) -> str:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    asked.request("GET", "/metrics")
    text = asked.getresponse().read().decode()
    asked.close()
    return text


def test_a_gate_says_that_it_is_ready_lives_and_stops_and_shows_its_numbers(tmp_path: Path, manager: Manager) -> None:
    enrol(tmp_path / "gate")
    port = free_port()
    (tmp_path / "terminal.toml").write_text(
        f'directory = "gate"\n[metrics]\nlisten = "127.0.0.1:{port}"\n'
        f'[barrier]\naddress = "{tmp_path / "board"}"\n[scanner]\naddress = "{tmp_path / "scanner"}"\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "station.cli", "gate", "--config", str(tmp_path / "terminal.toml")]
    board = Station(RelayBoardSimulator(), f"pty:{tmp_path / 'board'}")
    with (
        Station(ScannerSimulator(), f"pty:{tmp_path / 'scanner'}") as scanner,
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command, env={**os.environ, **manager.environment(2.0)}, stdout=subprocess.DEVNULL, stderr=log
        ) as gate,
    ):
        try:
            eventually(lambda: "READY=1" in manager.heard, seconds=20)
            eventually(lambda: manager.heard.count("WATCHDOG=1") >= 3, seconds=10)
            assert 'waystation_device_up{device="barrier",lane="1A"} 1.0' in scrape(port)
            scanner.do("scan", text="RT1:SECRET-THAT-IS-NO-TICKET")
            counted = 'waystation_scans_total{lane="1A",outcome="unreadable"} 1.0'
            eventually(lambda: counted in scrape(port))
            board.close()
            eventually(lambda: 'waystation_device_up{device="barrier",lane="1A"} 0.0' in scrape(port))
            eventually(lambda: 'waystation_lane_state{lane="1A",state="offline"} 1.0' in scrape(port))
            board = Station(RelayBoardSimulator(), f"pty:{tmp_path / 'board'}")
            eventually(lambda: 'waystation_lane_state{lane="1A",state="locked"} 1.0' in scrape(port))
            text = scrape(port)
            assert 'waystation_device_up{device="barrier",lane="1A"} 1.0' in text
            assert "waystation_queued_events" in text
            assert "SECRET" not in text
            gate.send_signal(signal.SIGTERM)
            assert gate.wait(20) == 0
        finally:
            gate.kill()
            board.close()
    assert manager.heard[-1] == "STOPPING=1"
    written = (tmp_path / "log").read_text("utf-8")
    events: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines()]
    said = [(each["event"], each.get("device") or each.get("state")) for each in events]
    assert said.count(("device.lost", "barrier")) == 1
    assert said.count(("device.returned", "barrier")) == 1
    assert ("lane.closed", "offline") in said
    assert said[-1] == ("lane.open", "locked")
    assert "SECRET" not in written


class QuietBarrier:
    """A barrier that nothing happens at, until it hangs."""

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self.released = threading.Event()

    def poll(self) -> list[BarrierEvent]:
        if self.hangs.is_set():
            self.released.wait(20)
        return []

    def open_for(self, seconds: float, way: Way = Way.IN) -> None:  # noqa: ARG002 - never called
        raise AssertionError("nobody comes")

    def close_now(self) -> None:
        pass

    def inputs(self) -> Inputs:
        return Inputs()

    def health(self) -> Health:
        return Health(ok=True, what="", hint="")

    def close(self) -> None:
        pass


def test_a_lane_that_hangs_stops_the_feeding_although_the_other_works(tmp_path: Path, manager: Manager) -> None:
    gate = Gate(tmp_path / "gate")
    stop = threading.Event()
    barriers = {"1A": QuietBarrier(), "1B": QuietBarrier()}
    shown: list[Announcement] = []

    def plan(lane: str) -> LanePlan:
        settings = GateSettings(gate="1", lane=lane)

        def parts() -> LaneParts:
            cache = CacheReader(tmp_path / "gate" / "cache.db")
            trust = NewestTrust(trust_bytes(), ROOT.public, cache)
            decider = Decider(settings=settings, journal=gate.journal, cache=cache, trust=trust, clock=gate.clock)
            return LaneParts(decider=decider, barrier=barriers[lane], readers={Way.IN: Readers()})

        return LanePlan(settings=settings, parts=parts, announce={Way.IN: shown.append})

    watchdog = Watchdog(SdNotify(manager.environment(1.0)), barriers)
    lanes = threading.Thread(
        target=run_lanes,
        args=([plan(lane) for lane in barriers],),
        kwargs={"journal": gate.journal, "stop": stop, "observer": watchdog},
    )
    lanes.start()
    try:
        eventually(lambda: len(manager.heard) >= 4)
        barriers["1B"].hangs.set()
        quiet_since, before = time.monotonic(), len(manager.heard)

        def quiet() -> bool:
            nonlocal quiet_since, before
            if len(manager.heard) != before:
                quiet_since, before = time.monotonic(), len(manager.heard)
            return time.monotonic() - quiet_since > 1.0  # systemd would have acted

        eventually(quiet)
        barriers["1B"].hangs.clear()
        barriers["1B"].released.set()
        eventually(lambda: len(manager.heard) > before)
    finally:
        barriers["1B"].released.set()
        stop.set()
        lanes.join(10)
        gate.journal.close()
    assert set(manager.heard) == {"WATCHDOG=1"}


def test_every_device_is_expected_under_the_name_by_which_it_is_lost() -> None:
    """What is absent from the metrics until it fails cannot be watched."""
    board, scanner = BarrierConfig(address="tcp:board:1"), ScannerConfig(address="/dev/ttyS1")
    both = LaneConfig(
        name="3B",
        barrier=board,
        direction="both",
        scanner=scanner,
        out=OutConfig(camera=CameraConfig(source="0"), scanner=scanner),
    )
    out = LaneConfig(name="3C", barrier=board, direction="out", scanner=scanner)
    assert [device for _, device in devices([both, out])] == [
        "3B barrier",
        "3B scanner",
        "3B out scanner",
        "3B out camera",
        "3C barrier",
        "3C out scanner",
    ]
    assert [device for _, device in devices([out])] == ["barrier", "out scanner"]
