"""Who was given what of people's data, written down before it is given.

Two things at a centre lead to a person. The key of a day's identity tags, which every device of the station gets
(record `day_key`, and beside a snapshot), would tell whose tag is whose to somebody who tries numbers. And the private
key of a day opens the identities that were sealed to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from sync.server.schema_access import accesses

_NOTED: Final = select(accesses.c.access_id).where(
    accesses.c.station_id == bindparam("station"), accesses.c.access_id.in_(bindparam("wanted", expanding=True))
)


class Accessed(StrEnum):
    """What was given."""

    DAY_KEY = "day_key"
    IDENTITIES = "identities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One row of the log. `subject` is a date, or a departure as `<date>/<trip>`."""

    at_ms: int
    what: Accessed
    subject: str
    who: str
    why: str


def key_days_not_noted(connection: Connection, station: int, device: str, days: Iterable[str]) -> list[str]:
    """Of these days, those of which it is not written down yet that the device has the key."""
    wanted = {_key_access(device, day): day for day in days}
    known = connection.execute(_NOTED, {"station": station, "wanted": list(wanted)}).scalars()
    for each in known:
        del wanted[each]
    return sorted(wanted.values())


def note_keys(connection: Connection, station: int, device: str, days: Iterable[str], at_ms: int) -> None:
    """Write down that a device is given the keys of these days; what is there already stays. The station is locked."""
    rows = [
        _row(station, _key_access(device, day), at_ms, Accessed.DAY_KEY, day, device, "")
        for day in key_days_not_noted(connection, station, device, days)
    ]
    if rows:
        connection.execute(insert(accesses), rows)


def note_opening(
    connection: Connection, station: int, access_id: str, at_ms: int, departure: str, who: str, why: str
) -> None:
    """Write down that somebody opens the identities of a departure (`<date>/<trip>`)."""
    connection.execute(insert(accesses), [_row(station, access_id, at_ms, Accessed.IDENTITIES, departure, who, why)])


def list_accesses(connection: Connection, station: int) -> list[Access]:
    """All that was ever given of a station's, oldest first."""
    rows = connection.execute(
        select(accesses)
        .where(accesses.c.station_id == station)
        .order_by(accesses.c.at_ms, accesses.c.subject, accesses.c.who)
    ).all()
    return [
        Access(at_ms=row.at_ms, what=Accessed(row.what), subject=row.subject, who=row.who, why=row.why) for row in rows
    ]


def _key_access(device: str, day: str) -> str:
    return sha256(f"day_key/{device}/{day}".encode()).hexdigest()[:32]


def _row(
    station: int, access_id: str, at_ms: int, what: Accessed, subject: str, who: str, why: str
) -> dict[str, object]:
    return {
        "station_id": station,
        "access_id": access_id,
        "at_ms": at_ms,
        "what": str(what),
        "subject": subject,
        "who": who,
        "why": why,
    }
