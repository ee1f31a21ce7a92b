"""Let benefit links have a share of sales, keep it for the household, and ask it whether payments came.

Revision ID: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

MOMENT = postgresql.TIMESTAMP(timezone=True)
LINKS, PAYMENTS = "shop_benefit_links", "shop_benefit_payments"
PRODUCTS, ANSWERS, SHARES = (
    "shop_benefit_share_products",
    "shop_benefit_payment_answers",
    "shop_benefit_shares",
)


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column(LINKS, sa.Column("share_bps", sa.Integer(), nullable=True))
    op.add_column(
        LINKS, sa.Column("share_all", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        op.f(f"ck_{LINKS}_share"),
        LINKS,
        "share_bps IS NULL OR (share_bps BETWEEN 1 AND 10000 "
        "AND kind IN ('dividend', 'order_purchase', 'land_trust', 'share'))",
    )
    op.create_check_constraint(op.f(f"ck_{LINKS}_share_all"), LINKS, "NOT share_all OR share_bps IS NOT NULL")
    op.create_index(
        f"ix_{LINKS}_share",
        LINKS,
        ["supplier_id", "id"],
        postgresql_where=sa.text("share_bps IS NOT NULL AND withdrawn_at IS NULL"),
    )
    op.add_column(PAYMENTS, sa.Column("asked", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        PRODUCTS,
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        _points_to(PRODUCTS, "link_id", LINKS),
        _points_to(PRODUCTS, "product_id", "shop_products"),
        sa.PrimaryKeyConstraint("link_id", "product_id", name=op.f(f"pk_{PRODUCTS}")),
    )
    op.create_index(f"ix_{PRODUCTS}_product", PRODUCTS, ["product_id"])
    # Public pages say how much of a sale goes to households.
    op.execute(
        f"CREATE TRIGGER {PRODUCTS}_page_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {PRODUCTS} "
        "FOR EACH STATEMENT EXECUTE FUNCTION move_page_stamp()"
    )
    op.create_table(
        ANSWERS,
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("answered_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("answer IN ('agreed', 'disputed')", name=op.f(f"ck_{ANSWERS}_answer")),
        sa.CheckConstraint(
            "released_fen = 0 OR (released_fen > 0 AND answer = 'agreed')",
            name=op.f(f"ck_{ANSWERS}_released"),
        ),
        sa.CheckConstraint(
            "reason <> '' OR (answer = 'agreed' AND NOT on_behalf)", name=op.f(f"ck_{ANSWERS}_reason")
        ),
        _points_to(ANSWERS, "payment_id", PAYMENTS),
        _points_to(ANSWERS, "answered_by_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("payment_id", name=op.f(f"pk_{ANSWERS}")),
    )
    op.create_table(
        SHARES,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("base_fen", sa.BigInteger(), nullable=False),
        sa.Column("back_fen", sa.BigInteger(), nullable=False),
        sa.Column("kept_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("share_bps BETWEEN 1 AND 10000", name=op.f(f"ck_{SHARES}_share")),
        sa.CheckConstraint("base_fen >= 0 AND back_fen >= 0", name=op.f(f"ck_{SHARES}_base")),
        sa.CheckConstraint(
            "released_fen >= 0 AND released_fen <= kept_fen AND kept_fen <= base_fen",
            name=op.f(f"ck_{SHARES}_held"),
        ),
        _points_to(SHARES, "link_id", LINKS),
        _points_to(SHARES, "supplier_order_id", "shop_supplier_orders"),
        _points_to(SHARES, "order_line_id", "shop_order_lines"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SHARES}")),
        sa.UniqueConstraint("link_id", "order_line_id", name=op.f(f"uq_{SHARES}_link_id_order_line_id")),
    )
    op.create_index(f"ix_{SHARES}_part", SHARES, ["supplier_order_id"])
    op.create_index(f"ix_{SHARES}_line", SHARES, ["order_line_id"])
    op.create_index(
        f"ix_{SHARES}_due", SHARES, ["link_id", "id"], postgresql_where=sa.text("kept_fen > released_fen")
    )


def downgrade() -> None:
    """Remove them."""
    for table in (SHARES, ANSWERS, PRODUCTS):
        op.drop_table(table)
    op.drop_column(PAYMENTS, "asked")
    op.drop_index(f"ix_{LINKS}_share", LINKS)
    for column in ("share_all", "share_bps"):
        op.drop_column(LINKS, column)
