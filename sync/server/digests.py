"""What the centre counts of a departure: by what it tells terminals, and by what one device has reported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, and_, bindparam, func, select

from sync.comparing.digest import MoneyFact, TicketFact, UseFact, departure_digest
from sync.comparing.digests_here import allotment_fact
from sync.server.allotments import of_departure
from sync.server.devices import Device
from sync.server.incidents import IncidentKind, report
from sync.server.rows import ByKeys
from sync.server.schema import epochs, events, money, orders, records, tickets, uses
from sync.wire.digest import DigestAnswer, DigestDiffers
from sync.wire.records import AllotmentBody, TicketBody, UseBody

_NUMBERS: Final = select(tickets.c.number).where(*of_departure(tickets))
_CLAIMED: Final = ByKeys(
    uses.c.number,
    lambda among: (
        select(uses.c.number, uses.c.use_no)
        .where(uses.c.station_id == bindparam("station"), among)
        .group_by(uses.c.number, uses.c.use_no)
    ),
)
_ALLOTTED: Final = select(records.c.body).where(
    records.c.station_id == bindparam("station"),
    records.c.kind == "allotment",
    records.c.key >= bindparam("first"),
    records.c.key < bindparam("end"),
    records.c.body.is_not(None),
)
_BODIES: Final = ByKeys(
    records.c.key,
    lambda among: select(records.c.body).where(
        records.c.station_id == bindparam("station"),
        records.c.kind == bindparam("kind"),
        among,
        records.c.body.is_not(None),
    ),
)
_WHOSE: Final = select(epochs.c.device).where(
    epochs.c.station_id == bindparam("station"), epochs.c.epoch == bindparam("epoch")
)
_OPENED: Final = select(events.c.at_ms).where(
    events.c.station_id == bindparam("station"), events.c.epoch == bindparam("epoch"), events.c.seq == 1
)
_LAST_OF_OTHERS: Final = (
    select(func.max(events.c.at_ms))
    .select_from(epochs)
    .join(
        events,
        and_(
            events.c.station_id == epochs.c.station_id,
            events.c.epoch == epochs.c.epoch,
            events.c.seq == epochs.c.kept_through,
        ),
    )
    .where(
        epochs.c.station_id == bindparam("station"),
        epochs.c.device == bindparam("device"),
        epochs.c.epoch != bindparam("epoch"),
    )
)
_ISSUED: Final = select(tickets).where(*of_departure(tickets), tickets.c.issuer == bindparam("device"))
_USED: Final = select(uses).where(*of_departure(uses), uses.c.device == bindparam("device"))
_MOVED: Final = select(money).where(
    money.c.station_id == bindparam("station"),
    money.c.epoch == bindparam("epoch"),
    money.c.order_id.in_(select(orders.c.order_id).where(*of_departure(orders))),
)


def count(connection: Connection, device: Device, service_date: str, trip: str, epoch: str | None) -> DigestAnswer:
    """Both digests of a departure, as `sync.wire.digest` says."""
    return DigestAnswer(
        service_date=service_date,
        trip=trip,
        told=_told(connection, device.station, service_date, trip),
        own=None if epoch is None else _own(connection, device, epoch, service_date, trip),
    )


def note_difference(connection: Connection, device: Device, said: DigestDiffers, now_ms: int) -> DigestAnswer:
    """Count again; report what still differs, once for each departure and device."""
    answer = count(connection, device, said.service_date, said.trip, said.epoch)
    pairs = {name: (getattr(said, name), getattr(answer, name)) for name in ("told", "own")}
    differing = [name for name, (theirs, ours) in pairs.items() if None not in (theirs, ours) and theirs != ours]
    if differing:
        body = {"device": device.device, "differs": differing, "times": said.times}
        subject = f"{said.service_date}/{said.trip}/{device.device}"
        report(connection, device.station, IncidentKind.DIGEST_DIFFERS, subject, body, now_ms)
    return answer


def _told(connection: Connection, station: int, service_date: str, trip: str) -> str:
    here = {"station": station, "date": service_date, "coach": trip}
    numbers = list(connection.execute(_NUMBERS, here).scalars())
    claimed = [
        f"{use.number}/{use.use_no}" for found in _CLAIMED.each(connection, numbers, station=station) for use in found
    ]
    departure = f"{service_date}/{trip}/"
    within = {"station": station, "first": departure, "end": departure + "\x7f"}
    allotted = connection.execute(_ALLOTTED, within).scalars()
    return departure_digest(
        [_ticket(TicketBody.model_validate_json(body)) for body in _bodies(connection, station, "ticket", numbers)],
        [_use(UseBody.model_validate_json(body)) for body in _bodies(connection, station, "use", claimed)],
        (),
        [allotment_fact(AllotmentBody.model_validate(json.loads(body))) for body in allotted],
    )


def _bodies(connection: Connection, station: int, kind: str, keys: Sequence[str]) -> Iterator[str]:
    for found in _BODIES.each(connection, keys, station=station, kind=kind):
        yield from found.scalars()


def _own(connection: Connection, device: Device, epoch: str, service_date: str, trip: str) -> str | None:
    station = device.station
    whose = connection.execute(_WHOSE, {"station": station, "epoch": epoch}).scalar_one_or_none()
    if whose != device.device:
        return None
    here = {"station": station, "date": service_date, "coach": trip}
    issued = connection.execute(_ISSUED, here | {"device": device.device}).all()
    claimed = connection.execute(_USED, here | {"device": device.device}).all()
    moments = [row.issued_ms for row in issued] + [row.at_ms for row in claimed]
    if moments and min(moments) <= _others_through(connection, device, epoch):
        return None
    moved = connection.execute(_MOVED, here | {"epoch": epoch})
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


def _others_through(connection: Connection, device: Device, epoch: str) -> int:
    """Up to when a ticket or use of this device may be of another of its journals, by the device's own clock: the one
    that is asked about counts none of those. -1 where there is no other.
    """
    here = {"station": device.station, "epoch": epoch, "device": device.device}
    last = connection.execute(_LAST_OF_OTHERS, here).scalar_one()
    if last is None:
        return -1
    opened = connection.execute(_OPENED, here).scalar_one_or_none() or 0
    return max(int(last), int(opened) - 1)


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
