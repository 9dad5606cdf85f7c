"""Records as terminals read them, made from the centre's rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from sync.server.changes import Changes
from sync.server.schema import claims, tickets

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
    if row.order_code is not None:
        body["order_code"] = row.order_code
    changes.put("ticket", number, body, row.service_date)


def tell_claim(connection: Connection, changes: Changes, station: int, claim: str) -> None:
    """Let terminals have a claim as it now is."""
    row = connection.execute(select(claims).where(claims.c.station_id == station, claims.c.claim == claim)).one()
    body = {"number": claim, "device": row.device, "fen": row.fen, "state": row.state, "reason": row.reason}
    changes.put("claim", claim, body)
