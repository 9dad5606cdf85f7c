"""How many places the centre has left of a departure, told to tills coarsely: they only need to know whether to ask.

The record changes when another step is reached, not with every sale: near the end, where it matters, each place is one.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import Connection

from sync.server.changes import Changes, told

STEPS: Final = (0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100)
"""What is told: the largest of these that is not more than there are."""


def told_as(left: int) -> int:
    """How a number of places left is told: at least so many."""
    return max(step for step in STEPS if step <= max(0, left))


def tell_left(connection: Connection, changes: Changes, station: int, date: str, trip: str, left: int) -> None:
    """Let tills know of a departure's places that can be asked for, if that is news."""
    key, said = f"{date}/{trip}", told_as(left)
    pending = changes.pending("pool", key)
    known = told(connection, station, "pool", key) if pending is None else pending
    if known is None or json.loads(known)["left"] != said:
        put_left(changes, date, trip, left)


def put_left(changes: Changes, date: str, trip: str, left: int) -> None:
    """Let tills know of it, news or not."""
    changes.put("pool", f"{date}/{trip}", {"service_date": date, "trip": trip, "left": told_as(left)}, date)
