"""E-invoices at the centre: found by their token, and named for a company by whoever has it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from sync.server.schema import records, stations, tickets
from sync.server.schema_money import invoices


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where a ticket goes, in words: a service date, a trip, and the two stops in both languages."""

    service_date: str
    trip: str
    boarding: str
    alighting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePage:
    """What is known of an invoice: `fen` for a journey or for a refund's fee. `journey` is None while the ticket is not
    known here; `buyer` is a company or empty; `state` is asked, named or issued.
    """

    token: str
    fen: int
    why: str
    state: str
    buyer: str
    tax_id: str | None
    journey: Journey | None


def find_invoice(connection: Connection, token: str) -> InvoicePage | None:
    """The invoice of this token, of whatever station."""
    row = connection.execute(
        select(invoices).where(invoices.c.token == token).order_by(invoices.c.asked_ms).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return InvoicePage(
        token=token,
        fen=row.fen,
        why=row.why,
        state=row.state,
        buyer=row.buyer,
        tax_id=row.tax_id,
        journey=_journey(connection, row.station_id, row.number),
    )


def name_buyer(connection: Connection, token: str, buyer: str, tax_id: str | None) -> None:
    """Write down who an invoice is for: a company, or (both empty) a person. One that is issued stays as it is."""
    connection.execute(
        update(invoices)
        .where(invoices.c.token == token, invoices.c.state != "issued")
        .values(buyer=buyer, tax_id=tax_id, state="named" if buyer else "asked")
    )


def stop_names(connection: Connection) -> dict[int, tuple[str, str]]:
    """The places that any station sells tickets to, and the stations' own, by number: Chinese and English."""
    everywhere = connection.execute(select(stations.c.station_id)).scalars().all()
    of_stations = records.c.station_id.in_(everywhere)  # the key begins with it: one look for each of them
    found = connection.execute(
        select(records.c.body).where(of_stations, records.c.kind == "stop", records.c.body.is_not(None))
    )
    stops = [json.loads(body) for (body,) in found]
    return {int(stop["id"]): (stop["name"][0], stop["name"][1]) for stop in stops}


def _journey(connection: Connection, station: int, number: str) -> Journey | None:
    row = connection.execute(
        select(tickets).where(tickets.c.station_id == station, tickets.c.number == number)
    ).one_or_none()
    if row is None:
        return None
    names = stop_names(connection)

    def name(stop: int) -> str:
        return " ".join(names[stop]) if stop in names else str(stop)

    return Journey(
        service_date=row.service_date, trip=row.trip, boarding=name(row.boarding), alighting=name(row.alighting)
    )
