"""The reference centre, started as an operator starts it: over its own TLS, on a free port."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.server.centre import Centre
from sync.server.devices import Kind
from sync.server.settings import Policy, Settings
from sync.server.setup import initialise
from sync.server.timetable import load_timetable

ROOT = Path(__file__).parents[3]
CODES = ("till", "till", "gate", "relay", "spare", "spare", "spare")


@contextmanager
def started(directory: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A running centre with two stations: its address, and one-time codes."""
    initialise(directory, policy=Policy(payment_provider="sandbox", snapshot_from_records=1))
    own = load_timetable()
    other = own.model_copy(update={"station": own.station.model_copy(update={"code": own.station.code + 1})})
    with Centre.open(Settings(directory=directory)) as centre:
        centre.stations.add(other)
        codes = []
        for n, kind in enumerate(CODES):
            real: Kind = "till" if kind == "till" else "relay" if kind == "relay" else "gate"
            codes.append((kind, centre.devices.new_code(real, f"{kind}-{n}", own.station.code)))
        codes.append(("other", centre.devices.new_code("gate", "far-gate", other.station.code)))
    command = [sys.executable, "-m", "station.cli", "centre", "run", "--dir", str(directory), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"], codes
        finally:
            process.terminate()
            process.wait(20)
