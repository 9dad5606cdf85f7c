"""What is looked for among all rows again and again: open payments by their state, and old rows once a day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes and the column."""
    op.create_index("payments_by_state", "payments", ["state", "asked_ms"])
    op.create_index("payment_refunds_by_state", "payment_refunds", ["state"])
    op.add_column("stations", sa.Column("tidied", sa.String(10), nullable=True))
