"""The `waystation` command: one word per process or act, each in a module of its own.

A process is there as soon as its modules are: each word imports what it needs when it is the one that was said, so that
a gate does not load Qt, nor a simulated device a server.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from station.config_fault import ConfigFault
from tickets.errors import Fault

if TYPE_CHECKING:
    from station.config import Config

Run = Callable[[argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status. A fault that a person can mend is said in one line, without a trace."""
    os.umask(0o007)
    words = sys.argv[1:] if argv is None else argv
    parser = _parser(words[0] if words else "")
    arguments = parser.parse_args(words)
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


def _parser(said: str | None = None) -> argparse.ArgumentParser:
    """The parser of all words; when one was `said`, the others are only named: what theirs take need not be known."""
    parser = argparse.ArgumentParser(prog="waystation", description="The software of a coach station's own machines.")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, (described, fill) in _WORDS.items():
        command = commands.add_parser(name, help=described, description=described if fill in _PROCESSES else None)
        if said in (None, name):
            fill(command)
    return parser


def _add_gate(parser: argparse.ArgumentParser) -> None:
    _add_process(parser, _gate_lanes, _gate)


def _add_sync(parser: argparse.ArgumentParser) -> None:
    _add_process(parser, lambda _: None, _sync)


def _add_relay(parser: argparse.ArgumentParser) -> None:
    _add_process(parser, lambda _: None, _relay)


def _add_process(
    parser: argparse.ArgumentParser, needs: Callable[[Config], object], process: Callable[[Config], int]
) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--check-config", action="store_true", help="read the configuration, say what is wrong, end")
    parser.set_defaults(run=_with_config(process, needs))


def _add_enrol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--kind", choices=["till", "gate", "relay"], required=True)
    parser.add_argument("--name", required=True, help="the terminal's name at its station, such as kiosk-1")
    parser.add_argument("--code", help="from `waystation centre enrol-code`; asked for when it is not given")
    parser.set_defaults(run=_enrol)


def _add_rekey(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.set_defaults(run=_rekey)


def _add_read(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="IMAGE")
    parser.set_defaults(run=_read)


def _with_config(process: Callable[[Config], int], needs: Callable[[Config], object]) -> Run:
    def run(arguments: argparse.Namespace) -> int:
        from station.config import load

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
        from station.config import kiosk_devices

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
    from station.config import load
    from station.enrolling import enrol

    config = load(arguments.config)
    code = arguments.code or input("Code: ")
    done = enrol(config, kind=arguments.kind, name=arguments.name, code=code)
    print(json.dumps({"device": done.device, "kind": done.kind, "station": done.station, "prefix": done.prefix}))
    return 0


def _rekey(arguments: argparse.Namespace) -> int:
    from station.centre_line import centre_http
    from station.config import load
    from station.enrolling import change_key
    from station.enrolment import Enrolment
    from sync.line.client import CentreClient

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


def _add_badge(parser: argparse.ArgumentParser) -> None:
    from station import badge_command

    badge_command.add_arguments(parser)


def _add_departure(parser: argparse.ArgumentParser) -> None:
    from station import departure_command

    departure_command.add_arguments(parser)


def _add_claim(parser: argparse.ArgumentParser) -> None:
    from station import claim_command

    claim_command.add_arguments(parser)


def _add_shift(parser: argparse.ArgumentParser) -> None:
    from station import shift_command

    shift_command.add_arguments(parser)


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


_PROCESSES = (_add_gate, _add_sync, _add_relay)
_WORDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "gate": ("the gate: readers, decision, barrier", _add_gate),
    "sync": ("keeps this terminal's stores in step with the centre", _add_sync),
    "relay": ("the station's arbiter: says who used a ticket first", _add_relay),
    "kiosk": ("the ticket machine: screen, cash, printer", _add_kiosk),
    "display": ("the gate's display for passengers: what the gate says, in colour", _add_display),
    "centre": ("the reference central ticketing server", _add_centre),
    "enrol": ("make this terminal known to the centre with a one-time code", _add_enrol),
    "rekey": ("give this terminal another key; start its services anew afterwards", _add_rekey),
    "badge": ("a badge code for the gates' readers, out of a badge card", _add_badge),
    "departure": ("what staff do to a departure, with a badge; and its sheet", _add_departure),
    "claim": ("what passengers are owed by a machine, and paying it out once, with a badge", _add_claim),
    "shift": ("a cashier's turn with a machine: what should be in it, what is counted", _add_shift),
    "ticket": ("what a code says and whether it holds", _add_ticket),
    "read": ("read the codes in pictures, as the gate's camera does; one JSON line each", _add_read),
    "simulate": ("stations in virtual time, with faults: are the promises kept?", _add_simulate),
    "simulate-device": ("a simulated device on a PTY or TCP port", _add_simulator),
}
"""Every word, in a line, and what declares the arguments that it takes."""

if __name__ == "__main__":
    sys.exit(main())
