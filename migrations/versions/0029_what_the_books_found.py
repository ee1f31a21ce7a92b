"""Keep what each invariant found when the books last checked themselves, and how long that took.

Revision ID: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add both columns; earlier checks say nothing of either."""
    op.add_column(
        "ledger_self_checks",
        sa.Column("took_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "ledger_self_checks",
        sa.Column("findings", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("ledger_self_checks", "findings")
    op.drop_column("ledger_self_checks", "took_ms")
