"""Turning a record of the centre into the row that a terminal keeps: tickets and uses as columns, the rest as JSON."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from pydantic import ValidationError

from sync.wire.records import BODIES, UseBody
from sync.wire.snapshot import TICKET, TicketRecord
from tickets.numbers import TicketNumber
from tickets.uses import Use, UseEnd

_PUT_TICKET = """INSERT INTO {} (number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag,
    expires_s, state, issuer, order_code, change_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET service_date = excluded.service_date, trip = excluded.trip,
    boarding = excluded.boarding, alighting = excluded.alighting, seat = excluded.seat, kind = excluded.kind,
    children = excluded.children, fare = excluded.fare, tag = excluded.tag, expires_s = excluded.expires_s,
    state = excluded.state, issuer = excluded.issuer, order_code = excluded.order_code,
    change_no = excluded.change_no WHERE excluded.change_no >= change_no"""
_DROP_TICKET = "DELETE FROM {} WHERE number = ? AND change_no <= ?"
_PUT_USE = """INSERT INTO {} (ticket, use_no, attempt, device, lane, at_ms, end, purpose, persons, flags,
    service_date, trip, change_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (ticket, use_no) DO UPDATE SET attempt = excluded.attempt, device = excluded.device,
    lane = excluded.lane, at_ms = excluded.at_ms, end = excluded.end, purpose = excluded.purpose,
    persons = excluded.persons, flags = excluded.flags, service_date = excluded.service_date, trip = excluded.trip,
    change_no = excluded.change_no WHERE excluded.change_no >= change_no"""
_DROP_USE = "DELETE FROM {} WHERE ticket = ? AND use_no = ? AND change_no <= ?"
_PUT_RECORD = """INSERT INTO {} (kind, key, body, change_no) VALUES (?, ?, ?, ?)
    ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, change_no = excluded.change_no
    WHERE excluded.change_no >= change_no"""
_DROP_RECORD = "DELETE FROM {} WHERE kind = ? AND key = ? AND change_no <= ?"
_SET_ASIDE = "INSERT OR REPLACE INTO {} (kind, key, body, why, change_no) VALUES (?, ?, ?, ?, ?)"
_TAKE_BACK = "DELETE FROM {} WHERE kind = ? AND key = ?"

TABLES = ("records", "tickets", "uses", "set_aside")
"""The tables that hold what the centre says."""

Row = tuple[object, ...]


class Told(Protocol):
    """A record: of any kind as `Record`, or a ticket whose body was checked already."""

    @property
    def kind(self) -> str:
        """What sort of thing it is about."""
        ...

    @property
    def key(self) -> str:
        """Which one."""
        ...

    @property
    def body(self) -> Mapping[str, object] | None:
        """Its latest state; None when it is gone."""
        ...

    @property
    def change(self) -> int:
        """The number of the change that made it so."""
        ...


class Rows:
    """Writes records into one set of tables, inside the caller's transaction."""

    def __init__(self, beside: str = "") -> None:
        """The tables that terminals read, or those whose names end in `beside`."""
        records, tickets, uses, set_aside = (f"{name}{beside}" for name in TABLES)
        self._set_aside = _SET_ASIDE.format(set_aside)
        self._take_back = _TAKE_BACK.format(set_aside)
        self._any_aside = f"SELECT 1 FROM {set_aside} LIMIT 1"  # noqa: S608  names are constants
        self._put = {
            "ticket": _PUT_TICKET.format(tickets),
            "use": _PUT_USE.format(uses),
            "": _PUT_RECORD.format(records),
        }
        self._drop = {
            "ticket": _DROP_TICKET.format(tickets),
            "use": _DROP_USE.format(uses),
            "": _DROP_RECORD.format(records),
        }

    def apply(self, connection: sqlite3.Connection, told: Sequence[Told]) -> int:
        """Write records and tombstones; an older state never overwrites a newer one.

        A record that breaks its schema is set aside with its body and does not hold up the others: answers how many.
        """
        if len({(each.kind, each.key) for each in told}) < len(told):
            return sum(self._apply(connection, [each]) for each in told)  # in their order, for each its last word
        return self._apply(connection, told)

    def _apply(self, connection: sqlite3.Connection, told: Sequence[Told]) -> int:
        rows: dict[str, list[Row]] = {}
        aside: list[Row] = []
        understood: list[Row] = []
        for each in told:
            try:
                sql, row = self._row(each)
            except (ValueError, ValidationError) as error:
                why = error.errors(include_input=False)[0]["type"] if isinstance(error, ValidationError) else str(error)
                aside.append((each.kind, each.key, json.dumps(each.body), why, each.change))
            else:
                rows.setdefault(sql, []).append(row)
                understood.append((each.kind, each.key))
        for sql, some in rows.items():
            connection.executemany(sql, some)
        if connection.execute(self._any_aside).fetchone() is not None:
            connection.executemany(self._take_back, understood)
        connection.executemany(self._set_aside, aside)
        return len(aside)

    def _row(self, told: Told) -> tuple[str, Row]:
        """The statement for a record, and its parameters. ValueError for a record that breaks its schema."""
        kind = told.kind if told.kind in ("ticket", "use") else ""
        if told.body is None:
            return self._drop[kind], (*_place(told), told.change)
        match kind:
            case "ticket":
                return self._put[kind], (*_ticket(told), told.change)
            case "use":
                return self._put[kind], (*_use(told), told.change)
        if (schema := BODIES.get(told.kind)) is not None:
            schema.model_validate(told.body)
        return self._put[""], (told.kind, told.key, json.dumps(told.body), told.change)


def _place(told: Told) -> Row:
    """The primary key of a record's row."""
    if told.kind == "ticket":
        return (TicketNumber.from_digits(told.key).to_bytes(),)
    if told.kind == "use":
        digits, _, use_no = told.key.partition("/")
        return TicketNumber.from_digits(digits).to_bytes(), int(use_no)
    return told.kind, told.key


def _ticket(told: Told) -> Row:
    body = told.body if isinstance(told, TicketRecord) else TICKET.validate_python(told.body)
    if body["number"] != told.key:
        raise ValueError("the key is not the ticket's number")
    return (
        TicketNumber.from_digits(told.key).to_bytes(),
        body["service_date"],
        body["trip"],
        body["boarding"],
        body["alighting"],
        body["seat"],
        body["kind"],
        body["children"],
        body["fare"],
        bytes.fromhex(body["tag"]),
        body["expires"],
        body["state"],
        body["issuer"],
        body.get("order_code"),
    )


def _use(told: Told) -> Row:
    body = UseBody.model_validate(told.body)
    if f"{body.number}/{body.use_no}" != told.key:
        raise ValueError("the key is not the use's")
    return use_row(body)


def use_told(body: UseBody) -> Use:
    """The use that the centre or a relay tells of."""
    return Use(
        ticket=TicketNumber.from_digits(body.number),
        use_no=body.use_no,
        attempt=UUID(body.attempt),
        device=body.device,
        lane=body.lane,
        at=datetime.fromtimestamp(body.at / 1000, UTC),
        end=None if body.end is None else UseEnd(body.end),
        purpose=body.purpose,
        persons=body.persons,
        flags=frozenset(body.flags),
    )


def use_row(body: UseBody) -> tuple[object, ...]:
    """A use as the columns of `uses` and `lan_uses`, from the ticket to the trip."""
    return (
        TicketNumber.from_digits(body.number).to_bytes(),
        body.use_no,
        UUID(body.attempt).bytes,
        body.device,
        body.lane,
        body.at,
        body.end,
        body.purpose,
        body.persons,
        " ".join(body.flags),
        body.service_date,
        body.trip,
    )
