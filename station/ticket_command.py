"""`waystation ticket inspect|verify`: what a code says, and whether it holds."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tickets.credential import BadTicket, Inspection, TillIssuer, inspect, verify
from tickets.errors import Fault, Malformed
from tickets.keys import PublicKey
from tickets.money import yuan
from tickets.reasons import Reason
from tickets.trust import Trust, TrustList, open_trust_list, read_trust_list

HOLDS, DOES_NOT_HOLD, UNREADABLE = 0, 1, 2


def run(arguments: argparse.Namespace) -> int:
    """Run either act. Prints lines for a person, or one JSON object with --json; returns the exit status."""
    try:
        says = _says(inspect(arguments.text))
    except BadTicket as bad:
        return _answer(arguments, UNREADABLE, {"holds": False, "reason": bad.reason.value}, "This is not a ticket.")
    if arguments.trust is None:
        return _answer(arguments, HOLDS, says, "What it says (nobody has checked it):")
    try:
        trust = Trust(_trust_list(arguments))
    except _Unusable as unusable:
        print(unusable, file=sys.stderr)
        return UNREADABLE
    try:
        ticket = verify(arguments.text, trust)
    except BadTicket as bad:
        status = UNREADABLE if bad.reason is Reason.UNREADABLE else DOES_NOT_HOLD
        return _answer(arguments, status, {"holds": False, "reason": bad.reason.value, **says}, "It does not hold:")
    by = "till" if isinstance(ticket.issuer, TillIssuer) else "centre"
    return _answer(arguments, HOLDS, {"holds": True, "issued_by": by, **says}, f"It holds; issued by a {by}:")


def _trust_list(arguments: argparse.Namespace) -> TrustList:
    """The list in the file. Without --root nobody has checked who signed it: the caller vouches for the file."""
    data = _content("trust list", arguments.trust)
    root: PublicKey | None = None
    if arguments.root is not None:
        try:
            root = PublicKey.from_pem(_content("root key", arguments.root))
        except Malformed as error:
            raise _Unusable(f"The root key {arguments.root} cannot be used: {error}.") from error
    try:
        return open_trust_list(data, root) if root else read_trust_list(data)
    except Fault as fault:
        raise _Unusable(f"The trust list {arguments.trust} cannot be used: {fault.what}.") from fault


def _content(what: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _Unusable(f"The {what} {path} cannot be read: {error.strerror}.") from error


class _Unusable(Exception):
    """A file that the check needs cannot be used; the text says which and why."""


def _says(seen: Inspection) -> dict[str, Any]:
    journey = seen.ticket.journey
    return {
        "number": seen.ticket.number.digits,
        "expires": seen.ticket.expires.isoformat(),
        "service_date": journey.service_date.isoformat(),
        "trip": journey.trip,
        "boarding": journey.boarding,
        "alighting": journey.alighting,
        "seat": journey.seat,
        "kind": journey.kind.name.lower(),
        "children": journey.children,
        "fare": yuan(journey.fare),
    }


def _answer(arguments: argparse.Namespace, status: int, says: dict[str, Any], heading: str) -> int:
    if arguments.json:
        print(json.dumps(says, ensure_ascii=False))
    else:
        print(heading)
        for name, value in says.items():
            print(f"  {name.replace('_', ' '):13} {value}")
    return status
