"""`waystation departure`: what staff do to a departure, signed with their badge; how it stands; and its sheet."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from station.badge_command import add_card
from tickets.staff import Act

SHOWN_HOURS = 4

HELP = {
    Act.OPEN: "open check-in now (开检), also again after a stop",
    Act.STOP: "stop check-in now (停检)",
    Act.LATE: "let late passengers board until a time (补检)",
    Act.DELAY: "another time of departure (改时间); check-in moves with it",
    Act.MERGE: "its passengers travel on another coach of the day (并班)",
    Act.CANCEL: "the coach does not go (停班)",
    Act.REINSTATE: "take back a cancellation, a merge or a departure (复班)",
    Act.GATE: "another check-in gate (改检票口)",
    Act.COACH: "another coach (换车)",
    Act.DEPART: "it has left (发车)",
    Act.STRIKE_OFF: "the arbiter need not wait for this gate's history",
    Act.FREE: "others may sell what a silent till has of it (收回余票)",
}
"""Every act, in a line."""

_TIME = "TIME"
_TIME_HELP = "a time of day as 14:30 (00:30 is after midnight), or minutes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare show, sheet and a word for every act."""
    acts = parser.add_subparsers(required=True, metavar="ACT")
    _add_show(acts.add_parser("show", help="how departures stand, and what staff did to them"))
    for act, said in HELP.items():
        _add_act(acts.add_parser(command_word(act), help=said), act)
    _add_sheet(acts.add_parser("sheet", help="what a coach leaves with (路单)"))


def command_word(act: Act) -> str:
    """How an act is called on the command line."""
    return act.value.replace("_", "-")


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="of this terminal")
    parser.add_argument("--json", action="store_true")


def _add_date(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", type=_date, metavar="DATE", help="the service day, as 2026-11-22; today")


def _add_show(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    _add_date(parser)
    parser.add_argument("--trip", help="this departure alone")
    parser.add_argument(
        "--hours", type=float, default=SHOWN_HOURS, help=f"how far ahead, without --date; {SHOWN_HOURS}"
    )
    parser.set_defaults(run=_show)


def _add_act(parser: argparse.ArgumentParser, act: Act) -> None:
    _add_common(parser)
    if act is Act.STRIKE_OFF:
        parser.add_argument("--device", required=True, help="the gate, by its device id or the name of its enrolment")
    else:
        _add_date(parser)
        parser.add_argument("--trip", required=True, help="such as LW1408")
    add_card(parser)
    parser.add_argument("--why", default="", metavar="TEXT", help="for other staff, in a few words; no names")
    match act:
        case Act.LATE:
            parser.add_argument("--until", required=True, metavar=_TIME, help=f"{_TIME_HELP} from now")
        case Act.DELAY:
            parser.add_argument("--to", required=True, metavar=_TIME, help=f"{_TIME_HELP} later than so far")
        case Act.MERGE:
            parser.add_argument("--into", required=True, metavar="TRIP", help="the trip whose coach takes them")
        case Act.GATE:
            parser.add_argument("--gate", required=True)
            parser.add_argument("--bay", help="where that changes too")
        case Act.COACH:
            parser.add_argument("--plate", required=True)
            parser.add_argument("--seats", metavar="N", help="its numbered seats, or none; as many as before")
            parser.add_argument("--bay", help="where that changes too")
        case Act.FREE:
            parser.add_argument("--device", required=True, help="the till, by its device id or the name it enrolled as")
        case Act.STOP:
            parser.add_argument("--sheet", action="store_true", help="show the departure sheet as well")
            parser.add_argument("--print", action="store_true", help="print the departure sheet as well")
        case _:
            pass
    parser.set_defaults(run=_acting(act))


def _add_sheet(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    _add_date(parser)
    parser.add_argument("--trip", required=True, help="such as LW1408")
    parser.add_argument("--print", action="store_true", help="on the configured printer")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="as it would be printed, a PNG file")
    parser.set_defaults(run=_sheet)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("a date is written as 2026-11-22") from error


def _show(arguments: argparse.Namespace) -> int:
    from station.departure_show import show

    return show(arguments)


def _acting(act: Act) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        from station.departure_acting import act_on

        return act_on(act, arguments)

    return run


def _sheet(arguments: argparse.Namespace) -> int:
    from station.sheet_command import sheet

    return sheet(arguments)
