"""Remind of parcels that wait, invite to reviews, keep where goods go back to; sort orders by their day.

Revision ID: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

MOMENT = postgresql.TIMESTAMP(timezone=True)
UNINVITED = "state = 'received' AND kind = 'public' AND review_invited_at IS NULL"


def upgrade() -> None:
    """Add the columns, the table and the indexes."""
    op.add_column(
        "shop_receipt_periods", sa.Column("remind_days", sa.Integer(), server_default="3", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_shop_receipt_periods_remind_days"), "shop_receipt_periods", "remind_days BETWEEN 1 AND 30"
    )
    op.add_column(
        "shop_parcels", sa.Column("reminded", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.add_column("shop_parcels", sa.Column("reminded_at", MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_shop_parcels_reminded"),
        "shop_parcels",
        "reminded BETWEEN 0 AND 2 AND (reminded = 0) = (reminded_at IS NULL)",
    )
    op.add_column("shop_orders", sa.Column("review_invited_at", MOMENT, nullable=True))
    op.create_index("ix_shop_orders_uninvited", "shop_orders", ["id"], postgresql_where=sa.text(UNINVITED))
    op.create_index("ix_shop_orders_placed", "shop_orders", ["placed_at", "id"])
    op.create_table(
        "shop_return_addresses",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "recipient <> '' AND phone <> '' AND address <> ''", name=op.f("ck_shop_return_addresses_words")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_return_addresses_supplier_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_return_addresses_written_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_shop_return_addresses")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("shop_return_addresses")
    op.drop_index("ix_shop_orders_placed", "shop_orders")
    op.drop_index("ix_shop_orders_uninvited", "shop_orders")
    op.drop_column("shop_orders", "review_invited_at")
    op.drop_constraint(op.f("ck_shop_parcels_reminded"), "shop_parcels")
    op.drop_column("shop_parcels", "reminded_at")
    op.drop_column("shop_parcels", "reminded")
    op.drop_constraint(op.f("ck_shop_receipt_periods_remind_days"), "shop_receipt_periods")
    op.drop_column("shop_receipt_periods", "remind_days")
