"""`waystation centre`: the reference central ticketing server, and what its operator does."""

import argparse
import json
from pathlib import Path

from station import (
    centre_backup,
    centre_badges,
    centre_devices,
    centre_import,
    centre_incidents,
    centre_keys,
    centre_people,
)
from sync.server.settings import PAYMENT_PROVIDERS

MOST_NAME = 80
"""The longest name of a terminal that the centre keeps."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare init, run, enrol-code, devices, keys, import-gtfs, backup, incidents and what is done about badges."""
    acts = parser.add_subparsers(required=True, metavar="ACT")
    init = acts.add_parser("init", help="set up a centre with one station in an empty directory")
    run = acts.add_parser("run", help="serve it until SIGTERM; prints a JSON line with its address")
    code = acts.add_parser("enrol-code", help="make a one-time code that lets a terminal enrol")
    centre_devices.add_arguments(acts)
    centre_keys.add_arguments(acts)
    centre_badges.add_arguments(acts.add_parser("badge", help="who of the staff may act, and their badge cards"))
    centre_incidents.add_arguments(acts.add_parser("incidents", help="what should not have happened and did"))
    centre_import.add_arguments(acts.add_parser("import-gtfs", help="a station's timetable from a GTFS feed"))
    centre_backup.add_arguments(acts.add_parser("backup", help="a copy of the database, while the centre runs"))
    centre_people.add_arguments(
        acts.add_parser("travellers", help="who travels on a departure; that it was asked is written down"),
        acts.add_parser("access", help="who was given what of people's data"),
    )
    for act in (init, run):
        act.add_argument(
            "--database",
            default="",
            metavar="URL",
            help="PostgreSQL instead of a file in DIR, as postgresql://user@host/name; init keeps it in centre.json",
        )
    for act in (init, run, code):
        act.add_argument("--dir", type=Path, required=True, metavar="DIR")
    init.add_argument("--timetable", type=Path, metavar="FILE", help="instead of the demonstration's")
    init.add_argument(
        "--payments",
        choices=[provider or "none" for provider in PAYMENT_PROVIDERS],
        help="who moves money without cash; the sandbox moves none, and comes with the demonstration's timetable",
    )
    init.set_defaults(run=_init)
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=_port, default=8080, help="0 picks a free one")
    run.add_argument(
        "--plain", action="store_true", help="plain HTTP: behind a proxy that ends TLS, or where nobody else can listen"
    )
    run.add_argument(
        "--front-certificate",
        type=Path,
        metavar="FILE",
        help="with --plain: the certificate (PEM) that the proxy shows",
    )
    run.set_defaults(run=_run)
    code.add_argument("--kind", choices=["till", "gate", "relay"], required=True)
    code.add_argument(
        "--name", type=terminal_name, required=True, help="the terminal's name at its station, such as kiosk-1"
    )
    code.set_defaults(run=_enrol_code)


def terminal_name(text: str) -> str:
    """Return a terminal's name; raises ArgumentTypeError when it is empty, too long or not printable."""
    if not text.strip() or len(text) > MOST_NAME or not text.isprintable():
        raise argparse.ArgumentTypeError(f"a name has 1 to {MOST_NAME} printable characters, such as kiosk-1")
    return text


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _init(arguments: argparse.Namespace) -> int:
    from station.probes import probe_from_environment
    from sync.server.settings import Policy
    from sync.server.setup import initialise
    from sync.server.timetable import load_timetable

    timetable = load_timetable(arguments.timetable) if arguments.timetable else None
    policy = None
    if arguments.payments is not None:
        policy = Policy(payment_provider="" if arguments.payments == "none" else arguments.payments)
    initialise(arguments.dir, timetable, policy=policy, database=arguments.database, probe=probe_from_environment())
    print(f"A centre is set up in {arguments.dir}. Run it with: waystation centre run --dir {arguments.dir}")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from station.probes import probe_from_environment
    from sync.server.run import serve
    from sync.server.tls import line_key_of

    def ready(url: str) -> None:
        print(json.dumps({"ready": True, "url": url}), flush=True)

    front: frozenset[bytes] = frozenset()
    if arguments.front_certificate is not None:
        front = frozenset({line_key_of(arguments.front_certificate.read_bytes())})
    serve(
        arguments.dir,
        arguments.host,
        arguments.port,
        probe_from_environment(),
        ready,
        tls=not arguments.plain,
        front_keys=front,
        database=arguments.database,
    )
    return 0


def _enrol_code(arguments: argparse.Namespace) -> int:
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    with Centre.open(Settings(directory=arguments.dir)) as centre:
        print(centre.devices.new_code(arguments.kind, arguments.name))
    return 0
