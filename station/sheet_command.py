"""`waystation departure sheet`: what a coach leaves with, on the screen, on paper, as a picture, for a program."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from drivers.printer import Printer, PrintOutcome
from kiosk.paper.fonts import FontMissing, find_fonts
from kiosk.paper.raster import Raster
from station import devices
from station.config import Config, load
from station.departure_find import find_departure
from station.departure_told import act_words
from station.sheet_gather import GatheredSheet, gather
from station.sheet_paper import lay_out_departure_sheet
from station.sheet_text import sheet_text
from station.staff_desk import StaffDesk
from tickets.errors import EnvironmentFault


def sheet(arguments: argparse.Namespace, *, quiet: bool = False) -> int:
    """Make the sheet and give it out in every way that was asked for; `quiet` leaves the screen alone."""
    config = load(arguments.config)
    with StaffDesk(config) as desk:
        day = arguments.date or desk.today
        departure = find_departure(desk.cache, day, arguments.trip, desk.station.zone)
        gathered = gather(desk, departure)
    if arguments.json:
        print(json.dumps(sheet_record(gathered), ensure_ascii=False))
    elif not quiet:
        print(sheet_text(gathered))
    if arguments.picture is not None:
        _write(draw(gathered), arguments.picture)
    if arguments.print:
        said = print_sheet(config, draw(gathered))
        print(said, file=sys.stderr if arguments.json else sys.stdout)
    return 0


def sheet_record(gathered: GatheredSheet) -> dict[str, object]:
    """The sheet for a program: `tickets.sheet.Sheet.to_record` with what stands beside it."""
    zone = gathered.station.zone
    return {
        **gathered.sheet.to_record(),
        "merged": list(gathered.merged),
        "stops": {str(stop): list(gathered.stop(stop)) for stop in gathered.sheet.no_shows_by_stop},
        "without_ticket": gathered.without_ticket,
        "staff": [
            {"act": str(fact.act), "at": int(fact.at.timestamp() * 1000), "badge": fact.badge,
             "said": act_words(fact, zone)[1]}
            for fact in gathered.acts
        ],
        "notes": [
            {"name": note.name, "may_change": note.may_change, "said": list(note.words)} for note in gathered.notes
        ],
        "may_change": any(note.may_change for note in gathered.notes),
    }  # fmt: skip


def draw(gathered: GatheredSheet) -> Raster:
    """The sheet as it is printed. EnvironmentFault when the typeface is missing."""
    try:
        return lay_out_departure_sheet(gathered, find_fonts()).raster()
    except FontMissing as missing:
        raise EnvironmentFault("the sheet cannot be drawn: a typeface is missing", str(missing)) from missing


def print_sheet(config: Config, raster: Raster, open_printer: Callable[[Config], Printer] | None = None) -> str:
    """Print it; answers what became of it. EnvironmentFault when nothing, or nobody knows what, came out."""
    printer = (open_printer or _printer)(config)
    try:
        health = printer.health()
        if not health.ok:
            raise EnvironmentFault(f"the sheet was not printed: {health.what}", health.hint)
        outcome = printer.print_raster(raster.data, raster.width, raster.height)
    finally:
        printer.close()
    match outcome:
        case PrintOutcome.DONE:
            return "The sheet is printed."
        case PrintOutcome.REFUSED:
            raise EnvironmentFault("the sheet was not printed: the printer is not ready", "look at it, then try again")
        case PrintOutcome.UNKNOWN:
            raise EnvironmentFault(
                "the printer did not say whether the sheet is out", "look at it; if nothing came out, print it again"
            )


def _printer(config: Config) -> Printer:
    if config.printer is None:
        raise EnvironmentFault(
            "this terminal has no printer", "add [printer] with its address, or write a file with --picture"
        )
    return devices.printer(config.printer)


def _write(raster: Raster, path: Path) -> None:
    raster.to_png(path)
    print(f"{path} is written.", file=sys.stderr)
