"""Rows of one table: written, and found by a list of keys or by a departure, as each kind of database likes it said.

Statements are made once, when a module is read, and executed with values by name: to make one costs several times what
it costs to execute it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import psycopg
from psycopg.adapt import PyFormat
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Insert,
    Table,
    Text,
    any_,
    bindparam,
    insert,
)
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
        connection.execute(_into(table), rows)
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


def of_departure(table: Table) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a statement about one departure, whose values are `station`, `date` and `coach`."""
    return (
        table.c.station_id == bindparam("station"),
        table.c.service_date == bindparam("date"),
        table.c.trip == bindparam("coach"),
    )


@cache
def _into(table: Table) -> Insert:
    return insert(table)


class ByKeys:
    """A statement about the rows that have one of many keys: PostgreSQL takes a list of any length as one value, SQLite
    some hundreds of values at once.
    """

    def __init__(self, column: Column[str], made: Callable[[ColumnElement[bool]], Executable]) -> None:
        """`made` answers the statement for the condition that `column` is one of the keys."""
        self._of_list = made(column == any_(bindparam("keys", type_=ARRAY(Text))))
        self._of_some = made(column.in_(bindparam("keys", expanding=True)))

    def each(self, connection: Connection, keys: Sequence[str], **values: object) -> Iterator[CursorResult[Any]]:
        """Execute it for all `keys`, in as many parts as it takes; none where there are no keys."""
        if connection.dialect.name == _POSTGRESQL and keys:
            yield connection.execute(self._of_list, {**values, "keys": list(keys)})
            return
        for at in range(0, len(keys), _AT_ONCE):
            yield connection.execute(self._of_some, {**values, "keys": keys[at : at + _AT_ONCE]})
