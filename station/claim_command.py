"""`waystation claim`: what passengers are owed by this machine, and paying it out once, with a badge."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.badge_command import add_card
from tickets.money import Fen, yuan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare list, show and settle."""
    acts = parser.add_subparsers(required=True, metavar="ACT")
    listing = acts.add_parser("list", help="every open claim of this machine, oldest first")
    show = acts.add_parser("show", help="one claim: how much, why, and whether it was paid out")
    settle = acts.add_parser("settle", help="write down that it is paid out now; refused the second time")
    for act in (listing, show, settle):
        act.add_argument("--config", type=Path, required=True, metavar="FILE", help="of the machine that opened it")
        act.add_argument("--json", action="store_true")
    for act in (show, settle):
        act.add_argument("number", metavar="NUMBER", help="the twelve digits of the slip, spaces allowed")
    add_card(settle)
    listing.set_defaults(run=_list)
    show.set_defaults(run=_show)
    settle.set_defaults(run=_settle)


def _list(arguments: argparse.Namespace) -> int:
    from station.cash_desk import ask
    from station.config import load

    claims = ask(load(arguments.config), {"do": "claims"})["claims"]
    if arguments.json:
        print(json.dumps(claims, ensure_ascii=False))
        return 0
    for claim in claims:
        print(_line(claim))
    owed = Fen(sum(claim["fen"] for claim in claims))
    print(f"{len(claims)} open, {yuan(owed)} in all." if claims else "No claim is open at this machine.")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from station.cash_desk import ask
    from station.config import load

    return _tell(arguments, ask(load(arguments.config), {"do": "claim", "claim": arguments.number})["claim"])


def _settle(arguments: argparse.Namespace) -> int:
    from station.cash_desk import ask, proof
    from station.config import load

    config = load(arguments.config)
    ask(config, {"do": "claim", "claim": arguments.number})  # before anybody is asked for a PIN
    code = proof(config, arguments.card, arguments.pin_file)
    return _tell(arguments, ask(config, {"do": "settle", "claim": arguments.number, "badge": code})["claim"])


def _tell(arguments: argparse.Namespace, claim: Mapping[str, Any]) -> int:
    print(json.dumps(claim, ensure_ascii=False) if arguments.json else _line(claim))
    return 0


def _line(claim: Mapping[str, Any]) -> str:
    number, at = claim["claim"], claim["opened_at"]
    grouped = " ".join(number[first : first + 4] for first in range(0, len(number), 4))
    opened = "" if at is None else f", since {datetime.fromtimestamp(at / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"
    state = f"settled by badge {claim['by']}" if claim["state"] == "settled" else claim["state"]
    doubt = (
        "" if claim["certain"] or claim["state"] != "open" else " Look into the machine before paying: it is in doubt."
    )
    good = (
        f" Ticket {claim['ticket']} is still good: have the centre take it back before paying."
        if claim["ticket"] and claim["state"] == "open"
        else ""
    )
    return f"{grouped}: {yuan(Fen(claim['fen']))}, {state}{opened}. {claim['said']}{doubt}{good}"
