"""What the centre counts of a departure: by what it tells terminals, and by what one device has reported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from sync.digest import MoneyFact, TicketFact, UseFact, departure_digest
from sync.digests_here import allotment_fact
from sync.server.devices import Device
from sync.server.incidents import IncidentKind, report
from sync.server.schema import epochs, money, orders, records, tickets, uses
from sync.wire import AllotmentBody, TicketBody, UseBody
from sync.wire_digest import DigestAnswer, DigestDiffers

_AT_ONCE = 300


def count(connection: Connection, device: Device, service_date: str, trip: str, epoch: str | None) -> DigestAnswer:
    """Both digests of a departure, as `wire_digest` says."""
    return DigestAnswer(
        service_date=service_date,
        trip=trip,
        told=_told(connection, device.station, service_date, trip),
        own=None if epoch is None else _own(connection, device, epoch, service_date, trip),
    )


def note_difference(connection: Connection, device: Device, said: DigestDiffers, now_ms: int) -> DigestAnswer:
    """Count again; report what still differs, once for each departure and device."""
    answer = count(connection, device, said.service_date, said.trip, said.epoch)
    differing = [name for name in ("told", "own") if getattr(said, name) not in (None, getattr(answer, name))]
    if differing:
        body = {"device": device.device, "differs": differing, "times": said.times}
        subject = f"{said.service_date}/{said.trip}/{device.device}"
        report(connection, device.station, IncidentKind.DIGEST_DIFFERS, subject, body, now_ms)
    return answer


def _told(connection: Connection, station: int, service_date: str, trip: str) -> str:
    of = (tickets.c.station_id == station, tickets.c.service_date == service_date, tickets.c.trip == trip)
    numbers = list(connection.execute(select(tickets.c.number).where(*of)).scalars())
    claimed = [
        f"{number}/{use_no}"
        for some in _some(numbers)
        for number, use_no in connection.execute(
            select(uses.c.number, uses.c.use_no)
            .where(uses.c.station_id == station, uses.c.number.in_(some))
            .group_by(uses.c.number, uses.c.use_no)
        )
    ]
    here, departure = records.c.station_id == station, f"{service_date}/{trip}/"
    allotted = connection.execute(
        select(records.c.body).where(
            here,
            records.c.kind == "allotment",
            records.c.key >= departure,
            records.c.key < departure + "\x7f",
            records.c.body.is_not(None),
        )
    ).scalars()
    return departure_digest(
        [_ticket(TicketBody.model_validate_json(body)) for body in _bodies(connection, station, "ticket", numbers)],
        [_use(UseBody.model_validate_json(body)) for body in _bodies(connection, station, "use", claimed)],
        (),
        [allotment_fact(AllotmentBody.model_validate(json.loads(body))) for body in allotted],
    )


def _bodies(connection: Connection, station: int, kind: str, keys: Sequence[str]) -> Iterator[str]:
    for some in _some(keys):
        yield from connection.execute(
            select(records.c.body).where(
                records.c.station_id == station,
                records.c.kind == kind,
                records.c.key.in_(some),
                records.c.body.is_not(None),
            )
        ).scalars()


def _some(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(keys), _AT_ONCE):
        yield keys[at : at + _AT_ONCE]


def _own(connection: Connection, device: Device, epoch: str, service_date: str, trip: str) -> str | None:
    station = device.station
    whose = connection.execute(
        select(epochs.c.device).where(epochs.c.station_id == station, epochs.c.epoch == epoch)
    ).scalar_one_or_none()
    if whose != device.device:
        return None
    on = (orders.c.station_id == station, orders.c.service_date == service_date, orders.c.trip == trip)
    issued = connection.execute(
        select(tickets).where(
            tickets.c.station_id == station,
            tickets.c.service_date == service_date,
            tickets.c.trip == trip,
            tickets.c.issuer == device.device,
        )
    )
    claimed = connection.execute(
        select(uses).where(
            uses.c.station_id == station,
            uses.c.service_date == service_date,
            uses.c.trip == trip,
            uses.c.device == device.device,
        )
    )
    moved = connection.execute(
        select(money).where(
            money.c.station_id == station,
            money.c.epoch == epoch,
            money.c.order_id.in_(select(orders.c.order_id).where(*on)),
        )
    )
    return departure_digest(
        [
            TicketFact(
                number=row.number,
                service_date=row.service_date,
                trip=row.trip,
                boarding=row.boarding,
                alighting=row.alighting,
                seat=row.seat,
                kind=row.kind,
                children=row.children,
                fare=row.fare,
                tag=bytes(row.tag),
                expires_s=row.expires_s,
                state="valid",
                issuer=row.issuer,
            )
            for row in issued
        ],
        [
            UseFact(
                number=row.number,
                use_no=row.use_no,
                attempt=row.attempt,
                device=row.device,
                lane=row.lane,
                at_ms=row.at_ms,
                end=row.end,
                purpose=row.purpose,
            )
            for row in claimed
        ],
        [
            MoneyFact(
                epoch=row.epoch,
                seq=row.seq,
                device=row.device,
                order=row.order_id,
                direction=row.direction,
                fen=row.fen,
                method=row.method,
                counter=row.counter,
                at_ms=row.at_ms,
            )
            for row in moved
        ],
    )


def _ticket(body: TicketBody) -> TicketFact:
    return TicketFact(
        number=body.number,
        service_date=body.service_date,
        trip=body.trip,
        boarding=body.boarding,
        alighting=body.alighting,
        seat=body.seat,
        kind=body.kind,
        children=body.children,
        fare=body.fare,
        tag=bytes.fromhex(body.tag),
        expires_s=body.expires,
        state=body.state,
        issuer=body.issuer,
    )


def _use(body: UseBody) -> UseFact:
    return UseFact(
        number=body.number,
        use_no=body.use_no,
        attempt=body.attempt,
        device=body.device,
        lane=body.lane,
        at_ms=body.at,
        end=body.end,
        purpose=body.purpose,
    )
