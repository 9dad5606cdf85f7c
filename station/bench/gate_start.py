"""A gate's start with a full store: the real process, its devices simulated beside it, its files not in memory."""

import time
from pathlib import Path

from drivers.barrier.simulator import RelayBoardSimulator
from drivers.camera.simulator import CameraSimulator
from drivers.simulation import Station
from station.bench import imagined, stock
from station.bench.children import Started, forget
from station.bench.measure import Line, at_most, median, told

READING_SECONDS = 2.0
"""How long its camera has been read when its memory is looked at."""
MOST_SECONDS, MOST_MB = 2, 150


def run(store: stock.Stock, starts: int) -> list[Line]:
    """Start the gate of `store` so many times. Raises NotStarted."""
    stock.set_clock(store.directory)
    log = store.directory / "gate.log"
    took, computed, at_once, reading = [], [], [], []
    barrier = Station(RelayBoardSimulator(), f"pty:{store.directory / 'barrier'}")
    with CameraSimulator() as camera, barrier:
        config = _configure(store.directory, camera.address, barrier.address)
        module = ["station.cli", "gate", "--config", str(config)]
        for _ in range(starts):
            for name in ("cache.db", "journal.db"):
                forget(store.directory / name)
            with Started(module, log) as gate:
                took.append(gate.seconds)
                computed.append(gate.computed)
                at_once.append(gate.resident_mb())
                time.sleep(READING_SECONDS)
                reading.append(gate.resident_mb())
    said = f"{store.tickets:,} tickets cached"
    return [
        at_most(f"gate, process start → ready, {said}, median", median(took), "s", MOST_SECONDS),
        told(f"gate, process start → ready, {said}, slowest", max(took), "s"),
        told(f"gate, process start → ready, {said}, processor time", median(computed), "s"),
        told("gate, resident memory when ready", median(at_once), "MB"),
        at_most("gate, resident memory while its camera is read", max(reading), "MB", MOST_MB),
    ]


def _configure(directory: Path, camera: str, barrier: str) -> Path:
    path = directory / "terminal.toml"
    path.write_text(
        f'directory = "."\n[gate]\ngate = "{imagined.GATE}"\nlane = "{imagined.GATE}A"\n'
        f'[camera]\nsource = "{camera}"\n[barrier]\naddress = "{barrier}"\n',
        "utf-8",
    )
    return path
