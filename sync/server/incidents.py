"""What should not have happened and did: noticed from the facts, kept for staff, never a reason to drop a fact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from sync.server.rows import insert_rows
from sync.server.schema import incidents


class IncidentKind(StrEnum):
    """What went wrong. The subject named with each kind is what staff look up."""

    PLACE_SOLD_TWICE = "place_sold_twice"
    """Two valid tickets for one place. Subject: date/trip/seat, or date/trip/- where places are only counted."""
    PLACE_NOT_ALLOTTED = "place_not_allotted"
    """Sold or returned by a till that did not have it. Subject: the ticket's number, or date/trip/seat/device."""
    PLACES_FREED = "places_freed"
    """A duty manager let others sell what a silent till had; `orders` are those of it that were set aside and not paid,
    where the till is given up. Subject: date/trip/device."""
    OVERBOOKED = "overbooked"
    """More passengers than seats on the coach that goes; `without` lists their tickets. Subject: date/trip."""
    CANCELLED_WITH_TICKETS = "cancelled_with_tickets"
    """A departure that was sold does not go; `numbers` are its tickets. Subject: date/trip."""
    PLACE_RETURNED_SOLD = "place_returned_sold"
    """A till returned a place for which it had sold a valid ticket. Subject: date/trip/seat."""
    DEPARTURE_NOT_KNOWN = "departure_not_known"
    """A ticket for a departure that this station does not have. Subject: the ticket's number."""
    NUMBER_ISSUED_TWICE = "number_issued_twice"
    """Two tickets of one number. Subject: the number."""
    ISSUED_UNPAID = "issued_unpaid"
    """A ticket whose order was not paid before. Subject: the order."""
    CODE_DIFFERS = "code_differs"
    """The ticket's code says something else than its event, or the till did not sign it. Subject: the number."""
    CLAIM_SETTLED_TWICE = "claim_settled_twice"
    """A claim was paid out more than once. Subject: the claim."""
    DUPLICATE_ADMISSION = "duplicate_admission"
    """One ticket was let through more than once. Subject: the number."""
    USE_CLAIMED_TWICE = "use_claimed_twice"
    """Two gates claimed the same use, each cut off from the other. Subject: number/use."""
    ADMITTED_AND_REFUNDED = "admitted_and_refunded"
    """A ticket was both travelled on and refunded or changed. Subject: the number."""
    END_WITHOUT_CLAIM = "end_without_claim"
    """A use ended that nobody had claimed, or ended twice differently. Subject: number/use/attempt."""
    REFUNDED_TWICE = "refunded_twice"
    """A ticket was taken back more than once. Subject: the ticket's number."""
    REFUND_ABOVE_FARE = "refund_above_fare"
    """A refund that gives back and keeps another sum than the ticket's fare. Subject: the refund."""
    REFUND_OVERPAID = "refund_overpaid"
    """More went back, or is claimed, than a refund was opened for. Subject: the refund."""
    TAKEN_BACK_TWICE = "taken_back_twice"
    """Two uses of one ticket were carried out that each end it: refund or change. Subject: the ticket's number."""
    PAYMENT_DIFFERS = "payment_differs"
    """A till tells another story of a payment than the centre has of it. Subject: the payment."""
    SHIFT_DIFFERS = "shift_differs"
    """A cashier counted another sum than the machine's journal expects. Subject: the shift."""
    FORKED_JOURNAL = "forked_journal"
    """A device told two stories of one epoch: a copied or restored disk. Subject: the epoch."""
    EVENT_CONFLICT = "event_conflict"
    """Two different events of one id. Subject: epoch/seq of the later one."""
    DIGEST_DIFFERS = "digest_differs"
    """A device counts something else of a departure than the centre, again and again. Subject: date/trip/device."""
    DUPLICATE_REPORTED = "duplicate_reported"
    """A station's relay saw a ticket let through twice while gates were cut off. Subject: number/use."""
    STAFF_ACT_REFUSED = "staff_act_refused"
    """An act of staff that does not hold: no badge of ours, not allowed, or two of one id. Subject: epoch/seq."""
    POISONED_EVENT = "poisoned_event"
    """An event that could not be read. Subject: epoch/seq."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as it stands."""

    kind: IncidentKind
    subject: str
    body: Mapping[str, object]
    opened_ms: int


_RENEW: Final = (
    update(incidents)
    .where(
        incidents.c.station_id == bindparam("station"),
        incidents.c.kind == bindparam("of_kind"),
        incidents.c.subject == bindparam("about"),
    )
    .values(body=bindparam("text"))
)


def report(
    connection: Connection, station: int, kind: IncidentKind, subject: str, body: Mapping[str, object], now_ms: int
) -> None:
    """Note an incident; one that is known already gets the newer body and stays one incident."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    known = {"station": station, "of_kind": str(kind), "about": subject, "text": text}
    if connection.execute(_RENEW, known).rowcount == 0:
        row = {"station_id": station, "kind": str(kind), "subject": subject, "body": text, "opened_ms": now_ms}
        insert_rows(connection, incidents, [row])


def list_incidents(connection: Connection, station: int) -> list[Incident]:
    """Every incident of a station, oldest first."""
    rows = connection.execute(
        select(incidents)
        .where(incidents.c.station_id == station)
        .order_by(incidents.c.opened_ms, incidents.c.kind, incidents.c.subject)
    ).all()
    return [
        Incident(kind=IncidentKind(row.kind), subject=row.subject, body=json.loads(row.body), opened_ms=row.opened_ms)
        for row in rows
    ]
