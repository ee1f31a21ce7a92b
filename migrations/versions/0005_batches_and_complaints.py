"""Keep batches, the codes on their packs, and what people report as wrong.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.TIMESTAMP(timezone=True)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    """Add the tables and columns."""
    _add_batches()
    _add_complaints()
    op.add_column("publicity_objections", sa.Column("contact_email", sa.Text(), nullable=True))
    op.add_column(
        "publicity_objections", sa.Column("locale", sa.Text(), server_default="zh_Hans_CN", nullable=False)
    )


def _add_batches() -> None:
    op.create_table(
        "shop_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("stocked_packs", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("closed_by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "closing IN ('mistake', 'recalled', 'sold_out')", name=op.f("ck_shop_batches_closing")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closing IS NULL) AND (closed_at IS NULL) = (closing_reason IS NULL)",
            name=op.f("ck_shop_batches_closed_whole"),
        ),
        sa.CheckConstraint("version > 0 AND stocked_packs >= 0", name=op.f("ck_shop_batches_counts")),
        _key("shop_batches", "product_id", "shop_products"),
        _key("shop_batches", "variant_id", "shop_variants"),
        _key("shop_batches", "created_by_user_id", "accounts_users"),
        _key("shop_batches", "closed_by_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_batches")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_shop_batches_product_id_number")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_shop_batches_idem_key")),
    )
    op.create_index("ix_shop_batches_variant", "shop_batches", ["variant_id"])
    op.create_table(
        "shop_batch_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("storage_zh", sa.Text(), nullable=False),
        sa.Column("storage_en", sa.Text(), nullable=False),
        sa.Column("packs", sa.Integer(), nullable=False),
        sa.Column("inspection_number", sa.Text(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("best_before > made_on", name=op.f("ck_shop_batch_versions_dates")),
        sa.CheckConstraint("packs > 0", name=op.f("ck_shop_batch_versions_packs")),
        sa.CheckConstraint("version = 1 OR reason <> ''", name=op.f("ck_shop_batch_versions_reason")),
        _key("shop_batch_versions", "batch_id", "shop_batches"),
        _key("shop_batch_versions", "user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_batch_versions")),
        sa.UniqueConstraint("batch_id", "version", name=op.f("uq_shop_batch_versions_batch_id_version")),
    )
    op.create_table(
        "shop_trace_codes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        _key("shop_trace_codes", "product_id", "shop_products"),
        _key("shop_trace_codes", "batch_id", "shop_batches"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shop_trace_codes")),
    )
    op.create_index(
        "uq_shop_trace_codes_product",
        "shop_trace_codes",
        ["product_id"],
        unique=True,
        postgresql_where=sa.text("batch_id IS NULL"),
    )
    op.create_index("uq_shop_trace_codes_batch", "shop_trace_codes", ["batch_id"], unique=True)
    op.execute(
        "CREATE TRIGGER shop_batch_versions_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON shop_batch_versions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def _add_complaints() -> None:
    op.create_table(
        "publicity_complaints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("tracking_digest", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("reporter_user_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('false_label', 'expired_goods', 'origin', 'quality', 'dates', 'other')",
            name=op.f("ck_publicity_complaints_reason"),
        ),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'unfounded', 'passed_on')", name=op.f("ck_publicity_complaints_outcome")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_publicity_complaints_answered_whole"),
        ),
        sa.CheckConstraint(
            "answered_at IS NOT NULL OR NOT published", name=op.f("ck_publicity_complaints_published")
        ),
        _key("publicity_complaints", "region_id", "registry_regions"),
        _key("publicity_complaints", "organisation_id", "accounts_organisations"),
        _key("publicity_complaints", "reporter_user_id", "accounts_users"),
        _key("publicity_complaints", "answered_by_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_complaints")),
        sa.UniqueConstraint("public_id", name=op.f("uq_publicity_complaints_public_id")),
        sa.UniqueConstraint("tracking_digest", name=op.f("uq_publicity_complaints_tracking_digest")),
    )
    op.create_index(
        "ix_publicity_complaints_open",
        "publicity_complaints",
        ["due_on", "id"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(
        "ix_publicity_complaints_subject", "publicity_complaints", ["subject_type", "subject_id", "id"]
    )
    op.create_index("ix_publicity_complaints_region", "publicity_complaints", ["region_id", "id"])
    op.create_index("ix_publicity_complaints_reporter", "publicity_complaints", ["reporter_user_id", "id"])
    op.create_table(
        "publicity_complaint_pictures",
        sa.Column("complaint_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("webp", sa.LargeBinary(), nullable=False),
        _key("publicity_complaint_pictures", "complaint_id", "publicity_complaints"),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_publicity_complaint_pictures")),
    )
    op.create_table(
        "publicity_complaint_periods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("answer_days", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "answer_days BETWEEN 1 AND 60", name=op.f("ck_publicity_complaint_periods_answer_days")
        ),
        _key("publicity_complaint_periods", "set_by_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_complaint_periods")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_publicity_complaint_periods_valid_from")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("publicity_objections", "locale")
    op.drop_column("publicity_objections", "contact_email")
    for table in ("publicity_complaint_periods", "publicity_complaint_pictures", "publicity_complaints"):
        op.drop_table(table)
    for table in ("shop_trace_codes", "shop_batch_versions", "shop_batches"):
        op.drop_table(table)
