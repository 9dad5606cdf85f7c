"""What left a till, what tills asked for, who sits elsewhere; and orders found by their departure."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _departure() -> list[sa.Column[object]]:
    return [
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("service_date", sa.String(10), nullable=False),
        sa.Column("trip", sa.String(16), nullable=False),
    ]


def upgrade() -> None:
    """From 0003."""
    op.create_table(
        "past_places",
        *_departure(),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "service_date", "trip", "device", "seat", "how"),
    )
    op.create_table(
        "place_asks",
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("ask", sa.String(32), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("service_date", sa.String(10), nullable=False),
        sa.Column("trip", sa.String(16), nullable=False),
        sa.Column("wished", sa.Text(), nullable=False),
        sa.Column("seats", sa.Text()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "ask"),
    )
    op.create_table(
        "seatings",
        *_departure(),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "service_date", "trip", "number"),
    )
    op.create_index("orders_by_departure", "orders", ["station_id", "service_date", "trip"])


def downgrade() -> None:
    """Revisions only go forward: put the copy back that was made before."""
    raise NotImplementedError
