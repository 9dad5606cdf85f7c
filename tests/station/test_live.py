"""Centre and sync as processes with their usual settings: a change reaches a terminal at once, and both end at once."""

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, redirect_stdout
from pathlib import Path

import pytest

from station.cli import main
from sync.cache.reader import CacheReader
from sync.server.centre import Centre
from sync.server.settings import Settings

PATIENCE_S = 30
PROMISED_S = 2.0
AT_ONCE_S = 4.5
"""Less than a server waits for requests that are under way, and than a question is left open."""


class Process:
    """A command that runs; `said` is its first line."""

    def __init__(self, log: Path, *words: str) -> None:
        with log.open("w") as stderr:
            command = [sys.executable, "-m", "station.cli", *words]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
        assert self.process.stdout is not None
        self.said: dict[str, object] = json.loads(self.process.stdout.readline())

    def end(self) -> float:
        """Ask it to end; answers how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE_S) == 0
        return time.monotonic() - began

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()


def say(*words: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        assert main(list(words)) == 0
    return said.getvalue()


def until(condition: Callable[[], object]) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(0.005)
    return time.monotonic() - began


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_ones:
        yield open_ones


def enrolled(folder: Path, name: str, url: str) -> Path:
    """A gate's configuration, enrolled."""
    home = folder / name
    home.mkdir()
    config = home / "terminal.toml"
    config.write_text(f'directory = "."\n[centre]\nurl = "{url}"\n')
    code = say("centre", "enrol-code", "--dir", str(folder / "centre"), "--kind", "gate", "--name", name).strip()
    say("enrol", "--config", str(config), "--kind", "gate", "--name", name, "--code", code)
    return config


def test_a_change_by_any_process_reaches_a_terminal_at_once_and_open_questions_hold_nobody_up(
    tmp_path: Path, stack: ExitStack
) -> None:
    store = tmp_path / "centre"
    say("centre", "init", "--dir", str(store))
    serving = Process(tmp_path / "centre.log", "centre", "run", "--dir", str(store), "--port", "0")
    stack.callback(serving.close)
    url = str(serving.said["url"])
    config = enrolled(tmp_path, "gate-1", url)
    syncing = Process(tmp_path / "sync.log", "sync", "--config", str(config))
    stack.callback(syncing.close)
    cache = stack.enter_context(closing(CacheReader(config.parent / "cache.db")))
    until(lambda: cache.station() and cache.devices())

    def is_(name: str, state: str) -> Callable[[], bool]:
        return lambda: any((each.name, each.state) == (name, state) for each in cache.devices())

    console = stack.enter_context(Centre.open(Settings(directory=store)))
    for name in ("gate-2", "gate-3", "gate-4"):
        enrolled(tmp_path, name, url)
        assert until(is_(name, "active")) < PROMISED_S
        device = next(each.device for each in cache.devices() if each.name == name)
        console.devices.retire(device)
        assert until(is_(name, "retired")) < PROMISED_S

    time.sleep(0.6)  # by now a question is open on either side
    assert syncing.end() < AT_ONCE_S
    again = Process(tmp_path / "sync-2.log", "sync", "--config", str(config))
    stack.callback(again.close)
    until(lambda: (status := cache.status()) is not None and status.line_up)
    time.sleep(0.6)
    assert serving.end() < AT_ONCE_S
    until(lambda: (status := cache.status()) is not None and not status.line_up)
