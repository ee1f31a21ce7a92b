"""Keep recalls of batches and the lines of orders that they touch.

Revision ID: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the two tables; lines are only added."""
    op.create_table(
        "shop_recalls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("packs_taken", sa.Integer(), nullable=False),
        sa.Column("recalled_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recalled_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("recalled_by_name", sa.Text(), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seen_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_by_name", sa.Text(), nullable=False),
        sa.CheckConstraint("packs_taken >= 0", name=op.f("ck_shop_recalls_packs")),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by_name = '')", name=op.f("ck_shop_recalls_seen")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["shop_batches.id"], name=op.f("fk_shop_recalls_batch_id_shop_batches")
        ),
        sa.ForeignKeyConstraint(
            ["recalled_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_recalls_recalled_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["seen_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_recalls_seen_by_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_recalls")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_shop_recalls_batch_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_recalls_public_id")),
    )
    op.create_index(
        "ix_shop_recalls_unseen", "shop_recalls", ["id"], postgresql_where=sa.text("seen_at IS NULL")
    )
    op.create_table(
        "shop_recalled_lines",
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("touch", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("touch IN ('may_hold', 'let_go')", name=op.f("ck_shop_recalled_lines_touch")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shop_recalled_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["shop_recalls.id"], name=op.f("fk_shop_recalled_lines_recall_id_shop_recalls")
        ),
        sa.PrimaryKeyConstraint("recall_id", "order_line_id", name=op.f("pk_shop_recalled_lines")),
    )
    op.create_index("ix_shop_recalled_lines_order", "shop_recalled_lines", ["order_id"])
    op.create_index("ix_shop_recalled_lines_recall_order", "shop_recalled_lines", ["recall_id", "order_id"])
    op.execute(
        "CREATE TRIGGER shop_recalled_lines_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON shop_recalled_lines "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("shop_recalled_lines")
    op.drop_table("shop_recalls")
