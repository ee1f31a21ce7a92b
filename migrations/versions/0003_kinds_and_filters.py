"""Say of each certificate whether it is for an aid product or a local product, and index what lists are narrowed by.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WITH_KIND = ("shop_certificates", "shop_certification_applications")


def upgrade() -> None:
    """Add the kinds and the indexes."""
    for table in WITH_KIND:
        op.add_column(table, sa.Column("kind", sa.Text(), server_default="aid_product", nullable=False))
        op.create_check_constraint(
            op.f(f"ck_{table}_kind"), table, "kind IN ('aid_product', 'local_product')"
        )
    op.create_index(
        "ix_shop_certificates_kind",
        "shop_certificates",
        ["kind", "product_id"],
        postgresql_where=sa.text("suspended_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_index(
        "ix_shop_variants_grams",
        "shop_variants",
        ["net_grams", "product_id"],
        postgresql_where=sa.text("closed_at IS NULL AND net_grams IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_variants_pieces",
        "shop_variants",
        ["pieces", "product_id"],
        postgresql_where=sa.text("closed_at IS NULL AND pieces IS NOT NULL"),
    )
    op.create_index("ix_shop_order_lines_village", "shop_order_lines", ["village_id", "supplier_order_id"])
    op.create_index(
        "ix_shop_orders_paid", "shop_orders", ["paid_at"], postgresql_where=sa.text("paid_at IS NOT NULL")
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_shop_orders_paid", "shop_orders")
    op.drop_index("ix_shop_order_lines_village", "shop_order_lines")
    op.drop_index("ix_shop_variants_pieces", "shop_variants")
    op.drop_index("ix_shop_variants_grams", "shop_variants")
    op.drop_index("ix_shop_certificates_kind", "shop_certificates")
    for table in WITH_KIND:
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        op.drop_column(table, "kind")
