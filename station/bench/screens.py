"""The kiosk's start and its answer to a touch, drawn in software on no screen: what a small processor has to do too."""

import shutil
import tempfile
from pathlib import Path

from drivers.cash.simulator import BillValidatorSimulator
from drivers.idreader.simulator import IdReaderSimulator
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station
from station.bench import imagined, stock
from station.bench.children import Started, forget
from station.bench.measure import Line, at_most, median, percentile, told

SOFTWARE = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
MOST_SECONDS, MOST_MS = 1.5, 100
MOST_GROWTH_MB = 4
"""What the allocators of two languages may still round up; a leak of a thousand sessions is more."""


def start(store: stock.Stock, starts: int) -> list[Line]:
    """Start a kiosk on a copy of the gate's cache, devices simulated beside it. Raises NotStarted."""
    directory = store.directory / "till"
    directory.mkdir(exist_ok=True)
    shutil.copy(store.directory / "cache.db", directory / "cache.db")
    stock.enrol(directory, "till-1")
    stock.set_clock(directory)
    took, computed, memory = [], [], []
    with (
        tempfile.TemporaryDirectory(prefix="waystation-") as place,
        Station(PrinterSimulator(pictures=directory / "printed"), "tcp:127.0.0.1:0") as printer,
        Station(BillValidatorSimulator(stacker=directory / "stacker.json"), f"pty:{place}/cash") as cash,
        Station(IdReaderSimulator(), f"pty:{place}/cards") as cards,
    ):
        config = directory / "terminal.toml"
        config.write_text(
            'directory = "."\n[panel]\nfullscreen = false\n'
            f'[printer]\naddress = "{printer.address}"\n[cash]\naddress = "{cash.address}"\n'
            f'[id_reader]\naddress = "{cards.address}"\n',
            "utf-8",
        )
        module = ["station.bench.first_screen", "--config", str(config)]
        for _ in range(starts):
            forget(directory / "cache.db")
            with Started(module, directory / "kiosk.log", SOFTWARE) as kiosk:
                took.append(kiosk.seconds)
                computed.append(kiosk.computed)
                memory.append(kiosk.resident_mb())
    name = f"kiosk, process start → first screen, {imagined.coaches(store.tickets):,} departures cached"
    return [
        at_most(f"{name}, median", median(took), "s", MOST_SECONDS),
        told(f"{name}, slowest", max(took), "s"),
        told(f"{name}, processor time", median(computed), "s"),
        told(f"{name}, resident memory", median(memory), "MB"),
    ]


def touches(log: Path, rounds: int) -> list[Line]:
    """Buy so many tickets by touch. Raises NotStarted."""
    with Started(["station.bench.touches", str(rounds)], log, SOFTWARE, timeout=20 + 10 * rounds) as kiosk:
        took: dict[str, list[float]] = kiosk.ready["touches"]
    every = [each for samples in took.values() for each in samples]
    slowest = max(took, key=lambda name: median(took[name]))
    return [
        at_most("kiosk, touch → next screen, median", median(every), "ms", MOST_MS),
        at_most(f"kiosk, touch → next screen, slowest pair: {slowest}", median(took[slowest]), "ms", MOST_MS),
        told("kiosk, touch → next screen, p95", percentile(every, 95), "ms"),
    ]


def sessions(log: Path, first: int, then: int) -> list[Line]:
    """Serve so many passengers by touch, and see what stays of them in memory. Raises NotStarted."""
    with Started(["station.bench.sessions", str(first), str(then)], log, SOFTWARE, timeout=60 + then) as kiosk:
        said: dict[str, float] = kiosk.ready
    name = f"kiosk, memory after {then:,} more sessions"
    return [
        told(name, said["after_all_mb"], "MB", against=f"after the first {first}: {said['after_first_mb']:.0f} MB"),
        at_most(f"{name}, growth", said["after_all_mb"] - said["after_first_mb"], "MB", MOST_GROWTH_MB),
        told("kiosk, computing of one session, screens alone", said["seconds"] / then * 1000, "ms"),
    ]
