"""Remember which suppliers were chosen in the form that proposed a batch of payouts.

Revision ID: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the column; batches from before say nothing of it."""
    op.add_column(
        "shop_payout_batches",
        sa.Column("chosen_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_column("shop_payout_batches", "chosen_hash")
