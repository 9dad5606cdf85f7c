"""Alembic's revisions of the centre's tables. Only a database that is not up needs this module (see `migrating`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from sync.server.notes import noted
from sync.server.schema import about
from tickets.errors import EnvironmentFault

_FOLDER: Final = Path(__file__).parent / "migrations"
_OF_OLD: Final = frozenset({"1", "2", "3"})
"""The versions that were counted in `about` alone; the first revision knows what each of them lacks."""
VERSION: Final = "schema_version"
"""The note that says which revision a database is, for people and for versions before Alembic."""


def known_and_up(connection: Connection, place: str) -> bool:
    """Whether the database of `connection` has all revisions; False for one that is empty or older.

    EnvironmentFault, naming `place`, for a database of a version that is not known here.
    """
    script = _script()
    here = set(MigrationContext.configure(connection).get_current_heads())
    version = noted(connection, VERSION) if inspect(connection).has_table(about.name) else None
    strangers = here - {revision.revision for revision in script.walk_revisions()}
    if not here and version is not None and version not in _OF_OLD:
        strangers = {version}
    if strangers:
        raise EnvironmentFault(
            f"the centre's database {place} was made by another version ({', '.join(sorted(strangers))})",
            f"run the version that made it: this one reads up to {script.get_current_head()}",
        )
    return here == set(script.get_heads())


def upgrade(connection: Connection) -> None:
    """Run every revision that the database of `connection` lacks."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _script() -> ScriptDirectory:
    """The revisions, which do not change while a program runs."""
    return ScriptDirectory.from_config(_config())
