"""Who travelled on a departure: the identities that the law wants kept, opened with that day's private key.

The key lies in the centre's directory for a year and is then destroyed, and with it every copy of what was sealed to
it, in journals, databases and backups.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from sync.server.key_files import sealing_private
from sync.server.schema import tickets
from tickets.errors import EnvironmentFault, Malformed
from tickets.numbers import TicketNumber
from tickets.sealed import SealedIdentity, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """One ticket and whose it is; `identity` is None where it cannot be opened (damaged, or never sealed)."""

    number: str
    seat: int | None
    state: str
    identity: SealedIdentity | None


def day_key_of(directory: Path, service_date: str) -> bytes:
    """The private key of a service day. EnvironmentFault when it is destroyed, was never here, or is kept elsewhere."""
    try:
        return sealing_private(directory, date.fromisoformat(service_date))
    except ValueError:
        raise EnvironmentFault("this is not a service date", "write it as 2026-11-22") from None
    except FileNotFoundError:
        raise EnvironmentFault(
            f"the key of {service_date} is not here",
            "after its time it is destroyed, and nobody can read that day's identities again",
        ) from None


def travellers(connection: Connection, station: int, service_date: str, trip: str, private: bytes) -> list[Traveller]:
    """Every ticket of a departure with its traveller, by seat."""
    rows = connection.execute(
        select(tickets.c.number, tickets.c.seat, tickets.c.state, tickets.c.sealed)
        .where(tickets.c.station_id == station, tickets.c.service_date == service_date, tickets.c.trip == trip)
        .order_by(tickets.c.seat, tickets.c.number)
    ).all()
    return [
        Traveller(number=row.number, seat=row.seat, state=row.state, identity=_opened(private, row.sealed, row.number))
        for row in rows
    ]


def _opened(private: bytes, sealed: bytes, number: str) -> SealedIdentity | None:
    try:
        return unseal(private, sealed, TicketNumber.from_digits(number))
    except Malformed:
        return None
