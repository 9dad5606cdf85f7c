"""What is compiled for one database of a process serves every other of its kind.

SQLAlchemy keeps compiled statements for each engine by itself, and a centre has several. These dialects are those of
SQLite and PostgreSQL, only that all of one kind, and of one version of the server, are equal to each other.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

COMPILED: Final[LRUCache[object, object]] = LRUCache(500)
"""The statements of all engines; an engine uses them by its option `compiled_cache`."""


class Sqlite(SQLiteDialect_pysqlite):
    """SQLite, as `sqlite+waystation`."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is Sqlite

    def __hash__(self) -> int:
        return hash(Sqlite)


class Postgres(PGDialect_psycopg):
    """PostgreSQL by psycopg, as `postgresql+waystation`."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is Postgres and self.server_version_info == other.server_version_info

    def __hash__(self) -> int:
        return hash(Postgres)


registry.register("sqlite.waystation", __name__, "Sqlite")
registry.register("postgresql.waystation", __name__, "Postgres")
