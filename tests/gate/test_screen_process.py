"""The display as a process: comes late, dies, comes again; the gate neither knows nor cares."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from drivers.barrier import Way
from gate.announcement import CLOSED, IDLE
from gate.run import LanePlan
from gate.screen.ear import Ear
from gate.screen.pictures import go, pictures, refusal
from gate.screen.sender import ScreenSender
from station import gate_process
from station.config import BarrierConfig, Config, ConfigFault, ScannerConfig, load
from tests.gate.lane_bench import eventually
from tickets.reasons import Reason

QUIET = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "terminal.toml"
    file.write_text('directory = "gate"\n[display]\nfullscreen = false\nsounds = false\n', "utf-8")
    (tmp_path / "gate").mkdir()
    return file


class Display:
    """A display process and the lines that it has printed."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-m", "station.cli", "display", "--config", str(config)]
        self.process = subprocess.Popen(command, env=QUIET, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)  # a test that fails leaves the process
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def shows(self, showing: str, reason: str | None = None) -> None:
        eventually(lambda: self.lines and self.lines[-1] == {"showing": showing, "reason": reason}, seconds=20)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        status = self.process.wait(10)
        self._reader.join()
        assert self.process.stderr is not None
        assert self.process.stdout is not None
        assert self.process.stderr.read() == ""
        self.process.stderr.close()
        self.process.stdout.close()
        return status


@contextmanager
def beating(sender: ScreenSender) -> Iterator[threading.Event]:
    """Beat as a controller does, until told to stop."""
    silent = threading.Event()

    def beat() -> None:
        while not silent.wait(0.05):
            sender.beat()

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield silent
    finally:
        silent.set()
        thread.join()


def test_a_display_that_is_killed_comes_back_with_the_last_picture(config: Path) -> None:
    with ScreenSender(config.parent / "gate") as sender:
        sender.announce(IDLE)
        sender.announce(refusal(Reason.USED))
        with beating(sender) as silent:
            display = Display(config)  # comes late
            display.shows("stop", "used")
            assert {"ready": True} in display.lines
            display.end(signal.SIGKILL)
            display = Display(config)
            display.shows("stop", "used")
            os.kill(display.process.pid, signal.SIGSTOP)
            for number in range(200):
                sender.announce(go("adult", seat=1 + number % 99))
            os.kill(display.process.pid, signal.SIGCONT)
            display.shows("go")
            silent.set()
            display.shows("closed")
    assert display.end(signal.SIGTERM) == 0
    assert not (config.parent / "gate" / "display.sock").exists()


def test_the_gate_process_says_it_to_its_display_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The process as it puts its parts together, with a lane that says one thing and looks at its barrier once."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    for part in ("Enrolment", "CacheReader", "TerminalClock", "NewestTrust", "Journal", "devices"):
        monkeypatch.setattr(gate_process, part, MagicMock())
    monkeypatch.setattr(gate_process, "tidier_of", MagicMock())
    monkeypatch.setattr(gate_process, "tidied", lambda _: nullcontext())
    gate_process.Enrolment.load.return_value.kind = "gate"  # type: ignore[attr-defined]  # a mock since the line above

    def lane(plans: list[LanePlan], **_: Any) -> None:
        (plan,) = plans
        plan.announce[Way.IN](IDLE)
        monkeypatch.setattr("gate.screen.sender.BEAT_MS", 0)  # a second has passed
        plan.parts().barrier.poll()

    monkeypatch.setattr(gate_process, "run_lanes", lane)
    config = Config(
        directory=tmp_path, barrier=BarrierConfig(address="/dev/null"), scanner=ScannerConfig(address="/dev/zero")
    )
    with Ear(tmp_path) as ear:
        gate_process.run(config)
        heard = ear.heard()
    assert [each.announcement for each in heard] == [IDLE, IDLE, CLOSED]
    assert heard[0].said_ms == heard[1].said_ms
    said = {"lane": "1A", "way": "in", **IDLE.to_json()}
    assert json.loads(capfd.readouterr().out) == json.loads(json.dumps(said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('reader = "behind"', "terminal.toml:2: `display.reader` must be one of below, above, left, right"),
        ("width_mm = 60", "terminal.toml:2: `display.width_mm` must be from 80"),
        ("width_mm = 87\nheight_mm = 155", "terminal.toml:1: The pixels would not be square"),
    ],
)
def test_a_panel_that_cannot_be_is_told_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(f"[display]\n{text}\n", "utf-8")
    with pytest.raises(ConfigFault) as fault:
        load(file)
    assert said in str(fault.value)


def test_a_second_display_on_one_directory_is_told_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "station.cli", "display", "--config", str(config)]
    with Ear(config.parent / "gate"):
        done = subprocess.run(command, env=QUIET, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Another display runs here for the same lane and way. End that one first.\n"


def test_every_picture_can_be_had_as_a_file(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    command = [sys.executable, "-m", "station.cli", "display", "--config", str(config), "--screenshots", str(folder)]
    done = subprocess.run(command, env=QUIET, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.stem for file in folder.iterdir()) == sorted(name for name, _ in pictures())
    assert done.stdout.count("\n") == len(list(pictures()))
