"""Records as terminals read them, made from the centre's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from sync.server.changes import Changes
from sync.server.schema import claims, tickets, uses

AnyRow = Row[Any]


def tell_ticket(connection: Connection, changes: Changes, station: int, number: str) -> None:
    """Let terminals have a ticket as it now is."""
    row = connection.execute(select(tickets).where(tickets.c.station_id == station, tickets.c.number == number)).one()
    body = {
        "number": row.number,
        "service_date": row.service_date,
        "trip": row.trip,
        "boarding": row.boarding,
        "alighting": row.alighting,
        "seat": row.seat,
        "kind": row.kind,
        "children": row.children,
        "fare": row.fare,
        "tag": row.tag.hex(),
        "expires": row.expires_s,
        "state": row.state,
        "issuer": row.issuer,
    }
    changes.put("ticket", number, body, row.service_date)


def uses_of(connection: Connection, station: int, number: str) -> Sequence[AnyRow]:
    """Every use of a ticket, of any attempt."""
    return connection.execute(select(uses).where(uses.c.station_id == station, uses.c.number == number)).all()


_WEIGHT = {"passed": 0, "unresolved": 1, None: 2, "released": 3}


def telling_use(attempts: Sequence[AnyRow]) -> AnyRow:
    """Of several attempts at one use, the one that terminals are told: who walked through before who may have.

    It depends on the attempts alone, not on the order in which they arrived here.
    """
    return min(attempts, key=lambda row: (_WEIGHT[row.end], row.at_ms, row.attempt))


def tell_use(changes: Changes, attempts: Sequence[AnyRow]) -> None:
    """Let terminals have one numbered use as it now is, of all `attempts` at it."""
    row = telling_use(attempts)
    body = {
        "number": row.number,
        "use_no": row.use_no,
        "attempt": row.attempt,
        "device": row.device,
        "lane": row.lane,
        "at": row.at_ms,
        "end": row.end,
        "purpose": row.purpose,
    }
    changes.put("use", f"{row.number}/{row.use_no}", body, row.service_date)


def tell_claim(connection: Connection, changes: Changes, station: int, claim: str) -> None:
    """Let terminals have a claim as it now is."""
    row = connection.execute(select(claims).where(claims.c.station_id == station, claims.c.claim == claim)).one()
    body = {"number": claim, "device": row.device, "fen": row.fen, "state": row.state, "reason": row.reason}
    changes.put("claim", claim, body)
