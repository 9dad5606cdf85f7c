"""Bringing a centre's database to what this version reads: Alembic's revisions, run inside the caller's transaction.

To change the tables: change `schema`, add the next revision beside the others in `migrations/versions` (see any of
them), name it here as the newest, and run `tests/sync/server/test_migrations.py`, which compares all of them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

from sync.server.notes import note

NEWEST: Final = "0009"
"""The revision that this version of the centre reads."""
_KEPT_IN: Final = "alembic_version"


def is_up(connection: Connection, place: str) -> bool:
    """Whether the database of `connection` is what this version reads; False for one that is empty or older.

    EnvironmentFault, naming `place`, for a database of a version that is not known here.
    """
    if _revisions(connection) == [NEWEST]:
        return True
    from sync.server.revisions import known_and_up  # Alembic costs a third of a start, and nearly every start ends here

    return known_and_up(connection, place)


def bring_up(connection: Connection, place: str) -> None:
    """Make the database of `connection`, empty or older, what this version reads; one that is, is left alone.

    Whoever calls sees to it that nobody else does the same meanwhile. EnvironmentFault as for `is_up`.
    """
    if not is_up(connection, place):
        from sync.server.revisions import VERSION, upgrade

        upgrade(connection)
        note(connection, VERSION, NEWEST)


def _revisions(connection: Connection) -> list[str]:
    """Where Alembic wrote down that this database stands; [] where it never did."""
    if not inspect(connection).has_table(_KEPT_IN):
        return []
    return list(connection.scalars(text(f"SELECT version_num FROM {_KEPT_IN}")))  # noqa: S608  a constant of ours
