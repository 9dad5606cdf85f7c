"""How many changes a station had on each day, and since which change its tombstones are all there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("stations", sa.Column("horizon", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "change_days",
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "day"),
    )
