"""Keep versions, pictures, price ladders and the prices of before of the products that suppliers edit.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the columns and tables; the pictures and prices of today are the first ones there."""
    op.add_column("shop_products", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("shop_variants", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("shop_variants", sa.Column("ladder", JSONB(), server_default="[]", nullable=False))
    op.create_check_constraint(
        op.f("ck_shop_variants_ladder"),
        "shop_variants",
        "jsonb_typeof(ladder) = 'array' AND jsonb_array_length(ladder) <= 6",
    )
    op.create_table(
        "shop_product_pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alt_zh", sa.Text(), nullable=False),
        sa.Column("alt_en", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_shop_product_pictures_position")),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["shop_products.id"],
            name=op.f("fk_shop_product_pictures_product_id_shop_products"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_product_pictures")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_product_pictures_public_id")),
        sa.UniqueConstraint("product_id", "key", name=op.f("uq_shop_product_pictures_product_id_key")),
    )
    op.create_index(
        "ix_shop_product_pictures_product", "shop_product_pictures", ["product_id", "position", "id"]
    )
    op.create_table(
        "shop_price_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("producer_fen", sa.BigInteger(), nullable=False),
        sa.Column("logistics_fen", sa.BigInteger(), nullable=False),
        sa.Column("other_fen", sa.BigInteger(), nullable=False),
        sa.Column("ladder", JSONB(), nullable=False),
        sa.Column("actor_user_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["shop_variants.id"], name=op.f("fk_shop_price_changes_variant_id_shop_variants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_price_changes")),
    )
    op.create_index("ix_shop_price_changes_variant", "shop_price_changes", ["variant_id", "changed_at", "id"])
    op.execute(
        "INSERT INTO shop_product_pictures (public_id, product_id, position, key, alt_zh, alt_en, added_at) "
        "SELECT upper(left(md5(id::text || clock_timestamp()::text || random()::text), 12)), id, 1, picture, '', '', "
        "created_at FROM shop_products WHERE picture IS NOT NULL"
    )
    op.execute(
        "INSERT INTO shop_price_changes "
        "(variant_id, price_fen, producer_fen, logistics_fen, other_fen, ladder, changed_at) "
        "SELECT v.id, v.price_fen, v.producer_fen, v.logistics_fen, v.other_fen, '[]', p.created_at "
        "FROM shop_variants v JOIN shop_products p ON p.id = v.product_id ORDER BY v.id"
    )
    op.execute(
        "CREATE TRIGGER shop_price_changes_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON shop_price_changes "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("shop_price_changes")
    op.drop_table("shop_product_pictures")
    op.drop_constraint(op.f("ck_shop_variants_ladder"), "shop_variants", type_="check")
    op.drop_column("shop_variants", "ladder")
    op.drop_column("shop_variants", "version")
    op.drop_column("shop_products", "version")
