"""Count the changes of a live session's plan, and let sessions that were opened early last as long as planned.

Revision ID: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the column, and bring forward the end of what is open: as long after its opening as was planned, a day at most."""
    op.add_column(
        "shop_live_sessions", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.execute(
        """
        UPDATE shop_live_sessions
        SET starts_at = date_trunc('minute', opened_at),
            ends_at = date_trunc('minute', opened_at) + least(ends_at - starts_at, interval '24 hours')
        WHERE state = 'open' AND opened_at < starts_at
        """
    )


def downgrade() -> None:
    """Remove the column; the times stay as they are."""
    op.drop_column("shop_live_sessions", "version")
