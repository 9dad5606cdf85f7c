"""The tables as they were before Alembic, at their third version; makes whatever of them a database lacks.

A new database gets all of them. Files of the first three versions, which kept their number in `about`, have most of
them already. The tables are written out here because `sync.server.schema` goes on changing and this does not.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = sa.MetaData()
_BIG, _INT, _TEXT, _BYTES, _string = sa.BigInteger(), sa.Integer(), sa.Text(), sa.LargeBinary(), sa.String


class _Absent:
    """A column that may hold nothing."""

    def __init__(self, kind: sa.types.TypeEngine[Any]) -> None:
        self.kind = kind


class _Default:
    """A column that old rows lack; `text` is what they get."""

    def __init__(self, kind: sa.types.TypeEngine[Any], text: str) -> None:
        self.kind = kind
        self.text = text


def _column(name: str, kind: object) -> sa.Column[Any]:
    match kind:
        case _Absent():
            return sa.Column(name, kind.kind)
        case _Default():
            return sa.Column(name, kind.kind, nullable=False, server_default=kind.text)
        case sa.types.TypeEngine():
            return sa.Column(name, kind, nullable=False, autoincrement=False)
        case _:
            raise TypeError(name)


def _table(name: str, key: Sequence[str], unique: Sequence[str] = (), /, **columns: object) -> None:
    sa.Table(
        name,
        _TABLES,
        *(_column(column, kind) for column, kind in columns.items()),
        sa.PrimaryKeyConstraint(*key),
        *([sa.UniqueConstraint(*unique)] if unique else []),
    )


def _index(name: str, table: str, *columns: str) -> None:
    sa.Index(name, *(_TABLES.tables[table].c[column] for column in columns))


_table(
    "about",
    ["name"],
    name=_string(40),
    value=_TEXT,
)
_table(
    "claims",
    ["station_id", "claim"],
    station_id=_BIG,
    claim=_string(64),
    device=_string(64),
    order_id=_string(32),
    fen=_BIG,
    reason=_TEXT,
    state=_string(8),
    settled_by=_Absent(_string(80)),
    opened_ms=_BIG,
)
_table(
    "counts",
    ["station_id", "service_date", "trip", "holder"],
    station_id=_BIG,
    service_date=_string(10),
    trip=_string(16),
    holder=_string(64),
    granted=_INT,
    returned=_INT,
)
_table(
    "deliveries",
    ["station_id", "epoch", "seq"],
    station_id=_BIG,
    epoch=_string(32),
    seq=_BIG,
    number=_string(20),
    how=_string(16),
    outcome=_string(16),
    copy=_BIG,
    at_ms=_BIG,
)
_table(
    "departures",
    ["station_id", "service_date", "trip"],
    station_id=_BIG,
    service_date=_string(10),
    trip=_string(16),
    departs_ms=_BIG,
    body=_TEXT,
    planned=_Absent(_TEXT),
)
_table(
    "devices",
    ["station_id", "device"],
    station_id=_BIG,
    device=_string(64),
    kind=_string(8),
    name=_string(80),
    device_key=_BYTES,
    till_key=_Absent(_BYTES),
    prefix=_Absent(_INT),
    certificate=_Absent(_BYTES),
    certificate_ends_ms=_Absent(_BIG),
    enrolled_ms=_BIG,
    state=_string(8),
)
_table(
    "enrol_codes",
    ["station_id", "code_hash"],
    station_id=_BIG,
    code_hash=_BYTES,
    kind=_string(8),
    name=_string(80),
    ends_ms=_BIG,
    device=_Absent(_string(64)),
)
_index("enrol_codes_by_hash", "enrol_codes", "code_hash")
_table(
    "epochs",
    ["station_id", "epoch"],
    station_id=_BIG,
    epoch=_string(32),
    device=_string(64),
    kept_through=_BIG,
    head=_BYTES,
    forked=_INT,
)
_table(
    "events",
    ["station_id", "epoch", "seq"],
    ["station_id", "event_id"],
    station_id=_BIG,
    epoch=_string(32),
    seq=_BIG,
    event_id=_Absent(_string(32)),
    device=_string(64),
    kind=_Absent(_string(64)),
    at_ms=_Absent(_BIG),
    bytes=_BYTES,
    hash=_BYTES,
    result=_string(8),
    why=_Absent(_TEXT),
    received_ms=_BIG,
)
_table(
    "evidence",
    ["station_id", "digest"],
    station_id=_BIG,
    digest=_BYTES,
    kind=_string(16),
    device=_string(64),
    epoch=_string(32),
    seq=_BIG,
    bytes=_BYTES,
    hash=_BYTES,
    head=_TEXT,
    received_ms=_BIG,
)
_table(
    "incidents",
    ["station_id", "kind", "subject"],
    station_id=_BIG,
    kind=_string(40),
    subject=_string(120),
    body=_TEXT,
    opened_ms=_BIG,
)
_table(
    "invoices",
    ["station_id", "invoice"],
    station_id=_BIG,
    invoice=_string(32),
    device=_string(64),
    number=_string(20),
    fen=_BIG,
    why=_string(8),
    token=_string(32),
    buyer=_TEXT,
    tax_id=_Absent(_string(20)),
    state=_string(8),
    asked_ms=_BIG,
)
_index("invoices_by_token", "invoices", "token")
_table(
    "money",
    ["station_id", "epoch", "seq"],
    station_id=_BIG,
    epoch=_string(32),
    seq=_BIG,
    device=_string(64),
    order_id=_string(32),
    direction=_string(8),
    fen=_BIG,
    method=_string(64),
    counter=_Absent(_BIG),
    at_ms=_BIG,
)
_index("money_by_order", "money", "station_id", "order_id")
_table(
    "office_sales",
    ["station_id", "sale_id"],
    station_id=_BIG,
    sale_id=_string(64),
    number=_string(20),
)
_table(
    "orders",
    ["station_id", "order_id"],
    station_id=_BIG,
    order_id=_string(32),
    device=_string(64),
    service_date=_string(10),
    trip=_string(16),
    seats=_Absent(_TEXT),
    count=_INT,
    total=_BIG,
    state=_string(8),
    held_ms=_BIG,
    changes=_Absent(_string(20)),
)
_table(
    "payment_refunds",
    ["station_id", "payment", "refund"],
    station_id=_BIG,
    payment=_string(32),
    refund=_string(32),
    device=_string(64),
    fen=_BIG,
    state=_string(8),
    asked_ms=_BIG,
)
_table(
    "payments",
    ["station_id", "payment"],
    station_id=_BIG,
    payment=_string(32),
    device=_string(64),
    order_id=_string(32),
    fen=_BIG,
    way=_string(8),
    state=_string(12),
    why=_string(16),
    code=_TEXT,
    reference=_string(64),
    asked_ms=_BIG,
    ended_ms=_Absent(_BIG),
    returned=_BIG,
)
_index("payments_by_order", "payments", "station_id", "order_id")
_table(
    "payouts",
    ["station_id", "payout"],
    station_id=_BIG,
    payout=_string(32),
    device=_string(64),
    order_id=_string(32),
    method=_string(64),
    fen=_BIG,
    paid=_Absent(_BIG),
    sure=_Absent(_INT),
    asked_ms=_BIG,
)
_table(
    "places",
    ["station_id", "service_date", "trip", "seat"],
    station_id=_BIG,
    service_date=_string(10),
    trip=_string(16),
    seat=_INT,
    holder=_string(64),
)
_table(
    "prefixes",
    ["prefix"],
    prefix=_INT,
    station_id=_BIG,
    device=_string(64),
    given_ms=_BIG,
)
_table(
    "records",
    ["station_id", "kind", "key"],
    ["station_id", "change_no"],
    station_id=_BIG,
    kind=_string(24),
    key=_string(120),
    body=_Absent(_TEXT),
    service_date=_Absent(_string(10)),
    change_no=_BIG,
)
_table(
    "refunds",
    ["station_id", "refund"],
    station_id=_BIG,
    refund=_string(32),
    device=_string(64),
    number=_string(20),
    fare=_BIG,
    fee=_BIG,
    fen=_BIG,
    way=_string(64),
    opened_ms=_BIG,
)
_index("refunds_by_ticket", "refunds", "station_id", "number")
_table(
    "shift_moves",
    ["station_id", "epoch", "seq"],
    station_id=_BIG,
    epoch=_string(32),
    seq=_BIG,
    shift=_string(32),
    device=_string(64),
    badge=_string(64),
    direction=_string(8),
    place=_string(64),
    fen=_BIG,
    at_ms=_BIG,
)
_table(
    "shifts",
    ["station_id", "shift"],
    station_id=_BIG,
    shift=_string(32),
    device=_string(64),
    badge=_string(64),
    fen=_BIG,
    opened_ms=_BIG,
    expected=_Absent(_BIG),
    counted=_Absent(_BIG),
    closed_by=_Absent(_string(64)),
    closed_ms=_Absent(_BIG),
)
_table(
    "staff_acts",
    ["station_id", "fact_id"],
    station_id=_BIG,
    fact_id=_string(32),
    service_date=_Absent(_string(10)),
    trip=_Absent(_string(16)),
    act=_string(16),
    badge=_string(16),
    at_ms=_BIG,
    bytes=_BYTES,
)
_index("staff_acts_by_departure", "staff_acts", "station_id", "service_date", "trip")
_table(
    "stations",
    ["station_id"],
    station_id=_BIG,
    timetable=_TEXT,
    last_change=_BIG,
)
_table(
    "tickets",
    ["station_id", "number"],
    station_id=_BIG,
    number=_string(20),
    service_date=_string(10),
    trip=_string(16),
    boarding=_BIG,
    alighting=_BIG,
    seat=_Absent(_INT),
    kind=_INT,
    children=_INT,
    fare=_BIG,
    tag=_BYTES,
    expires_s=_BIG,
    state=_string(8),
    issuer=_string(64),
    order_id=_Absent(_string(32)),
    sealed=_BYTES,
    code=_TEXT,
    issued_ms=_BIG,
    order_code=_Absent(_string(10)),
)
_index("tickets_by_departure", "tickets", "station_id", "service_date", "trip")
_table(
    "till_payments",
    ["station_id", "payment"],
    station_id=_BIG,
    payment=_string(32),
    device=_string(64),
    order_id=_string(32),
    method=_string(64),
    fen=_BIG,
    outcome=_Absent(_string(8)),
    reference=_Absent(_string(64)),
    asked_ms=_BIG,
)
_index("till_payments_by_order", "till_payments", "station_id", "order_id")
_table(
    "uses",
    ["station_id", "number", "use_no", "attempt"],
    station_id=_BIG,
    number=_string(20),
    use_no=_BIG,
    attempt=_string(32),
    service_date=_Absent(_string(10)),
    device=_string(64),
    lane=_string(64),
    at_ms=_BIG,
    persons=_INT,
    purpose=_string(16),
    end=_Absent(_string(16)),
    ended_ms=_Absent(_BIG),
    trip=_Absent(_string(16)),
    flags=_Default(_TEXT, "[]"),
    shown=_Default(_string(16), ""),
)


def upgrade() -> None:
    """Make the missing tables, and add the missing columns to the others."""
    connection = op.get_bind()
    there = sa.inspect(connection)
    for table in _TABLES.sorted_tables:
        if there.has_table(table.name):
            has = {column["name"] for column in there.get_columns(table.name)}
            for column in table.columns:
                if column.name not in has:
                    op.add_column(table.name, _column_again(column))
    _TABLES.create_all(connection)


def _column_again(column: sa.Column[Any]) -> sa.Column[Any]:
    return sa.Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default)
