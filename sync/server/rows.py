"""Many rows of one table at once: written, and found by a list of keys, as each kind of database likes it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import psycopg
from psycopg.adapt import PyFormat
from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Table, Text, any_, insert, literal
from sqlalchemy.exc import DBAPIError

_FEW: Final = 8
"""Up to so many rows PostgreSQL takes as quickly in the usual way."""
_AT_ONCE: Final = 500
_POSTGRESQL: Final = "postgresql"
_AS_IT_IS: Final = psycopg.adapters.get_dumper(str, PyFormat.TEXT)
"""How text is written that has been looked at already: in C."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that all name the same columns. On PostgreSQL with COPY, which spares a message for every row."""
    if not rows:
        return
    if connection.dialect.name != _POSTGRESQL or len(rows) <= _FEW:
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection), "PostgreSQL is spoken to through psycopg"
    try:
        with driver.cursor() as cursor:
            cursor.adapters.register_dumper(str, _AS_IT_IS)
            with cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row([_kept(row[name]) for name in names])
    except psycopg.Error as error:
        raise DBAPIError("COPY", None, error) from error


def _kept(value: object) -> object:
    """PostgreSQL keeps no NUL (see `on_postgresql`)."""
    return value.replace("\x00", "\ufffd") if type(value) is str and "\x00" in value else value


def among(connection: Connection, column: Column[str], values: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together hold where `column` is one of `values`: PostgreSQL takes a list of any length as one
    value, SQLite some hundreds of values at once."""
    if connection.dialect.name == _POSTGRESQL and values:
        yield column == any_(literal(list(values), ARRAY(Text)))
        return
    for at in range(0, len(values), _AT_ONCE):
        yield column.in_(values[at : at + _AT_ONCE])
