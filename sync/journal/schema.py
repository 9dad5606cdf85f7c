"""What a journal file holds. `sync.journal.migrations` makes its tables, and the rules that they keep by themselves."""

from typing import TYPE_CHECKING

from sync.database import Schema

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations


def _migrations() -> "Migrations":
    # sqlite-utils costs as much as half a process's start, and nearly every file is up already
    from sync.journal.migrations import MIGRATIONS

    return MIGRATIONS


SCHEMA = Schema(name="journal", migrations=_migrations, version=5)
"""What a journal file holds."""
