"""The centre's table of who was given what of people's data. As in `schema`: `station_id` leads the key."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, String, Table

from sync.server.schema import metadata

accesses = Table(
    "accesses",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("access_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("what", String(16), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("who", String(80), nullable=False),
    Column("why", String(200), nullable=False),
    PrimaryKeyConstraint("station_id", "access_id"),
)
"""`what` is day_key (a device was given the key of a day's identity tags, once for each key) or identities (somebody
opened the sealed identities of a departure, `why` says what for). Written before it is given. Rows are never changed,
and outlive what they tell of."""
