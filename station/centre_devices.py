"""`waystation centre devices|retire|revoke`: which terminals there are, and which are believed no more."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path


def add_arguments(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the three acts."""
    listed = acts.add_parser("devices", help="the terminals, their state, and until when they are certified")
    listed.add_argument("--dir", type=Path, required=True, metavar="DIR")
    listed.add_argument("--json", action="store_true", help="one JSON line each")
    listed.set_defaults(run=_devices)
    for name, said, run in (
        ("retire", "give a terminal nothing more; what it still reports is taken", _retire),
        ("revoke", "stop believing a terminal at once; tickets that it has reported stay valid", _revoke),
    ):
        act = acts.add_parser(name, help=said)
        act.add_argument("--dir", type=Path, required=True, metavar="DIR")
        act.add_argument("device", help="its id, from `waystation centre devices`")
        act.set_defaults(run=run)


def _devices(arguments: argparse.Namespace) -> int:
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir)) as centre:
        known = centre.devices.all()
    for each in known:
        ends = None if each.ends_ms is None else datetime.fromtimestamp(each.ends_ms / 1000, UTC).isoformat()
        if arguments.json:
            row = {"device": each.device, "name": each.name, "kind": each.kind, "station": each.station}
            print(json.dumps({**row, "state": each.state, "certified_until": ends}, ensure_ascii=False))
        else:
            print(f"{each.device}  {each.name}  {each.state}  certified until {ends or 'it renews'}")
    return 0


def _retire(arguments: argparse.Namespace) -> int:
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir)) as centre:
        centre.devices.retire(arguments.device)
    print(f"{arguments.device} is given nothing more. What it has not reported yet is still taken.")
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir)) as centre:
        everywhere = centre.devices.revoke(arguments.device)
    print(f"{arguments.device} is not believed any more: the centre answers none of its requests.")
    if everywhere:
        print("Gates send tickets that it sold and never reported to staff; those that the centre knows stay valid.")
    else:
        print(
            "Gates with a line hear of it by the centre's own word, within seconds, and send tickets that it sold and "
            "never reported to staff. The root key is away, so it is on no trust list yet: have the next one signed "
            "(waystation centre list export)."
        )
    return 0
