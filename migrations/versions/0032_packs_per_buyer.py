"""Say of what live sessions sell how many packs a buyer gets at most.

Revision ID: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

RULE = "most_per_buyer IS NULL OR (edition_of IS NOT NULL AND most_per_buyer >= pack_multiple)"


def upgrade() -> None:
    """Add the column; so far there are no limits."""
    op.add_column("shop_variants", sa.Column("most_per_buyer", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_shop_variants_most_per_buyer"), "shop_variants", RULE, postgresql_not_valid=True
    )
    op.execute("ALTER TABLE shop_variants VALIDATE CONSTRAINT ck_shop_variants_most_per_buyer")


def downgrade() -> None:
    """Remove it: buyers get as many as there are."""
    op.drop_constraint(op.f("ck_shop_variants_most_per_buyer"), "shop_variants")
    op.drop_column("shop_variants", "most_per_buyer")
