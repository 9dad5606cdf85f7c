"""Uses as rows of `relay.db`: read by ticket, written with the position at which terminals will find them."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, cast

from sync.server.relay.verdict import End, KnownUse
from tickets.uses import Purpose

_COLUMNS: Final = (
    "number, use_no, attempt, device, lane, at_ms, service_date, trip, persons, purpose, flags, by, end, journaled"
)
_PUT: Final = f"""INSERT INTO uses ({_COLUMNS}, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number, use_no, attempt) DO UPDATE SET device = excluded.device, lane = excluded.lane,
    at_ms = excluded.at_ms, service_date = excluded.service_date, trip = excluded.trip, persons = excluded.persons,
    purpose = excluded.purpose, flags = excluded.flags, by = excluded.by, end = excluded.end,
    journaled = excluded.journaled, position = excluded.position"""  # noqa: S608  constants only


def uses_of(connection: sqlite3.Connection, number: str) -> list[KnownUse]:
    """Every attempt at every use of a ticket."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM uses WHERE number = ? ORDER BY use_no, at_ms, attempt",  # noqa: S608  constants only
        (number,),
    )
    return [read_use(row) for row in found]


def uses_after(connection: sqlite3.Connection, position: int, most: int) -> list[tuple[int, KnownUse]]:
    """Up to `most` uses that were learnt or changed after `position`, oldest change first, each with its position."""
    found = connection.execute(
        f"SELECT position, {_COLUMNS} FROM uses WHERE position > ? ORDER BY position LIMIT ?",  # noqa: S608  constants only
        (position, most),
    )
    return [(cast(int, row[0]), read_use(row[1:])) for row in found]


def put_use(connection: sqlite3.Connection, use: KnownUse, next_position: Callable[[], int]) -> None:
    """Write a use as it now is, in the open transaction, and let terminals find it."""
    row = (
        use.number,
        use.use_no,
        use.attempt,
        use.device,
        use.lane,
        use.at_ms,
        use.service_date,
        use.trip,
        use.persons,
        use.purpose,
        json.dumps(use.flags),
        use.by,
        use.end,
        int(use.journaled),
        next_position(),
    )
    connection.execute(_PUT, row)


def read_use(row: Sequence[object]) -> KnownUse:
    """One row of the columns above."""
    number, use_no, attempt, device, lane, at_ms, date, trip, persons, purpose, flags, by, end, journaled = cast(
        "tuple[str, int, str, str, str, int, str | None, str | None, int, Purpose, str, str, End | None, int]",
        tuple(row),
    )
    return KnownUse(
        number=number,
        use_no=use_no,
        attempt=attempt,
        device=device,
        lane=lane,
        at_ms=at_ms,
        service_date=date,
        trip=trip,
        persons=persons,
        purpose=purpose,
        flags=tuple(json.loads(flags)),
        by=by,
        end=end,
        journaled=bool(journaled),
    )
