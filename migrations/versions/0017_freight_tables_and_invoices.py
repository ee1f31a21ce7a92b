"""Keep what freight costs in dated tables, and with an order its invoice and what was confirmed.

Revision ID: 0017
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

#: What freight cost before there were tables, and what the way to the far west costs from now on.
FIRST = [
    {
        "name_zh": "全国大部分地区",
        "name_en": "Most of the country",
        "provinces": [],
        "free_from_fen": 9_900,
        "bands": [[1_000, 800], [3_000, 1_200], [5_000, 1_600], [10_000, 2_200], [20_000, 3_600]],
        "further_kg_fen": 150,
    },
    {
        "name_zh": "偏远地区",
        "name_en": "Remote regions",
        "provinces": ["54", "63", "65"],
        "free_from_fen": 29_900,
        "bands": [[1_000, 1_800], [3_000, 3_200], [5_000, 4_600], [10_000, 8_000], [20_000, 14_800]],
        "further_kg_fen": 700,
    },
]


def upgrade() -> None:
    """Add the table with its first row, and the columns."""
    op.create_table(
        "shop_freight_tables",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("zones", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(zones) = 'array' AND jsonb_array_length(zones) >= 1",
            name=op.f("ck_shop_freight_tables_zones"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_shop_freight_tables_user_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_freight_tables")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_freight_tables_public_id")),
    )
    op.create_index("ix_shop_freight_tables_day", "shop_freight_tables", ["valid_from", "id"])
    op.execute(
        sa.text(
            "INSERT INTO shop_freight_tables (public_id, valid_from, zones, reason, user_name, made_at) "
            "VALUES ('FREIGHT00001', '2020-01-01', CAST(:zones AS jsonb), '', 'system', now())"
        ).bindparams(zones=json.dumps(FIRST, ensure_ascii=False))
    )
    op.execute(
        "CREATE TRIGGER shop_freight_tables_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON shop_freight_tables "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )
    op.add_column("shop_orders", sa.Column("invoice", postgresql.JSONB(), nullable=True))
    op.add_column("shop_orders", sa.Column("freight_table_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_shop_orders_freight_table_id_shop_freight_tables"),
        "shop_orders",
        "shop_freight_tables",
        ["freight_table_id"],
        ["id"],
    )
    op.add_column(
        "shop_order_lines",
        sa.Column("no_return_confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("shop_order_lines", "no_return_confirmed")
    op.drop_constraint(
        op.f("fk_shop_orders_freight_table_id_shop_freight_tables"), "shop_orders", type_="foreignkey"
    )
    for column in ("freight_table_id", "invoice"):
        op.drop_column("shop_orders", column)
    op.drop_table("shop_freight_tables")
