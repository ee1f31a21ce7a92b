"""Refuse to rewrite what was decided on applications and paid by benefit links.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

ONLY_ADDED = ("shop_benefit_payments", "shop_certification_stages")


def upgrade() -> None:
    """Add the triggers."""
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    """Remove the triggers."""
    for table in ONLY_ADDED:
        op.execute(f"DROP TRIGGER {table}_only_added ON {table}")
