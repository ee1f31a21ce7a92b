"""Keep uploaded product lists, and what each of their rows would do and did.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

MOMENT = postgresql.TIMESTAMP(timezone=True)
COUNTS = ("rows_total", "rows_done", "adds", "changes", "unchanged", "wrong")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "shop_product_uploads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("shown_only", postgresql.JSONB(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("turned_away", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'checking', 'refused', 'checked', 'applying', 'applied', 'turned_back')",
            name=op.f("ck_shop_product_uploads_state"),
        ),
        sa.CheckConstraint(
            "mode IN ('good_rows', 'all_or_nothing')", name=op.f("ck_shop_product_uploads_mode")
        ),
        sa.CheckConstraint("format IN ('xlsx', 'csv')", name=op.f("ck_shop_product_uploads_format")),
        sa.CheckConstraint("rows_done <= rows_total", name=op.f("ck_shop_product_uploads_progress")),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_product_uploads_supplier_id_accounts_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_users.id"], name=op.f("fk_shop_product_uploads_user_id_accounts_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_product_uploads")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_product_uploads_public_id")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_product_uploads_once")),
    )
    op.create_index("ix_shop_product_uploads_supplier", "shop_product_uploads", ["supplier_id", "id"])
    op.create_index("ix_shop_product_uploads_created", "shop_product_uploads", ["created_at"])
    op.create_table(
        "shop_product_upload_rows",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        *(
            sa.Column(name, postgresql.JSONB(), nullable=False)
            for name in ("cells", "changes", "faults", "wanted")
        ),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "action IN ('add', 'change', 'wrong')", name=op.f("ck_shop_product_upload_rows_action")
        ),
        sa.CheckConstraint(
            "outcome IN ('applied', 'stale', 'refused')", name=op.f("ck_shop_product_upload_rows_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["shop_product_uploads.id"],
            name=op.f("fk_shop_product_upload_rows_upload_id_shop_product_uploads"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("pk_shop_product_upload_rows")),
    )
    op.create_index(
        "ix_shop_product_upload_rows_unit", "shop_product_upload_rows", ["upload_id", "unit", "number"]
    )
    op.create_index(
        "ix_shop_product_upload_rows_action", "shop_product_upload_rows", ["upload_id", "action", "number"]
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("shop_product_upload_rows")
    op.drop_table("shop_product_uploads")
