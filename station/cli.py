"""The `waystation` command: one word per process or act, each in a module of its own."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from station.config import Config, ConfigFault, kiosk_devices, load
from tickets.errors import Fault

Run = Callable[[argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status. A fault that a person can mend is said in one line, without a trace."""
    os.umask(0o007)
    parser = _parser()
    arguments = parser.parse_args(argv)
    if "run" not in arguments:
        parser.print_help(sys.stderr)
        return 2
    try:
        run: Run = arguments.run
        status = run(arguments)
        sys.stdout.flush()
        return status
    except ConfigFault as fault:
        print(fault, file=sys.stderr)
        return 2
    except Fault as fault:
        print(f"{_sentence(fault.what)} {_sentence(fault.hint)}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        path = error.filename2 or error.filename
        if path is None:  # nothing that a person could look at: keep the trace
            raise
        print(f"{error.strerror}: {path}. Check the path, and that this user may use it.", file=sys.stderr)
        return 1


def _sentence(text: str) -> str:
    """With a capital letter and a full stop, whoever wrote it; a path at its beginning stays as it is."""
    first, _, _ = text.partition(" ")
    return (text[:1].upper() + text[1:] if first.isalpha() else text).rstrip(".") + "."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="waystation", description="The software of a coach station's own machines.")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, said, needs, process in (
        ("gate", "the gate: readers, decision, barrier", _gate_lanes, _gate),
        ("sync", "keeps this terminal's stores in step with the centre", lambda _: None, _sync),
        ("relay", "the station's arbiter: says who used a ticket first", lambda _: None, _relay),
    ):
        command = commands.add_parser(name, help=said, description=said)
        command.add_argument("--config", type=Path, required=True, metavar="FILE")
        command.add_argument(
            "--check-config", action="store_true", help="read the configuration, say what is wrong, end"
        )
        command.set_defaults(run=_with_config(process, needs))
    _add_kiosk(commands.add_parser("kiosk", help="the ticket machine: screen, cash, printer"))
    _add_display(
        commands.add_parser("display", help="the gate's display for passengers: what the gate says, in colour")
    )
    _add_centre(commands.add_parser("centre", help="the reference central ticketing server"))
    enrol = commands.add_parser("enrol", help="make this terminal known to the centre with a one-time code")
    enrol.add_argument("--config", type=Path, required=True, metavar="FILE")
    enrol.add_argument("--kind", choices=["till", "gate", "relay"], required=True)
    enrol.add_argument("--name", required=True, help="the terminal's name at its station, such as kiosk-1")
    enrol.add_argument("--code", help="from `waystation centre enrol-code`; asked for when it is not given")
    enrol.set_defaults(run=_enrol)
    rekey = commands.add_parser("rekey", help="give this terminal another key; start its services anew afterwards")
    rekey.add_argument("--config", type=Path, required=True, metavar="FILE")
    rekey.set_defaults(run=_rekey)
    _add_staff(
        commands.add_parser("badge", help="a badge code for the gates' readers, out of a badge card"),
        commands.add_parser("departure", help="what staff do to a departure, with a badge; and its sheet"),
    )
    _add_cashier(
        commands.add_parser(
            "claim", help="what passengers are owed by a machine, and paying it out once, with a badge"
        ),
        commands.add_parser("shift", help="a cashier's turn with a machine: what should be in it, what is counted"),
    )
    _add_ticket(commands.add_parser("ticket", help="what a code says and whether it holds"))
    read = commands.add_parser("read", help="read the codes in pictures, as the gate's camera does; one JSON line each")
    read.add_argument("files", nargs="+", type=Path, metavar="IMAGE")
    read.set_defaults(run=_read)
    _add_simulate(commands.add_parser("simulate", help="stations in virtual time, with faults: are the promises kept?"))
    _add_simulator(commands.add_parser("simulate-device", help="a simulated device on a PTY or TCP port"))
    return parser


def _with_config(process: Callable[[Config], int], needs: Callable[[Config], object]) -> Run:
    def run(arguments: argparse.Namespace) -> int:
        config = load(arguments.config)
        try:
            needs(config)
        except ConfigFault as fault:
            raise ConfigFault(f"{arguments.config}: {fault}") from fault
        if arguments.check_config:
            print(f"{arguments.config}: good")
            return 0
        return process(config)

    return run


# Each part is imported when it is asked for: a gate should not load Qt, nor a ticket check OpenCV.


def _kiosk(config: Config) -> int:
    from station import kiosk_process

    return kiosk_process.run(config)


def _add_kiosk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="needed for all but pictures")
    parser.add_argument("--check-config", action="store_true", help="read the configuration, say what is wrong, end")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write every screen as a PNG file, and end")

    def run(arguments: argparse.Namespace) -> int:
        if arguments.screenshots is not None:
            from kiosk import screenshots

            screenshots.write(arguments.screenshots, on_written=print)
            return 0
        if arguments.config is None:
            parser.error("say which terminal this is: --config FILE")
        return _with_config(_kiosk, kiosk_devices)(arguments)

    parser.set_defaults(run=run)


def _gate_lanes(config: Config) -> object:
    from station.lanes import gate_lanes

    return gate_lanes(config)


def _gate(config: Config) -> int:
    from station import gate_process

    return gate_process.run(config)


def _sync(config: Config) -> int:
    from station import sync_process

    return sync_process.run(config)


def _relay(config: Config) -> int:
    from station import relay_process

    return relay_process.run(config)


def _enrol(arguments: argparse.Namespace) -> int:
    from station.enrolment import enrol

    config = load(arguments.config)
    code = arguments.code or input("Code: ")
    done = enrol(config, kind=arguments.kind, name=arguments.name, code=code)
    print(json.dumps({"device": done.device, "kind": done.kind, "station": done.station, "prefix": done.prefix}))
    return 0


def _rekey(arguments: argparse.Namespace) -> int:
    from station.centre_line import centre_http
    from station.enrolment import Enrolment, change_key
    from sync.client import CentreClient

    config = load(arguments.config)
    enrolment = Enrolment.load(config.directory)
    with centre_http(config, enrolment) as http:
        change_key(enrolment, lambda key: CentreClient(config.centre.url, enrolment.device, key, http))
    print(json.dumps({"device": enrolment.device, "rekeyed": True}))
    return 0


def _read(arguments: argparse.Namespace) -> int:
    from station.read_command import read

    return read(arguments.files)


def _display_of(arguments: argparse.Namespace, config: Config) -> str:
    from station.lanes import display_of

    return display_of(config, arguments.lane, arguments.way)


def _add_display(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the gate's own")
    parser.add_argument("--check-config", action="store_true", help="read the configuration, say what is wrong, end")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write every picture as a PNG file, and end")
    parser.add_argument("--lane", metavar="NAME", help="whose display it is, at a gate of several lanes")
    parser.add_argument("--way", choices=["in", "out"], help="for a lane for both ways: which side looks at it; in")

    def run(arguments: argparse.Namespace) -> int:
        def display(config: Config) -> int:
            from station import display_process

            if arguments.screenshots is None:
                return display_process.run(config, _display_of(arguments, config))
            return display_process.write_pictures(config, arguments.screenshots)

        return _with_config(display, lambda config: _display_of(arguments, config))(arguments)

    parser.set_defaults(run=run)


def _add_ticket(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="ACT")
    inspect = acts.add_parser("inspect", help="what the code says, whether or not it holds")
    verify = acts.add_parser("verify", help="exit 0: it holds; 1: it does not; 2: unreadable")
    verify.add_argument("--trust", type=Path, required=True, metavar="FILE", help="a trust list")
    verify.add_argument(
        "--root", type=Path, metavar="FILE", help="PEM of the root's public key, to check the list with"
    )
    for act in (inspect, verify):
        act.add_argument("text", metavar="TEXT")
        act.add_argument("--json", action="store_true")

    def run(arguments: argparse.Namespace) -> int:
        from station import ticket_command

        return ticket_command.run(arguments)

    inspect.set_defaults(run=run, trust=None, root=None)
    verify.set_defaults(run=run)


def _add_centre(parser: argparse.ArgumentParser) -> None:
    from station import centre_command

    centre_command.add_arguments(parser)


def _add_staff(badge: argparse.ArgumentParser, departure: argparse.ArgumentParser) -> None:
    from station import badge_command, departure_command

    badge_command.add_arguments(badge)
    departure_command.add_arguments(departure)


def _add_cashier(claim: argparse.ArgumentParser, shift: argparse.ArgumentParser) -> None:
    from station import claim_command, shift_command

    claim_command.add_arguments(claim)
    shift_command.add_arguments(shift)


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    from station.simulate.arguments import add_arguments

    def run(given: argparse.Namespace) -> int:
        from station.simulate import command

        return command.run(given)

    add_arguments(parser)
    parser.set_defaults(run=run)


def _add_simulator(parser: argparse.ArgumentParser) -> None:
    printers = "printer, printer-presenter, printer-zpl, printer-tspl"
    scanners, barriers = "scanner, scanner-gm65, scanner-ssi", "barrier, barrier-lot, barrier-lot-tcp"
    cash = "cash, coins, dispenser, cctalk-line, card-terminal"
    parser.add_argument("kind", help=f"{printers}, {cash}, id-reader, {scanners}, {barriers} or camera")
    parser.add_argument("--listen", required=True, help="pty:PATH or tcp:HOST:PORT (port 0 picks one)")
    parser.add_argument("--control", required=True, type=Path, help="UNIX socket to work the device by hand")
    parser.add_argument("--state", required=True, type=Path, help="folder for what the device keeps: stacker, prints")
    parser.add_argument("--log", type=Path, help="byte log (JSON lines)")

    def run(arguments: argparse.Namespace) -> int:
        from station import simulators

        return simulators.run(arguments)

    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
