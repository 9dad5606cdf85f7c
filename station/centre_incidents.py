"""`waystation centre incidents`: what should not have happened and did, and what to do about each."""

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from sync.server.centre import Centre
    from sync.server.incidents import Incident


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its options."""
    parser.add_argument("--dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every incident of every station of the centre, oldest first."""
    from station.incident_meanings import MEANINGS
    from station.probes import probe_from_environment
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir, probe=probe_from_environment())) as centre:
        found = _found(centre)
    if arguments.json:
        listed = [
            {
                "station": station,
                "kind": str(incident.kind),
                "subject": incident.subject,
                "opened_at": incident.opened_ms,
                "body": incident.body,
                "what": MEANINGS[incident.kind][0],
                "hint": MEANINGS[incident.kind][1],
            }
            for station, _, incident in found
        ]
        print(json.dumps({"incidents": listed}, ensure_ascii=False))
        return 0
    if not found:
        print("Nothing has happened that should not have.")
    for station, zone, incident in found:
        at = datetime.fromtimestamp(incident.opened_ms / 1000, zone)
        what, hint = MEANINGS[incident.kind]
        print(f"{at:%Y-%m-%d %H:%M}  station {station}  {incident.kind}  {incident.subject}\n  {what} {hint}")
        print(f"  {json.dumps(incident.body, ensure_ascii=False)}")
    return 0


def _found(centre: "Centre") -> "list[tuple[int, ZoneInfo, Incident]]":
    every = [
        (station, timetable.zone, incident)
        for station, timetable in sorted(centre.stations.timetables().items())
        for incident in centre.incidents(station)
    ]
    return sorted(every, key=lambda each: each[2].opened_ms)
