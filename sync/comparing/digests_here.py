"""What this terminal counts of a departure: by its cache as the centre told it, and by its own journal."""

import json
from collections.abc import Callable
from typing import Any, cast

from sync.comparing.digest import AllotmentFact, MoneyFact, TicketFact, UseFact, departure_digest
from sync.journal.reader import Readable
from sync.wire.records import AllotmentBody

_ISSUED = "number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s"
_TOLD_TICKETS = f"SELECT {_ISSUED}, state, issuer FROM tickets WHERE service_date = ? AND trip = ?"  # noqa: S608  constants
_TOLD_USES = """SELECT ticket, use_no, attempt, device, lane, at_ms, end, purpose FROM uses
    WHERE ticket IN (SELECT number FROM tickets WHERE service_date = ? AND trip = ?)"""
_ALLOTTED = "SELECT body FROM records WHERE kind = 'allotment' AND key >= ? AND key < ?"
_OWN_TICKETS = f"SELECT {_ISSUED} FROM tickets WHERE service_date = ? AND trip = ?"  # noqa: S608  constants
_OWN_USES = """SELECT ticket, use_no, attempt, lane, at_ms, purpose,
    (SELECT end FROM use_ends WHERE use_ends.ticket = uses.ticket AND use_ends.use_no = uses.use_no
     ORDER BY end = 'unresolved', seq DESC LIMIT 1)
    FROM uses WHERE service_date = ? AND trip = ?"""
_OWN_MONEY = """SELECT money.seq, money.order_id, direction, fen, method, counter, events.at_ms
    FROM money JOIN orders USING (order_id) JOIN events ON events.seq = money.seq
    WHERE service_date = ? AND trip = ?"""

Rows = Callable[..., list[tuple[object, ...]]]
"""Runs one SELECT with its parameters."""


def told_here(rows: Rows, service_date: str, trip: str) -> str:
    """The digest of what the centre has told of a departure; `rows` asks the cache."""
    departure = f"{service_date}/{trip}/"
    return departure_digest(
        [_ticket(row[:-2], *row[-2:]) for row in _all(rows(_TOLD_TICKETS, service_date, trip))],
        [
            _use(number, use_no, attempt, device, lane, at_ms, end, purpose)
            for number, use_no, attempt, device, lane, at_ms, end, purpose in _all(rows(_TOLD_USES, service_date, trip))
        ],
        (),
        [
            allotment_fact(AllotmentBody.model_validate(json.loads(body)))
            for (body,) in _all(rows(_ALLOTTED, departure, departure + "\x7f"))
        ],
    )


def own_here(journal: Readable, device: str, epoch: str, service_date: str, trip: str) -> str:
    """The digest of what this device itself did for a departure, by its journal; `epoch` is 32 hexadecimal digits."""
    departure = (service_date, trip)
    return departure_digest(
        [_ticket(row, "valid", device) for row in _all(journal.rows(_OWN_TICKETS, departure))],
        [
            _use(number, use_no, attempt, device, lane, at_ms, end, purpose)
            for number, use_no, attempt, lane, at_ms, purpose, end in _all(journal.rows(_OWN_USES, departure))
        ],
        [
            MoneyFact(
                epoch=epoch,
                seq=seq,
                device=device,
                order=order,
                direction=direction,
                fen=fen,
                method=method,
                counter=counter,
                at_ms=at_ms,
            )
            for seq, order, direction, fen, method, counter, at_ms in _all(journal.rows(_OWN_MONEY, departure))
        ],
    )


def allotment_fact(body: AllotmentBody) -> AllotmentFact:
    """An allotment as it enters a digest."""
    return AllotmentFact(
        service_date=body.service_date,
        trip=body.trip,
        device=body.device,
        seats=tuple(sorted(body.seats or ())),
        count=body.count or 0,
    )


def _ticket(row: tuple[Any, ...], state: str, issuer: str) -> TicketFact:
    number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s = row
    return TicketFact(
        number=_digits(number),
        service_date=service_date,
        trip=trip,
        boarding=boarding,
        alighting=alighting,
        seat=seat,
        kind=kind,
        children=children,
        fare=fare,
        tag=bytes(tag),
        expires_s=expires_s,
        state=state,
        issuer=issuer,
    )


def _use(
    number: bytes, use_no: int, attempt: bytes, device: str, lane: str, at_ms: int, end: str | None, purpose: str
) -> UseFact:
    return UseFact(
        number=_digits(number),
        use_no=use_no,
        attempt=bytes(attempt).hex(),
        device=device,
        lane=lane,
        at_ms=at_ms,
        end=end,
        purpose=purpose,
    )


def _all(rows: list[tuple[object, ...]]) -> list[tuple[Any, ...]]:
    """Rows whose columns are of the types that STRICT tables keep."""
    return cast("list[tuple[Any, ...]]", rows)


def _digits(number: bytes) -> str:
    return f"{int.from_bytes(number, 'big'):020d}"
