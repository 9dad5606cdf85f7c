"""Records as terminals read them, made from the centre's rows."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from sync.server.changes import Changes
from sync.server.schema import claims, tickets

AnyRow = Row[Any]

_TICKET: Final = select(tickets).where(
    tickets.c.station_id == bindparam("station"), tickets.c.number == bindparam("number")
)
_CLAIM: Final = select(claims).where(claims.c.station_id == bindparam("station"), claims.c.claim == bindparam("claim"))


def find_ticket(connection: Connection, station: int, number: str) -> AnyRow | None:
    """A ticket's row, or None."""
    return connection.execute(_TICKET, {"station": station, "number": number}).one_or_none()


def find_claim(connection: Connection, station: int, claim: str) -> AnyRow | None:
    """A claim's row, or None."""
    return connection.execute(_CLAIM, {"station": station, "claim": claim}).one_or_none()


def tell_ticket(connection: Connection, changes: Changes, station: int, number: str) -> AnyRow:
    """Let terminals have a ticket as it now is; answers its row."""
    row = find_ticket(connection, station, number)
    assert row is not None, "it was written before it is told of"
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
    return row


def tell_claim(connection: Connection, changes: Changes, station: int, claim: str) -> None:
    """Let terminals have a claim as it now is."""
    row = find_claim(connection, station, claim)
    assert row is not None, "it was written before it is told of"
    body = {"number": claim, "device": row.device, "fen": row.fen, "state": row.state, "reason": row.reason}
    changes.put("claim", claim, body)
