"""Plays the demo as a newcomer does: by its command, in processes of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Played:
    """How it ended, what it reports, what it said, and where it left everything."""

    status: int
    report: dict[str, Any]
    said: str
    folder: Path


def play(folder: Path, *options: str) -> Played:
    argv = [sys.executable, "-m", "station.demo", "--into", str(folder), *options]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=240, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return Played(done.returncode, report, done.stdout + done.stderr, folder)
