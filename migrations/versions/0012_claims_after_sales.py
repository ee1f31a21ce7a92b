"""Keep claims of buyers about received goods, their photos, and every step that was made.

Revision ID: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the tables; steps are only added."""
    op.create_table(
        "shop_claims",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("asked_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("goods_back", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("arrived_quantity", sa.BigInteger(), nullable=True),
        sa.Column("resaleable_quantity", sa.BigInteger(), nullable=True),
        sa.Column("refund", sa.Text(), nullable=True),
        sa.Column("refunds_declined", sa.SmallInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("filed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(kind = 'return') = (reason = 'no_reason')", name=op.f("ck_shop_claims_reason_of_kind")
        ),
        sa.CheckConstraint("(state = 'refunded') = (refund IS NOT NULL)", name=op.f("ck_shop_claims_refund")),
        sa.CheckConstraint(
            "(state IN ('filed', 'offered', 'refused', 'escalated', 'to_return', 'returning', 'agreed')) = (ended_at IS NULL)",
            name=op.f("ck_shop_claims_ended"),
        ),
        sa.CheckConstraint("kind IN ('quality', 'return')", name=op.f("ck_shop_claims_kind")),
        sa.CheckConstraint(
            "reason IN ('damaged', 'spoiled', 'wrong_goods', 'short_weight', 'not_as_described', 'other', 'no_reason')",
            name=op.f("ck_shop_claims_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'offered', 'refused', 'escalated', 'to_return', 'returning', 'agreed') OR state IN ('refunded', 'dismissed', 'withdrawn', 'lapsed')",
            name=op.f("ck_shop_claims_state"),
        ),
        sa.CheckConstraint(
            "wants IN ('refund_full', 'refund_part', 'return_refund')", name=op.f("ck_shop_claims_wants")
        ),
        sa.CheckConstraint(
            "(arrived_quantity IS NULL) = (resaleable_quantity IS NULL) AND resaleable_quantity >= 0 AND resaleable_quantity <= arrived_quantity AND arrived_quantity <= quantity",
            name=op.f("ck_shop_claims_arrived"),
        ),
        sa.CheckConstraint(
            "quantity > 0 AND asked_fen > 0 AND amount_fen BETWEEN 1 AND asked_fen",
            name=op.f("ck_shop_claims_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_claims_filed_by_user_id_accounts_users"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_claims_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["shop_order_lines.id"],
            name=op.f("fk_shop_claims_order_line_id_shop_order_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_claims_supplier_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_order_id"],
            ["shop_supplier_orders.id"],
            name=op.f("fk_shop_claims_supplier_order_id_shop_supplier_orders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_claims")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_claims_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_claims_public_id")),
        sa.UniqueConstraint("refund", name=op.f("uq_shop_claims_refund")),
    )
    op.create_index(
        "ix_shop_claims_due", "shop_claims", ["due_at", "id"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("ix_shop_claims_order", "shop_claims", ["order_id", "id"])
    op.create_index("ix_shop_claims_state", "shop_claims", ["state", "id"])
    op.create_index("ix_shop_claims_supplier", "shop_claims", ["supplier_id", "state", "id"])
    op.create_index("ix_shop_claims_supplier_order", "shop_claims", ["supplier_order_id"])
    op.create_index(
        "uq_shop_claims_open",
        "shop_claims",
        ["order_line_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('filed', 'offered', 'refused', 'escalated', 'to_return', 'returning', 'agreed')"
        ),
    )
    op.create_table(
        "shop_claim_photos",
        sa.Column("claim_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["shop_claims.id"], name=op.f("fk_shop_claim_photos_claim_id_shop_claims")
        ),
        sa.PrimaryKeyConstraint("claim_id", "number", name=op.f("pk_shop_claim_photos")),
    )
    op.create_table(
        "shop_claim_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("goods_back", sa.Boolean(), nullable=True),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "side IN ('buyer', 'supplier', 'operator', 'clock')", name=op.f("ck_shop_claim_steps_side")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["shop_claims.id"], name=op.f("fk_shop_claim_steps_claim_id_shop_claims")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_shop_claim_steps_user_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_claim_steps")),
    )
    op.create_index("ix_shop_claim_steps_claim", "shop_claim_steps", ["claim_id", "id"])
    op.execute(
        "CREATE TRIGGER shop_claim_steps_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON shop_claim_steps "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("shop_claim_steps")
    op.drop_table("shop_claim_photos")
    op.drop_table("shop_claims")
