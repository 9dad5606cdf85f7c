"""The centre's tables. `station_id` leads every key, so that the tables can be spread over servers by station.

Instants are integer milliseconds since 1970 (`*_ms`), money is integer fen, ticket numbers are their 20 digits,
epochs, orders and attempts are 32 hex digits, JSON is kept as text. Nothing here holds a plain name or document
number: `tickets.tag` is a keyed hash and `tickets.sealed` can only be opened with that service day's private key.

Whoever changes a table adds an Alembic revision (see `migrating`).

The one table not led by a station is `prefixes`: a ticket number's prefix is unique among all stations and for ever.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about this database: `schema_version` (its revision), and `instance` (a cursor of another one is not ours)."""

stations = Table(
    "stations",
    metadata,
    Column("station_id", BigInteger, primary_key=True, autoincrement=False),
    Column("timetable", Text, nullable=False),
    Column("last_change", BigInteger, nullable=False),
    Column("horizon", BigInteger, nullable=False, server_default="0"),
    Column("tidied", String(10)),
)
"""One row per station: its timetable (JSON) and the number of its latest change. Writers lock this row first,
which is what makes change numbers follow the order of commits. Tombstones of changes up to `horizon` are dropped:
whoever knows no more than that has to begin anew. `tidied` is the service day on which old rows were last dropped."""

change_days = Table(
    "change_days",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("change_no", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "day"),
)
"""The number of the latest change when the station was first looked after on that service day."""

devices = Table(
    "devices",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("device", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("device_key", LargeBinary, nullable=False),
    Column("till_key", LargeBinary),
    Column("prefix", Integer),
    Column("certificate", LargeBinary),
    Column("certificate_ends_ms", BigInteger),
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("device_certificate", LargeBinary),
    Column("device_ends_ms", BigInteger),
    Column("former_keys", Text, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("station_id", "device"),
)
"""`kind` is till, gate or relay; `state` is active, retired (replaced in peace, may still report) or revoked.
`certificate` lets a till sign tickets; `device_certificate` is of `device_key`, and has no end where it was enrolled
before there were any. `former_keys` is a JSON list of [key in hex, ms until which it may still sign requests]."""

prefixes = Table(
    "prefixes",
    metadata,
    Column("prefix", Integer, primary_key=True, autoincrement=False),
    Column("station_id", BigInteger, nullable=False),
    Column("device", String(64), nullable=False),
    Column("given_ms", BigInteger, nullable=False),
)
"""Every prefix that was ever given, to whom and when. Rows are never deleted: a prefix is never used again."""

enrol_codes = Table(
    "enrol_codes",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("ends_ms", BigInteger, nullable=False),
    Column("device", String(64)),
    PrimaryKeyConstraint("station_id", "code_hash"),
)
"""One-time codes, stretched to what proves them (`sync.code_proof`); `device` is who used it."""
Index("enrol_codes_by_hash", enrol_codes.c.code_hash)

wrong_codes = Table(
    "wrong_codes",
    metadata,
    Column("try_id", String(16), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Column("code", String(32)),
)
"""Wrong tries at enrolling within the last hour: from which address, at which code's name if there is such a code."""
Index("wrong_codes_by_code", wrong_codes.c.code)

epochs = Table(
    "epochs",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("kept_through", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("forked", Integer, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch"),
)
"""How far each journal is kept here: the last sequence number, the chain's hash there, and whether it forked."""

events = Table(
    "events",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("event_id", String(32)),
    Column("device", String(64), nullable=False),
    Column("kind", String(64)),
    Column("at_ms", BigInteger),
    Column("bytes", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("result", String(8), nullable=False),
    Column("why", Text),
    Column("received_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch", "seq"),
    UniqueConstraint("station_id", "event_id"),
)
"""Every event as it came, byte for byte. `event_id` is null for what was set aside (poisoned, conflict)."""

evidence = Table(
    "evidence",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("device", String(64), nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("head", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "digest"),
)
"""What contradicts something kept: events of another branch (`fork`) or of a used id (`conflict`), with the
head that the device signed for them. `digest` is made of the rest, so that a repetition adds no row."""

orders = Table(
    "orders",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("order_id", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("seats", Text),
    Column("count", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("held_ms", BigInteger, nullable=False),
    Column("changes", String(20)),
    PrimaryKeyConstraint("station_id", "order_id"),
)
"""`state` is held, paid or released; `seats` is a JSON list, or null on a coach without fixed seats; `changes` is the
ticket that this order takes the place of."""
Index("orders_by_departure", orders.c.station_id, orders.c.service_date, orders.c.trip)

money = Table(
    "money",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("device", String(64), nullable=False),
    Column("order_id", String(32), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("method", String(64), nullable=False),
    Column("counter", BigInteger),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch", "seq"),
)
"""Each taking and returning of money at a terminal; `direction` is taken or returned; `counter` the cash device's."""
Index("money_by_order", money.c.station_id, money.c.order_id)

claims = Table(
    "claims",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("claim", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("order_id", String(32), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("settled_by", String(80)),
    Column("opened_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "claim"),
)
"""`state` is open or settled."""

tickets = Table(
    "tickets",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("number", String(20), nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("boarding", BigInteger, nullable=False),
    Column("alighting", BigInteger, nullable=False),
    Column("seat", Integer),
    Column("kind", Integer, nullable=False),
    Column("children", Integer, nullable=False),
    Column("fare", BigInteger, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("issuer", String(64), nullable=False),
    Column("order_id", String(32)),
    Column("sealed", LargeBinary, nullable=False),
    Column("code", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("order_code", String(10)),
    PrimaryKeyConstraint("station_id", "number"),
)
"""`state` is valid, refunded, changed or revoked; `issuer` is a device or `centre`; with `order_code` a ticket that the
web sold is collected at a till."""
Index("tickets_by_departure", tickets.c.station_id, tickets.c.service_date, tickets.c.trip)

deliveries = Table(
    "deliveries",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("number", String(20), nullable=False),
    Column("how", String(16), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("copy", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch", "seq"),
)
"""Each attempt to give a ticket out."""

uses = Table(
    "uses",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("number", String(20), nullable=False),
    Column("use_no", BigInteger, nullable=False),
    Column("attempt", String(32), nullable=False),
    Column("service_date", String(10)),
    Column("device", String(64), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("end", String(16)),
    Column("ended_ms", BigInteger),
    Column("trip", String(16)),
    Column("flags", Text, nullable=False, server_default="[]"),
    Column("shown", String(16), nullable=False, server_default=""),
    PrimaryKeyConstraint("station_id", "number", "use_no", "attempt"),
)
"""Every claimed use. Two attempts at one `use_no` are possible only while gates are cut off from each other; both
are kept. `end` is null, passed, released or unresolved; `service_date` and `trip` are null when only the end is known.
`persons` is how many it lets through, and once it has passed how many walked; `flags` is a JSON list; `shown` says what
the passenger showed."""

places = Table(
    "places",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("seat", Integer, nullable=False),
    Column("holder", String(64), nullable=False),
    PrimaryKeyConstraint("station_id", "service_date", "trip", "seat"),
)
"""Who may sell each numbered seat: a till, `centre` (the web), or nobody yet (`free`). One row per seat is what
keeps a seat from being allotted twice."""

counts = Table(
    "counts",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("holder", String(64), nullable=False),
    Column("granted", Integer, nullable=False),
    Column("returned", Integer, nullable=False),
    PrimaryKeyConstraint("station_id", "service_date", "trip", "holder"),
)
"""The same for coaches without fixed seats: how many places each holder was ever given and gave back."""

departures = Table(
    "departures",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("service_date", String(10), nullable=False),
    Column("trip", String(16), nullable=False),
    Column("departs_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("planned", Text),
    PrimaryKeyConstraint("station_id", "service_date", "trip"),
)
"""`body` is the departure's record as terminals get it (JSON); `planned` is what it was before staff of the station
acted on it, null while nobody has. `departs_ms` is the time by the timetable."""

staff_acts = Table(
    "staff_acts",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("fact_id", String(32), nullable=False),
    Column("service_date", String(10)),
    Column("trip", String(16)),
    Column("act", String(16), nullable=False),
    Column("badge", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("station_id", "fact_id"),
)
"""Each act of staff as it was signed, checked when it came; the departure is null where an act has none."""
Index("staff_acts_by_departure", staff_acts.c.station_id, staff_acts.c.service_date, staff_acts.c.trip)

office_sales = Table(
    "office_sales",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("sale_id", String(64), nullable=False),
    Column("number", String(20), nullable=False),
    PrimaryKeyConstraint("station_id", "sale_id"),
)
"""The web channel's own name for a sale, so that a repeated request sells once."""

incidents = Table(
    "incidents",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "kind", "subject"),
)
"""What should not have happened and did; one row per kind and subject, its body brought up to date."""

records = Table(
    "records",
    metadata,
    Column("station_id", BigInteger, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("key", String(120), nullable=False),
    Column("body", Text),
    Column("service_date", String(10)),
    Column("change_no", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "kind", "key"),
    UniqueConstraint("station_id", "change_no"),
)
"""What terminals pull: the latest state of each record; `body` null is a tombstone. `service_date` is set on
records that can be dropped long after their departure."""
