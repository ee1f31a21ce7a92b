"""Let vouchers pay a part of an order, and carts keep things for later.

Revision ID: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

MOMENT = postgresql.TIMESTAMP(timezone=True)
TOTAL = "goods_fen >= 0 AND freight_fen >= 0 AND goods_fen + freight_fen = total_fen"
DISCOUNTED = (
    "goods_fen >= 0 AND freight_fen >= 0 AND discount_fen BETWEEN 0 AND goods_fen "
    "AND goods_fen + freight_fen - discount_fen = total_fen"
)
WHERE = (
    "prepaid_fen >= 0 AND payable_fen >= 0 AND unapplied_fen >= 0 "
    "AND prepaid_fen + payable_fen + unapplied_fen = amount_fen"
)
WHERE_DISCOUNTED = (
    "prepaid_fen >= 0 AND payable_fen >= 0 AND unapplied_fen >= 0 "
    "AND voucher_fen >= 0 AND prepaid_fen + payable_fen + unapplied_fen = amount_fen + voucher_fen"
)
DISCOUNTS = (
    ("shop_orders", "discount_fen"),
    ("shop_supplier_orders", "discount_fen"),
    ("shop_order_refunds", "voucher_fen"),
)


def _user(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], ["accounts_users.id"], name=op.f(f"fk_shop_voucher_batches_{name}_accounts_users")
    )


def _rule(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)


def upgrade() -> None:
    """Add the tables, and to orders what a voucher paid of them."""
    op.create_table(
        "shop_voucher_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("minimum_fen", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("uses_each", sa.Integer(), nullable=False),
        sa.Column("per_person", sa.Boolean(), nullable=False),
        sa.Column("for_email", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("made_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("opened_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'withdrawn')", name=op.f("ck_shop_voucher_batches_state")
        ),
        sa.CheckConstraint(
            "amount_fen > 0 AND minimum_fen >= 0", name=op.f("ck_shop_voucher_batches_amount")
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 95", name=op.f("ck_shop_voucher_batches_percent")),
        sa.CheckConstraint(
            "percent IS NOT NULL OR minimum_fen > amount_fen", name=op.f("ck_shop_voucher_batches_minimum")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_shop_voucher_batches_days")),
        sa.CheckConstraint("codes > 0 AND uses_each > 0", name=op.f("ck_shop_voucher_batches_uses")),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (state = 'draft') OR state = 'withdrawn'",
            name=op.f("ck_shop_voucher_batches_opened"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_shop_voucher_batches_withdrawn"),
        ),
        sa.CheckConstraint(
            "NOT needs_second OR opened_at IS NULL OR opened_by_user_id IS DISTINCT FROM made_by_user_id",
            name=op.f("ck_shop_voucher_batches_second_person"),
        ),
        _user("made_by_user_id"),
        _user("opened_by_user_id"),
        _user("withdrawn_by_user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_voucher_batches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_voucher_batches_public_id")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_voucher_batches_once")),
    )
    op.create_table(
        "shop_vouchers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["shop_voucher_batches.id"],
            name=op.f("fk_shop_vouchers_batch_id_shop_voucher_batches"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_vouchers")),
        sa.UniqueConstraint("code", name=op.f("uq_shop_vouchers_code")),
    )
    op.create_index("ix_shop_vouchers_batch", "shop_vouchers", ["batch_id", "id"])
    op.create_table(
        "shop_voucher_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("voucher_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.CheckConstraint("discount_fen > 0 AND seat > 0", name=op.f("ck_shop_voucher_uses_positive")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["shop_vouchers.id"], name=op.f("fk_shop_voucher_uses_voucher_id_shop_vouchers")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_voucher_uses_order_id_shop_orders")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["accounts_users.id"], name=op.f("fk_shop_voucher_uses_person_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_voucher_uses")),
        sa.UniqueConstraint("order_id", name=op.f("uq_shop_voucher_uses_order_id")),
    )
    for name, column in (("seat", "seat"), ("person", "person_id")):
        op.create_index(
            f"uq_shop_voucher_uses_{name}",
            "shop_voucher_uses",
            ["voucher_id", column],
            unique=True,
            postgresql_where=sa.text("released_at IS NULL"),
        )
    for table, column in DISCOUNTS:
        op.add_column(table, sa.Column(column, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("shop_cart_lines", sa.Column("saved_at", MOMENT, nullable=True))
    _rule("shop_orders", "total", DISCOUNTED)
    _rule("shop_order_refunds", "where_it_lay", WHERE_DISCOUNTED)
    op.create_check_constraint(
        op.f("ck_shop_supplier_orders_discount"),
        "shop_supplier_orders",
        "discount_fen BETWEEN 0 AND goods_fen",
    )


def downgrade() -> None:
    """Remove them; only for a database in which no voucher was used."""
    op.drop_constraint(op.f("ck_shop_supplier_orders_discount"), "shop_supplier_orders")
    _rule("shop_order_refunds", "where_it_lay", WHERE)
    _rule("shop_orders", "total", TOTAL)
    op.drop_column("shop_cart_lines", "saved_at")
    for table, column in reversed(DISCOUNTS):
        op.drop_column(table, column)
    for table in ("shop_voucher_uses", "shop_vouchers", "shop_voucher_batches"):
        op.drop_table(table)
