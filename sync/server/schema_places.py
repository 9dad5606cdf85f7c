"""The centre's tables about places besides who has them now: what left a till, what was asked for, who sits elsewhere.

As in `schema`: `station_id` leads every key, instants are milliseconds since 1970.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Table, Text

from sync.server.schema import metadata

past_places = Table(
    "past_places",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("device", String(64), nullable=False),
    Column("seat", Integer, nullable=False),
    Column("how", String(8), nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("station_id", "service_date", "trip", "device", "seat", "how"),
)
"""Each place that a till once had and has no more: `how` is returned, refunded or freed (by staff, for a silent till).
A till is never given one of them again: its journal would not sell it. Seat 0 stands for `count` counted places, of
which only freed ones are noted, until the till itself returns them."""

place_asks = Table(
    "place_asks",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("ask", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("wished", Text, nullable=False),
    Column("seats", Text),
    Column("count", Integer, nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "ask"),
)
"""Each ask of a till for places, and what it was given: the same ask again gets the same. `wished` and `seats` are JSON
lists; `seats` is null where places are only counted."""

seatings = Table(
    "seatings",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("number", String(20), nullable=False),
    Column("seat", Integer, nullable=False),
    PrimaryKeyConstraint("station_id", "service_date", "trip", "number"),
)
"""Which seat of the coach that goes (`trip`) a ticket has whose own is not there: it was sold for another coach."""
