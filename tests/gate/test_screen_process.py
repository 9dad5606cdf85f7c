"""The display as a process: comes late, dies, comes again; the gate neither knows nor cares."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gate.announce import IDLE
from gate.screen.pictures import go, pictures, refusal
from gate.screen.sender import ScreenSender
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
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def shows(self, showing: str, reason: str | None = None) -> None:
        eventually(lambda: self.lines and self.lines[-1] == {"showing": showing, "reason": reason})

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


def test_every_picture_can_be_had_as_a_file(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    command = [sys.executable, "-m", "station.cli", "display", "--config", str(config), "--screenshots", str(folder)]
    done = subprocess.run(command, env=QUIET, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.stem for file in folder.iterdir()) == sorted(name for name, _ in pictures())
    assert done.stdout.count("\n") == len(list(pictures()))
