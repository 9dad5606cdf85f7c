"""What each act of `waystation departure` does: open the card, make and sign the fact, hand it over, say who has it."""

import argparse
import json
import sys
from datetime import datetime
from uuid import uuid4

from station.config import load
from station.departure_acts import make_fact
from station.departure_told import act_words, described, signer, taken_words
from station.staff_acting import hand_over, sign_here
from station.staff_desk import StaffDesk
from sync.lan.fact_taken import FactTaken
from tickets.departures import Departure
from tickets.staff import Act, StaffFact
from tickets.standing import standing

_TOLD = {
    FactTaken.RELAY: "relay",
    FactTaken.TERMINAL: "terminal",
    FactTaken.NOBODY: "nobody",
    FactTaken.REFUSED: "nobody",
}


def act_on(act: Act, arguments: argparse.Namespace) -> int:
    """Do it. Returns 0 when this terminal obeys, 1 when nobody does yet."""
    config = load(arguments.config)
    with StaffDesk(config) as desk:
        holder = desk.holder(arguments.card, arguments.pin_file)
        now = desk.dated()
        fact, before = make_fact(act, arguments, desk, holder, now, uuid4())
        data = sign_here(fact, holder.key, desk)
        has_relay = config.relay is not None
        taken = hand_over(config.directory, fact.fact_id.hex, data, has_relay=has_relay)
        after = None if before is None else _after(desk, before, fact)
        lan = desk.cache.lan_status()
        said = taken_words(taken, has_relay=has_relay, trouble="" if lan is None else lan.what)
        if arguments.json:
            _print_json(fact, after, taken, said)
        else:
            _print_words(desk, fact, after, said, now, taken)
    status = 0 if taken in (FactTaken.RELAY, FactTaken.TERMINAL) else 1
    if act is Act.STOP and status == 0:
        _offer_sheet(arguments)
    return status


def _after(desk: StaffDesk, before: Departure, fact: StaffFact) -> Departure:
    """How the departure stands with this fact, whether or not anybody has taken it in yet."""
    day, trip = before.service_date, before.trip
    told = desk.cache.departure_as_told(day, trip) or before
    return standing(told, [*desk.cache.staff_facts(day, trip), fact])


def _print_words(
    desk: StaffDesk, fact: StaffFact, after: Departure | None, said: str, now: datetime, taken: FactTaken
) -> None:
    zone = desk.station.zone
    chinese, english = act_words(fact, zone)
    print(f"{fact.trip or ''} {chinese} {english}".strip() + f", signed by {signer(fact, desk.trust_list)}.")
    if after is not None:
        print(described(after, zone, now))
    print(said, file=sys.stdout if taken in (FactTaken.RELAY, FactTaken.TERMINAL) else sys.stderr)


def _print_json(fact: StaffFact, after: Departure | None, taken: FactTaken, said: str) -> None:
    print(
        json.dumps(
            {
                "fact": fact.fact_id.hex,
                "act": str(fact.act),
                "service_date": None if fact.service_date is None else fact.service_date.isoformat(),
                "trip": fact.trip,
                "at": int(fact.at.timestamp() * 1000),
                "badge": fact.badge,
                "obeyed_by": _TOLD[taken],
                "said": said,
                "departure": None if after is None else after.to_record(),
            },
            ensure_ascii=False,
        )
    )


def _offer_sheet(arguments: argparse.Namespace) -> None:
    """After a stop the sheet is due: show or print it where that was asked for, else say how."""
    from station.sheet_command import sheet

    if arguments.sheet or arguments.print:
        sheet(argparse.Namespace(**{**vars(arguments), "picture": None}), quiet=not arguments.sheet)
    elif not arguments.json:
        day = f" --date {arguments.date.isoformat()}" if arguments.date else ""
        print(
            f"Its sheet: waystation departure sheet --config {arguments.config}{day} --trip {arguments.trip} [--print]"
        )
