"""`make bench`: measure, print a table, and write build/bench.json."""

import argparse
import contextlib
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2

from station.bench import (
    arbitrated,
    boardings,
    camera_faults,
    centre_side,
    decisions,
    draining,
    empties,
    frames,
    gate_start,
    growth,
    lan_facts,
    passage,
    pictures,
    printing,
    screens,
    sizes,
    stock,
    under_load,
)
from station.bench.measure import Line, NotMeasured, table, write
from tickets.errors import Fault

ROOT = Path(__file__).parent.parent.parent
LARGE, USUAL, SMALL = 1_000_000, 60_000, 20_000
"""Tickets cached: the most that is promised, at a county's station, and enough to see that the bench works."""


class Bench:
    """The parts in their order. The stores lie in `folder`, on the disk that is measured, and are made when needed."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self._folder = folder
        self._quick = quick
        self._made: dict[int, stock.Stock] = {}
        self.parts: dict[str, Callable[[], list[Line]]] = {
            "sizes": sizes.run,
            "decisions": lambda: decisions.run(self._large(), 10 if quick else 400),
            "arbiter": lambda: arbitrated.run(self._large(), folder / "arbiter", 5 if quick else 200),
            "backlog": lambda: draining.run(folder / "backlog", *((50, 10) if quick else (3000, 200))),
            "load": lambda: under_load.run(self._large(), *((2000, 5) if quick else (100_000, 200))),
            "passage": lambda: passage.run(self._store(SMALL), 3 if quick else 40),
            "staff": lambda: lan_facts.run(folder / "staff", 2 if quick else 12),
            "centre": lambda: centre_side.run(folder / "centre", *((2000, 1) if quick else (100_000, 8))),
            "million": lambda: centre_side.run_large(folder / "million", 6000 if quick else LARGE),
            "boardings": lambda: boardings.run(folder / "boardings", *((10, 100) if quick else (1000, 100))),
            "growth": lambda: growth.run(folder / "growth", growth.QUICK if quick else growth.USUAL),
            "frames": lambda: frames.run(20 if quick else 200),
            "pictures": lambda: pictures.run(1 if quick else 12),
            "empties": lambda: empties.run(100 if quick else 10_000),
            "camera": camera_faults.run,
            "gate": lambda: gate_start.run(self._large(), 1 if quick else 5),
            "printing": lambda: printing.run(folder / "printed", 3 if quick else 20),
            "kiosk": self._kiosk,
            "touches": lambda: screens.touches(folder / "touches.log", 1 if quick else 4),
            "sessions": lambda: screens.sessions(folder / "sessions.log", *((2, 3) if quick else (100, 1000))),
        }

    def _kiosk(self) -> list[Line]:
        lines = screens.start(self._store(SMALL if self._quick else USUAL), 1 if self._quick else 5)
        return lines if self._quick else lines + screens.start(self._large(), 3)

    def _large(self) -> stock.Stock:
        return self._store(SMALL if self._quick else LARGE)

    def _store(self, tickets: int) -> stock.Stock:
        if tickets not in self._made:
            with _told(f"making a store of {tickets:,} tickets"):
                self._made[tickets] = stock.make(self._folder / f"store-{tickets}", tickets)
        return self._made[tickets]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; 1 when one could not be measured.

    A missed budget is no error: it may be the machine's mood, and the report says it.
    """
    parser = argparse.ArgumentParser(prog="make bench", description="Measures the budgets on this machine.")
    parser.add_argument("--quick", action="store_true", help="few rounds on a small store: shows only that it works")
    parser.add_argument("--only", help="parts, separated by commas", metavar="PART,…")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json", help="where the JSON goes")
    asked = parser.parse_args(arguments)
    os.umask(0o007)
    logging.basicConfig(level=logging.ERROR)
    cv2.setNumThreads(1)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=asked.out.parent) as folder:
        bench = Bench(Path(folder), quick=asked.quick)
        wanted = asked.only.split(",") if asked.only else list(bench.parts)
        if unknown := set(wanted) - set(bench.parts):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(bench.parts)}")
        lines: list[Line] = []
        failed = []
        for name in wanted:
            try:
                with _told(name):
                    lines += bench.parts[name]()
            except (NotMeasured, Fault, OSError) as error:
                failed.append(name)
                print(f"  {name} could not be measured: {error}", file=sys.stderr)
    write(lines, asked.out)
    print(f"\n{table(lines)}\n\n{_machine()}")
    missed = [line.name for line in lines if line.ok is False]
    print(f"{len(missed)} of {sum(line.ok is not None for line in lines)} budgets missed. Written to {asked.out}.")
    return 1 if failed else 0


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    print(f"· {what} …", flush=True)
    began = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - began:.1f} s", flush=True)


def _machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}; load {load}."


if __name__ == "__main__":
    sys.exit(main())
