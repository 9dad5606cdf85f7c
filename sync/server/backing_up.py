"""A copy of a centre's database file, made while the centre goes on.

The keys are not in it: they are files of their own, and the private ones are kept where their owner chose. Nor does
the copy go on under the database's own name: a centre that runs on it later tells terminals to begin anew, because
what they were told since the copy was made is not in it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sync.server.settings import Policy
from sync.server.store import DATABASE, INSTANCE
from tickets.errors import EnvironmentFault


def back_up(directory: Path, to: Path) -> None:
    """Write a copy of this moment of the centre in `directory` into the new file `to`, readable by its owner alone.

    `to` is there whole or not at all. EnvironmentFault when there is no centre, when `to` is there already or cannot
    be written, and for a centre that keeps its tables in PostgreSQL, which has tools of its own for this.
    """
    if Policy.load(directory).database:
        raise EnvironmentFault(
            "this centre keeps its tables in PostgreSQL",
            "make the copy with pg_dump; before a centre runs on it: DELETE FROM about WHERE name = 'instance'",
        )
    half = to.with_name(f"{to.name}.part")
    if to.exists():
        raise EnvironmentFault(f"{to} is there already", "choose another name")
    try:
        half.unlink(missing_ok=True)
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(directory / DATABASE, half)
        half.rename(to)
        _reach_the_disk(to.parent)
    except (OSError, sqlite3.Error) as error:
        half.unlink(missing_ok=True)
        raise EnvironmentFault(f"the copy {to} cannot be written", str(error)) from error


def _copy(source: Path, half: Path) -> None:
    here = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    copy = sqlite3.connect(half, isolation_level=None)
    try:
        here.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("DELETE FROM about WHERE name = ?", (INSTANCE,))
    finally:
        copy.close()
        here.close()
    with half.open("rb") as written:
        os.fsync(written.fileno())


def _reach_the_disk(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
