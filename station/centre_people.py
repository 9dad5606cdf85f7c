"""`waystation centre travellers` and `waystation centre access`: who travelled, and who was told so."""

import argparse
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tickets.errors import EnvironmentFault

if TYPE_CHECKING:
    from sync.server.centre import Centre

_MOST_WHY = 200


def add_arguments(travellers: argparse.ArgumentParser, access: argparse.ArgumentParser) -> None:
    """Declare the options of both."""
    for each in (travellers, access):
        each.add_argument("--dir", type=Path, required=True, metavar="DIR")
        each.add_argument("--station", type=int, metavar="N", help="where the centre has more than one")
        each.add_argument("--json", action="store_true")
    travellers.add_argument("--date", required=True, metavar="DATE", help="the service date")
    travellers.add_argument("--trip", required=True, metavar="TRIP")
    travellers.add_argument("--by", type=_said(80), required=True, metavar="NAME", help="who asks, as it will be read")
    travellers.add_argument("--why", type=_said(_MOST_WHY), required=True, metavar="TEXT", help="by what right")
    travellers.set_defaults(run=_travellers)
    access.set_defaults(run=_access)


def _said(most: int) -> Callable[[str], str]:
    def said(text: str) -> str:
        if not text.strip() or len(text) > most or not text.isprintable():
            raise argparse.ArgumentTypeError(f"say it in 1 to {most} printable characters")
        return text

    return said


def _station(centre: "Centre", wanted: int | None) -> int:
    known = sorted(centre.stations.timetables())
    chosen = known[0] if wanted is None and len(known) == 1 else wanted
    if chosen not in known:
        raise EnvironmentFault("which station is meant", f"name one of {', '.join(map(str, known))} with --station")
    return chosen


def _travellers(arguments: argparse.Namespace) -> int:
    """Write down that it is asked, then open the identities of a departure and print them."""
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir)) as centre:
        station = _station(centre, arguments.station)
        found = centre.open_identities(station, arguments.date, arguments.trip, who=arguments.by, why=arguments.why)
    if arguments.json:
        listed = [
            {
                "number": each.number,
                "seat": each.seat,
                "state": each.state,
                "document": None if each.identity is None else {
                    "kind": int(each.identity.kind), "number": each.identity.number, "name": each.identity.name
                },
            }
            for each in found
        ]  # fmt: skip
        print(json.dumps({"travellers": listed}, ensure_ascii=False))
        return 0
    for each in found:
        who = "cannot be opened" if each.identity is None else f"{each.identity.name}  {each.identity.number}"
        print(f"{each.seat or '-':>3}  {each.number}  {each.state:<8}  {who}")
    print(f"{len(found)} tickets that this centre knows of. That they were opened is in: waystation centre access")
    return 0


def _access(arguments: argparse.Namespace) -> int:
    """Print who was given what of people's data."""
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir)) as centre:
        station = _station(centre, arguments.station)
        found, zone = centre.accesses(station), centre.stations.timetables()[station].zone
    if arguments.json:
        listed = [
            {"at": each.at_ms, "what": str(each.what), "subject": each.subject, "who": each.who, "why": each.why}
            for each in found
        ]
        print(json.dumps({"accesses": listed}, ensure_ascii=False))
        return 0
    if not found:
        print("Nobody was given anything of people's data.")
    for each in found:
        at = datetime.fromtimestamp(each.at_ms / 1000, zone)
        print(f"{at:%Y-%m-%d %H:%M}  {each.what:<10}  {each.subject:<24}  {each.who}  {each.why}".rstrip())
    return 0
