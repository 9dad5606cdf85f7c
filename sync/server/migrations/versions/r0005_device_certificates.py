"""Devices have certificates of their own, and remember the keys that they had before."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a device that was enrolled before has no certificate until it asks for one."""
    op.add_column("devices", sa.Column("device_certificate", sa.LargeBinary()))
    op.add_column("devices", sa.Column("device_ends_ms", sa.BigInteger()))
    op.add_column("devices", sa.Column("former_keys", sa.Text(), nullable=False, server_default="[]"))
