"""What is new since a position: uses and facts of staff in one order, page by page."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sync.server.relay.use_rows import uses_after
from sync.wire.relay import MAX_CHANGES, ChangesAnswer


def changes_after(connection: sqlite3.Connection, epoch: str, after: int, asked_epoch: str) -> ChangesAnswer:
    """The changes after position `after` of `epoch`; from the beginning when another epoch's were asked for.

    A use that changes moves to its newest position, so whoever follows meets its latest state and misses nothing.
    """
    since = after if asked_epoch == epoch else 0
    with _at_one_moment(connection):
        (arbitrating,) = connection.execute("SELECT arbitrating FROM arbiter").fetchone()
        uses = uses_after(connection, since, MAX_CHANGES + 1)
        rows = connection.execute(
            "SELECT position, bytes FROM facts WHERE position > ? ORDER BY position LIMIT ?", (since, MAX_CHANGES + 1)
        ).fetchall()
    facts = cast("list[tuple[int, bytes]]", rows)
    positions = sorted([position for position, _ in uses] + [position for position, _ in facts])
    more = len(positions) > MAX_CHANGES
    last = positions[MAX_CHANGES - 1] if more else positions[-1] if positions else since
    return ChangesAnswer(
        epoch=epoch,
        position=last,
        uses=tuple(use.body() for position, use in uses if position <= last),
        facts=tuple(fact for position, fact in facts if position <= last),
        more=more,
        arbitrating=bool(arbitrating),
    )


@contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read within is of one moment: what is committed meanwhile is as a whole not there yet. Otherwise a
    position could be answered that lies beyond something which was not read.
    """
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
