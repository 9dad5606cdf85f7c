"""`waystation centre import-gtfs`: a station's timetable from a GTFS feed."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tickets.errors import EnvironmentFault

if TYPE_CHECKING:
    from sync.server.gtfs.problems import Problems
    from sync.server.new_timetable import TimetableChange
    from sync.server.timetable import Timetable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its options."""
    parser.add_argument("feed", type=Path, metavar="FEED", help="a GTFS zip, or the folder of its files")
    parser.add_argument("--plan", type=Path, required=True, metavar="FILE", help="what the feed does not say (TOML)")
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--dir", type=Path, metavar="DIR", help="the centre whose station gets this timetable")
    to.add_argument("--out", type=Path, metavar="FILE", help="write a timetable file for `centre init` instead")
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="the database that the centre runs with, where it was told another",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="import what is right of a feed with errors, and list them there"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument(
        "--accept-changes", action="store_true", help="cancel, move and shorten departures that tickets are sold for"
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, build, and put it in place. Exit status 1: the feed, or what it would change, was refused."""
    from station.probes import probe_from_environment
    from sync.server.centre import Centre
    from sync.server.gtfs.plan import StationPlan
    from sync.server.settings import Settings, utc_now

    plan = StationPlan.load(arguments.plan)
    if arguments.dir is None:
        timetable, problems = _read(arguments, plan, None, utc_now())
        if timetable is not None and not arguments.dry_run:
            arguments.out.write_text(timetable.model_dump_json(indent=1) + "\n", "utf-8")
        return _told(arguments, timetable, problems, None)
    settings = Settings(directory=arguments.dir, database=arguments.database, probe=probe_from_environment())
    with Centre.open(settings) as centre:
        known = centre.stations.timetables()
        if not known:
            raise EnvironmentFault(
                "the centre's database has no station", "name the one that the centre runs with: --database URL"
            )
        timetable, problems = _read(arguments, plan, known.get(plan.code), centre.house.now())
        change = None
        if timetable is not None:
            change = centre.stations.change_timetable(
                timetable,
                accept=arguments.accept_changes,
                partial=problems.errors > 0,
                dry_run=arguments.dry_run,
            )
    return _told(arguments, timetable, problems, change)


def _read(
    arguments: argparse.Namespace, plan: Any, before: "Timetable | None", now: Any
) -> "tuple[Timetable | None, Problems]":
    """The timetable of the feed; None when it is refused."""
    from sync.server.gtfs.building import build
    from sync.server.gtfs.files import Feed
    from sync.server.gtfs.problems import Problems
    from sync.server.gtfs.reading import read_feed

    problems = Problems()
    with Feed(arguments.feed) as feed:
        content = read_feed(feed, plan.stop, problems)
    timetable = build(content, plan, problems, now.date(), before)
    if problems.errors and arguments.report is None:
        timetable = None
    return timetable, problems


def _told(
    arguments: argparse.Namespace,
    timetable: "Timetable | None",
    problems: "Problems",
    change: "TimetableChange | None",
) -> int:
    imported = timetable is not None and (change is None or change.done) and not arguments.dry_run
    said = {
        "imported": imported,
        "trips": 0 if timetable is None else len(timetable.runs),
        "stops": 0 if timetable is None else len(timetable.stops),
        "errors": problems.errors,
        "warnings": problems.warnings,
        "problems": [
            {"file": each.file, "line": each.line, "field": each.column, "what": each.what, "hint": each.hint,
             "warning": each.warning}
            for each in problems.found
        ],
        "departures": [] if change is None else [
            {"service_date": each.service_date, "trip": each.trip, "what": [str(what) for what in each.what],
             "sold": each.sold, "stranded": each.stranded, "grave": each.grave, "was": each.was.to_record(),
             "planned": each.planned.to_record()}
            for each in change.differences
        ],
    }  # fmt: skip
    if arguments.report is not None:
        arguments.report.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if arguments.json:
        print(json.dumps(said, ensure_ascii=False))
    else:
        _print(arguments, timetable, problems, change)
    return 0 if timetable is not None and (change is None or change.done or arguments.dry_run) else 1


def _print(
    arguments: argparse.Namespace,
    timetable: "Timetable | None",
    problems: "Problems",
    change: "TimetableChange | None",
) -> None:
    for problem in problems.found:
        print(problem)
    if hidden := problems.errors + problems.warnings - len(problems.found):
        print(f"and {hidden} more")
    if timetable is None:
        or_else = ", or import what is right of it with --report FILE"
        if not problems.usable or arguments.report is not None:
            or_else = ": nothing can be made of it as it is"
        print(f"The feed has {problems.errors} errors and was not imported. Correct them{or_else}.")
        return
    print(f"{len(timetable.runs)} trips to {len(timetable.stops) - 1} places.")
    for each in change.differences if change is not None else ():
        moved = ""
        if each.planned.departs_at != each.was.departs_at:
            moved = f" to {each.planned.departs_at:%Y-%m-%d %H:%M}Z"
        what = ", ".join(each.what)
        known = f"{each.sold} tickets known"
        if each.stranded:
            known += f", {each.stranded} of them to a stop where it will not call"
        print(f"{each.service_date} {each.trip}: {what}{moved}; {known}")
    if arguments.dry_run:
        print("Nothing was changed.")
    elif change is not None and not change.done:
        print(
            "The timetable was not taken: departures that people have tickets for, or may have, would be cancelled or "
            "moved, or not stop where they get off (above). If that is right, tell their passengers and import it "
            "with --accept-changes."
        )
    elif arguments.out is not None:
        print(f"It is in {arguments.out}: set a centre up with: waystation centre init --timetable {arguments.out}")
    else:
        print("The station runs by it from now on.")
