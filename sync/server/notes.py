"""Facts about a centre's database as a whole, by name, in its table `about`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from sync.server.schema import about

_NOTED: Final = select(about.c.value).where(about.c.name == bindparam("name"))


def note(connection: Connection, name: str, value: str) -> None:
    """Keep one fact about this database under `name`, in the caller's transaction."""
    if connection.execute(update(about).where(about.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(about), [{"name": name, "value": value}])


def lock_note(connection: Connection, name: str) -> None:
    """Let nobody else who locks this fact change it until the transaction ends. Lock the station's row before."""
    connection.execute(select(about.c.name).where(about.c.name == name).with_for_update())


def noted(connection: Connection, name: str) -> str | None:
    """The fact kept under `name`, or None."""
    return connection.execute(_NOTED, {"name": name}).scalar_one_or_none()
