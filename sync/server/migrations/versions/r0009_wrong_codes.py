"""Wrong enrolment codes are counted by all processes of a centre together."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "wrong_codes",
        sa.Column("try_id", sa.String(16), primary_key=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("code", sa.String(32)),
    )
    op.create_index("wrong_codes_by_code", "wrong_codes", ["code"])
