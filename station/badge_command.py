"""`waystation badge code`: a short-lived code that shows a gate who stands before it."""

import argparse
import json
import secrets
import sys
from datetime import timedelta
from pathlib import Path

from tickets.badges import LONGEST_HOURS

USUAL_HOURS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `code`."""
    acts = parser.add_subparsers(required=True, metavar="ACT")
    code = acts.add_parser("code", help="make a code for the readers of this station's gates, out of a badge card")
    code.add_argument("--config", type=Path, required=True, metavar="FILE", help="of any terminal of the station")
    add_card(code)
    code.add_argument("--hours", type=_hours, default=USUAL_HOURS, help=f"how long it is valid, 1 to {LONGEST_HOURS}")
    code.add_argument("--png", type=Path, metavar="FILE", help="draw it, to print or to send to a telephone")
    code.add_argument("--json", action="store_true")
    code.set_defaults(run=_code)


def add_card(parser: argparse.ArgumentParser) -> None:
    """Declare how a command gets a badge card and its PIN."""
    parser.add_argument("--card", required=True, metavar="FILE", help="a picture or text file of the card; - for input")
    parser.add_argument("--pin-file", metavar="FILE", help="where a script keeps the PIN; - for a line of input")


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_HOURS):
        raise argparse.ArgumentTypeError(f"a badge code is valid for 1 to {LONGEST_HOURS} hours")
    return int(text)


def _code(arguments: argparse.Namespace) -> int:
    from station.badge_card import draw_code, png, write_private
    from station.clock_words import day_and_time
    from station.config import load
    from station.staff_desk import StaffDesk
    from station.terminal_code import terminal_code
    from tickets.badges import badge_code

    with StaffDesk(load(arguments.config)) as desk:
        holder = desk.holder(arguments.card, arguments.pin_file)
        now, badge = desk.dated(), holder.badge
        code = badge_code(badge.number, holder.key, desk.enrolment.station, now, arguments.hours, secrets.token_bytes)
        until = min(now + timedelta(hours=arguments.hours), badge.expires)
        said_until = day_and_time(until, desk.station.zone)
        if arguments.png is not None:
            write_private(arguments.png, png(draw_code(code, badge, desk.station, said_until)))
    if arguments.json:
        made = {"code": code, "badge": badge.number, "role": str(badge.role), "until": int(until.timestamp() * 1000)}
        print(json.dumps(made))
        return 0
    print(terminal_code(code, colours=sys.stdout.isatty()))
    print(code)
    print(f"Badge {badge.number}, until {said_until}. Show it to a gate of this station, not to other people.")
    return 0
