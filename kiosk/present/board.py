"""The attract screen's next departures. Pure."""

from zoneinfo import ZoneInfo

from kiosk.buy.present.choosing import offer_rows
from kiosk.present.values import Row
from kiosk.steps import Session
from kiosk.till.values import Offer, Snapshot

BOARD_ROWS = 12
"""The most departures that the attract screen is given; it shows as many as fit."""


def rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The attract screen's next departures, one row for a coach however many stops it serves."""
    seen: dict[tuple[str, str], Offer] = {}
    for offer in snapshot.offers:
        key = (offer.service_date.isoformat(), offer.trip)
        if key not in seen or offer.fare > seen[key].fare:
            seen[key] = offer
    return offer_rows(tuple(seen.values()), session, snapshot, zone, most=BOARD_ROWS)
