"""`waystation centre badge`: who of the staff is on the trust list, and the card that each gets."""

import argparse
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from station.centre_keys import SIGN_IT
from tickets.trust import Badge, Role

if TYPE_CHECKING:
    from station.station_words import StationWords
    from sync.server.centre import Centre

USUAL_DAYS = 365


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare add, list and remove."""
    acts = parser.add_subparsers(required=True, metavar="ACT")
    add = acts.add_parser("add", help="make a badge: its card, and a new trust list that names it")
    listing = acts.add_parser("list", help="the badges of the newest trust list")
    remove = acts.add_parser("remove", help="take a badge off the trust list: nothing it signs is obeyed any more")
    for act in (add, listing, remove):
        act.add_argument("--dir", type=Path, required=True, metavar="DIR")
    for act in (add, remove):
        act.add_argument("--number", required=True, help="the badge's number, such as 0107")
    add.add_argument("--initials", required=True, help="1 to 4 letters; never a name")
    add.add_argument("--role", type=Role, choices=list(Role), required=True, metavar="ROLE", help=" | ".join(Role))
    add.add_argument("--days", type=int, default=USUAL_DAYS, help=f"how long it is valid; {USUAL_DAYS}")
    add.add_argument("--card", type=Path, required=True, metavar="FILE", help="where to write the card: .png or .txt")
    add.add_argument("--pin-file", metavar="FILE", help="where a script keeps the PIN; - for a line of input")
    add.add_argument("--replace", action="store_true", help="in place of the badge of this number")
    listing.add_argument("--json", action="store_true")
    add.set_defaults(run=_add)
    listing.set_defaults(run=_list)
    remove.set_defaults(run=_remove)


def _add(arguments: argparse.Namespace) -> int:
    from station.badge_card import write_private
    from station.pin import choose_pin
    from sync.server.badges import make_badge, newest_list, require_root
    from tickets.errors import EnvironmentFault

    if arguments.card.suffix.lower() not in (".png", ".txt"):
        raise EnvironmentFault("a badge card is a .png picture or a .txt file", "give --card such a name")
    require_root(arguments.dir)
    if newest_list(arguments.dir).badge(arguments.number) is not None and not arguments.replace:
        raise EnvironmentFault(
            f"there is a badge {arguments.number} already",
            "give another number, or --replace if its card or PIN is lost: the former card is then worth nothing",
        )
    pin = choose_pin(arguments.pin_file, f"badge {arguments.number}")
    with _centre(arguments.dir) as centre:
        badge, card = make_badge(
            number=arguments.number,
            initials=arguments.initials,
            role=arguments.role,
            now=centre.house.now(),
            days=arguments.days,
            pin=pin,
            random=secrets.token_bytes,
        )
        write_private(arguments.card, _card_file(arguments.card, card, badge, _words(centre)))
        try:
            centre.keys.issue_badge(badge)
        except BaseException:  # nobody would believe this card
            arguments.card.unlink()
            raise
    print(
        f"Badge {badge.number} ({badge.initials}, {badge.role}) is valid until {badge.expires:%Y-%m-%d} (UTC). "
        f"Its card is {arguments.card}: the only copy of its key, sealed by the PIN. "
        "Terminals hear of it by themselves."
    )
    return 0


def _card_file(path: Path, card: str, badge: Badge, station: "StationWords") -> bytes:
    from station.badge_card import draw_card, png

    if path.suffix.lower() == ".txt":
        return f"{card}\n".encode("ascii")
    return png(draw_card(card, badge, station))


def _list(arguments: argparse.Namespace) -> int:
    from station.text_table import table
    from sync.server.badges import newest_list

    trust_list = newest_list(arguments.dir)
    if arguments.json:
        badges = [
            {
                "number": badge.number,
                "initials": badge.initials,
                "role": str(badge.role),
                "expires": int(badge.expires.timestamp() * 1000),
            }
            for badge in trust_list.badges
        ]
        print(json.dumps({"version": trust_list.version, "badges": badges}))
        return 0
    if not trust_list.badges:
        print(f"No badge is on the trust list (version {trust_list.version}).")
        return 0
    rows = [
        (badge.number, badge.initials, str(badge.role), f"{badge.expires:%Y-%m-%d %H:%M}")
        for badge in sorted(trust_list.badges, key=lambda badge: badge.number)
    ]
    print(table((("number", "initials", "role", "valid until (UTC)"), *rows)))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        signed = centre.keys.withdraw_badge(arguments.number)
    if not signed:
        print(f"Badge {arguments.number} is off the next trust list, and counts until terminals have that. {SIGN_IT}")
        return 0
    print(
        f"Badge {arguments.number} is off the trust list. Terminals refuse it as soon as they have the new list; "
        "what it signed before and they obey already stands."
    )
    return 0


def _centre(directory: Path) -> "Centre":
    from station.probes import probe_from_environment
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    return Centre.open(Settings(directory=directory, probe=probe_from_environment()))


def _words(centre: "Centre") -> "StationWords":
    """Whose card it is; badges count at every station of a centre, so only where there is one is it named."""
    from station.station_words import StationWords

    stations = list(centre.stations.timetables().values())
    if len(stations) != 1:
        return StationWords()
    station = stations[0].station
    return StationWords(name=station.name, operator=station.operator, zone=ZoneInfo(station.timezone))
