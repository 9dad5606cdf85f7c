"""`waystation shift`: a cashier's turn with a machine, from what is in it to what is counted, with a badge."""

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.amount import amount
from station.badge_command import add_card
from tickets.money import Fen, yuan

PLACES = ("stacker", "coins", "dispensers")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare show, open, refill, remove and close."""
    acts = parser.add_subparsers(required=True, metavar="ACT")
    show = acts.add_parser("show", help="the shift that is open, or the last one, with its sums")
    opened = acts.add_parser("open", help="take the machine over, with what is in it")
    refill = acts.add_parser("refill", help="write down money that was put in")
    remove = acts.add_parser("remove", help="write down money that was taken out")
    close = acts.add_parser("close", help="count what is in it, and end the shift; the difference stays on record")
    for act in (show, opened, refill, remove, close):
        act.add_argument("--config", type=Path, required=True, metavar="FILE", help="of this machine")
        act.add_argument("--json", action="store_true")
    for act in (opened, refill, remove, close):
        act.add_argument("amount", type=amount, metavar="YUAN", help="such as 200 or 37.50")
        add_card(act)
    for act in (refill, remove):
        act.add_argument("--where", choices=PLACES, required=True, help="notes, coins that went in, coins to give out")
    show.set_defaults(run=_show)
    opened.set_defaults(run=_acting(lambda _: {"do": "open"}))
    refill.set_defaults(run=_acting(lambda said: {"do": "move", "direction": "refilled", "where": said.where}))
    remove.set_defaults(run=_acting(lambda said: {"do": "move", "direction": "removed", "where": said.where}))
    close.set_defaults(run=_acting(lambda _: {"do": "close"}))


def _show(arguments: argparse.Namespace) -> int:
    from station.cash_desk import ask
    from station.config import load

    return _tell(arguments, ask(load(arguments.config), {"do": "shift"}))


def _acting(request: Callable[[argparse.Namespace], dict[str, object]]) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        from station.cash_desk import ask, proof
        from station.config import load

        config = load(arguments.config)
        ask(config, {"do": "shift"})  # before anybody is asked for a PIN
        code = proof(config, arguments.card, arguments.pin_file)
        return _tell(arguments, ask(config, request(arguments) | {"fen": int(arguments.amount), "badge": code}))

    return run


def _tell(arguments: argparse.Namespace, answer: Mapping[str, Any]) -> int:
    shift = answer["shift"]
    if arguments.json:
        print(json.dumps(shift, ensure_ascii=False))
    elif shift is None:
        print("No shift was ever opened at this machine.")
    else:
        print("\n".join(_lines(shift)))
        if "printed" in answer:
            print("The slip is printed." if answer["printed"] else "No slip was printed; the sums are in the journal.")
    return 0


def _lines(shift: Mapping[str, Any]) -> list[str]:
    closed = shift["counted"] is not None
    head = f"Shift of badge {shift['badge']}, from {_moment(shift['opened_at'])}"
    lines = [
        head + (f" to {_moment(shift['closed_at'])}, closed by badge {shift['closed_by']}" if closed else ", open")
    ]
    lines += [
        f"  {name:<22}{yuan(Fen(shift[field])):>14}"
        for name, field in (
            ("in it at the opening", "opening"),
            ("+ put in by passengers", "inserted"),
            ("+ refilled by staff", "refilled"),
            ("- given to passengers", "paid_out"),
            ("- removed by staff", "removed"),
            ("= should be in it", "expected"),
        )
    ]
    if closed:
        more = shift["difference"]
        word = "nothing is missing" if more == 0 else "more than expected" if more > 0 else "missing"
        lines += [
            f"  {'counted':<22}{yuan(Fen(shift['counted'])):>14}",
            f"  {'difference':<22}{yuan(Fen(more)):>14}  {word}",
        ]
    return lines


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"
