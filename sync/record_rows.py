"""Turning a record of the centre into the row that a terminal keeps: tickets and uses as columns, the rest as JSON."""

import json
import sqlite3
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from sync.wire import BODIES, Record, TicketBody, UseBody
from tickets.numbers import TicketNumber
from tickets.uses import Use, UseEnd

_PUT_TICKET = """INSERT INTO tickets (number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag,
    expires_s, state, issuer, order_code, change_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET service_date = excluded.service_date, trip = excluded.trip,
    boarding = excluded.boarding, alighting = excluded.alighting, seat = excluded.seat, kind = excluded.kind,
    children = excluded.children, fare = excluded.fare, tag = excluded.tag, expires_s = excluded.expires_s,
    state = excluded.state, issuer = excluded.issuer, order_code = excluded.order_code,
    change_no = excluded.change_no WHERE excluded.change_no >= change_no"""
_DROP_TICKET = "DELETE FROM tickets WHERE number = ? AND change_no <= ?"
_PUT_USE = """INSERT INTO uses (ticket, use_no, attempt, device, lane, at_ms, end, purpose, persons, flags,
    service_date, trip, change_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (ticket, use_no) DO UPDATE SET attempt = excluded.attempt, device = excluded.device,
    lane = excluded.lane, at_ms = excluded.at_ms, end = excluded.end, purpose = excluded.purpose,
    persons = excluded.persons, flags = excluded.flags, service_date = excluded.service_date, trip = excluded.trip,
    change_no = excluded.change_no WHERE excluded.change_no >= change_no"""
_DROP_USE = "DELETE FROM uses WHERE ticket = ? AND use_no = ? AND change_no <= ?"
_PUT_RECORD = """INSERT INTO records (kind, key, body, change_no) VALUES (?, ?, ?, ?)
    ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, change_no = excluded.change_no
    WHERE excluded.change_no >= change_no"""
_DROP_RECORD = "DELETE FROM records WHERE kind = ? AND key = ? AND change_no <= ?"
_SET_ASIDE = "INSERT OR REPLACE INTO set_aside (kind, key, body, why, change_no) VALUES (?, ?, ?, ?, ?)"

_TAKE_BACK = "DELETE FROM set_aside WHERE kind = ? AND key = ?"


def apply_record(connection: sqlite3.Connection, record: Record) -> bool:
    """Write one record, or a tombstone, into the open transaction; an older state never overwrites a newer one.

    A record that breaks its schema is set aside with its body and does not hold up the others: answers False then.
    """
    try:
        if record.kind == "ticket":
            _apply_ticket(connection, record)
        elif record.kind == "use":
            _apply_use(connection, record)
        elif record.body is None:
            connection.execute(_DROP_RECORD, (record.kind, record.key, record.change))
        else:
            if (schema := BODIES.get(record.kind)) is not None:
                schema.model_validate(record.body)
            connection.execute(_PUT_RECORD, (record.kind, record.key, json.dumps(record.body), record.change))
    except (ValueError, ValidationError) as error:
        why = error.errors(include_input=False)[0]["type"] if isinstance(error, ValidationError) else str(error)
        connection.execute(_SET_ASIDE, (record.kind, record.key, json.dumps(record.body), why, record.change))
        return False
    connection.execute(_TAKE_BACK, (record.kind, record.key))
    return True


def _apply_ticket(connection: sqlite3.Connection, record: Record) -> None:
    number = TicketNumber.from_digits(record.key).to_bytes()
    if record.body is None:
        connection.execute(_DROP_TICKET, (number, record.change))
        return
    body = TicketBody.model_validate(record.body)
    if body.number != record.key:
        raise ValueError("the key is not the ticket's number")
    row = (
        number,
        body.service_date,
        body.trip,
        body.boarding,
        body.alighting,
        body.seat,
        body.kind,
        body.children,
        body.fare,
        bytes.fromhex(body.tag),
        body.expires,
        body.state,
        body.issuer,
        body.order_code,
        record.change,
    )
    connection.execute(_PUT_TICKET, row)


def _apply_use(connection: sqlite3.Connection, record: Record) -> None:
    digits, _, use_no = record.key.partition("/")
    number = TicketNumber.from_digits(digits).to_bytes()
    if record.body is None:
        connection.execute(_DROP_USE, (number, int(use_no), record.change))
        return
    body = UseBody.model_validate(record.body)
    if (body.number, str(body.use_no)) != (digits, use_no):
        raise ValueError("the key is not the use's")
    connection.execute(_PUT_USE, (*use_row(body), record.change))


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
