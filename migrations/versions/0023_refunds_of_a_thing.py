"""Find the refunds of one order or gift by index: every page of an order asks for them.

Revision ID: 0023
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_payments_refunds_subject", "payments_refunds", ["purpose", "subject_id"])


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_payments_refunds_subject", table_name="payments_refunds")
