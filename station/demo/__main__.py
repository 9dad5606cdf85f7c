"""`make demo`: play the day at the station, or keep the station running to try it by hand."""

import argparse
import os
import signal
import sys
from pathlib import Path

from station.demo.day import BREAKS, Day
from station.demo.play import play_by_hand
from station.demo.processes import ProcessFault
from station.demo.report import Report
from station.demo.site import Site

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Play; returns 0 only when every step was seen."""
    parser = argparse.ArgumentParser(prog="make demo", description="A day at the station, on this machine.")
    parser.add_argument("--break", dest="sabotage", choices=BREAKS, help="sabotage one part: the day fails at its step")
    parser.add_argument("--play", action="store_true", help="keep the station running, to try it by hand")
    parser.add_argument(
        "--into", type=Path, default=ROOT / "build" / "demo", metavar="DIR", help="where to leave it all"
    )
    arguments = parser.parse_args()
    os.umask(0o007)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # and so through `with`: nothing is left
    folder: Path = arguments.into.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"{folder}: {error.strerror}. Choose another folder with --into.", file=sys.stderr)
        return 2
    for old in [
        *folder.glob("ticket-*.png"),
        *folder.glob("departure-sheet*.png"),
        *folder.glob("screens/*.png"),
        folder / "report.json",
    ]:
        old.unlink(missing_ok=True)
    print("A day at the station: real processes and protocols, simulated devices.", flush=True)
    windows = arguments.play and bool(os.environ.get("DISPLAY"))
    broken_line = arguments.sabotage in ("push", "cache")
    with Site(folder / "site", lan=True, windows=windows, plain=broken_line) as site:
        if arguments.play:
            return play_by_hand(site)
        report = Report(folder, ROOT)
        good = Day(site, report, arguments.sabotage).play()
    print(f"\n{'Every step was seen.' if good else 'Not every step was seen.'}")
    if arguments.sabotage:
        print(f"{arguments.sabotage} was sabotaged on purpose: the day had to fail at that step and nowhere before it.")
    print(f"{folder}: report.json, timeline.txt, ticket-*.png, screens/, site/logs/")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ProcessFault as fault:
        print(fault, file=sys.stderr)
        sys.exit(1)
