"""Know the forms by which products, pack sizes and stock came, so that one sent twice counts once.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = ("shop_products", "shop_variants", "shop_stock_movements")


def upgrade() -> None:
    """Add the tokens."""
    for table in TABLES:
        op.add_column(table, sa.Column("once", sa.Text(), nullable=True))
        op.create_unique_constraint(op.f(f"uq_{table}_once"), table, ["once"])


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_constraint(op.f(f"uq_{table}_once"), table, type_="unique")
        op.drop_column(table, "once")
