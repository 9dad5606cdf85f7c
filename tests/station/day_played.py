"""Plays the demo as a newcomer does: by its command, in processes of its own."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 420
"""It takes a quarter of that on an idle machine of two cores."""


@dataclass(frozen=True, slots=True)
class Played:
    """How it ended, what it reports, what it said, and where it left everything."""

    status: int
    report: dict[str, Any]
    said: str
    folder: Path


def still_running(folder: Path) -> list[str]:
    """Every process that was started for this folder and has not ended."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if str(folder).encode() in (words := each.read_bytes()):
                found.append(words.replace(b"\0", b" ").decode())
    return found


def play(folder: Path, *options: str) -> Played:
    done = run_demo(folder, *options)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return Played(done.returncode, report, done.stdout + done.stderr, folder)


def run_demo(folder: Path, *options: str, orders: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end; nothing of it may be left running. `orders` are its standard input."""
    argv = [sys.executable, "-m", "station.demo", "--into", str(folder), *options]
    unseen = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, text=True, env=unseen, stdin=pipe, stdout=pipe, stderr=pipe) as demo:
        try:
            said, faults = demo.communicate(orders, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            demo.terminate()  # it ends what it has started
            demo.communicate()
            raise
    assert "Traceback" not in faults, faults
    assert still_running(folder) == []
    return subprocess.CompletedProcess(argv, demo.returncode, said, faults)
