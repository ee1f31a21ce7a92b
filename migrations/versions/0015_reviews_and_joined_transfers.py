"""Keep reviews of received goods with their pictures, reports and counted stars; let held bank transfers pay together.

Revision ID: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

MOMENT = postgresql.TIMESTAMP(timezone=True)
#: Public pages that are kept show them (decision 9).
WATCHED = ("shop_product_ratings", "shop_review_pictures", "shop_reviews")
TRANSFERS = "payments_bank_transfers"
NAMES = {name: f"ck_{TRANSFERS}_{name}" for name in ("refunds_within_amount", "held", "joined")}


def upgrade() -> None:
    """Add the tables, their triggers, and the columns of transfers."""
    _add_reviews()
    op.create_table(
        "shop_review_pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_shop_review_pictures_position")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["shop_reviews.id"], name=op.f("fk_shop_review_pictures_review_id_shop_reviews")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_review_pictures")),
        sa.UniqueConstraint("review_id", "position", name=op.f("uq_shop_review_pictures_review_id_position")),
    )
    _add_reports()
    op.create_table(
        "shop_product_ratings",
        sa.Column("product_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(f"stars_{stars}", sa.Integer(), nullable=False) for stars in range(1, 6)),
        sa.CheckConstraint(
            "stars_1 >= 0 AND stars_2 >= 0 AND stars_3 >= 0 AND stars_4 >= 0 AND stars_5 >= 0",
            name=op.f("ck_shop_product_ratings_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["shop_products.id"],
            name=op.f("fk_shop_product_ratings_product_id_shop_products"),
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_shop_product_ratings")),
    )
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER {table}_page_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION move_page_stamp()"
        )
    op.add_column(TRANSFERS, sa.Column("joined_fen", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(TRANSFERS, sa.Column("joined_to_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{TRANSFERS}_joined_to_id_{TRANSFERS}"), TRANSFERS, TRANSFERS, ["joined_to_id"], ["id"]
    )
    _check(refunds="amount_fen + joined_fen")
    op.create_check_constraint(
        op.f(NAMES["joined"]), TRANSFERS, "(joined_fen < 0) = (joined_to_id IS NOT NULL)"
    )
    op.add_column(
        "payments_resolutions",
        sa.Column("joined", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )


def downgrade() -> None:
    """Remove them; transfers that pay together cannot be told apart any more."""
    op.drop_column("payments_resolutions", "joined")
    op.drop_constraint(op.f(NAMES["joined"]), TRANSFERS)
    _check(refunds="amount_fen")
    op.drop_column(TRANSFERS, "joined_to_id")
    op.drop_column(TRANSFERS, "joined_fen")
    for table in ("shop_product_ratings", "shop_review_reports", "shop_review_pictures", "shop_reviews"):
        op.drop_table(table)


def _check(*, refunds: str) -> None:
    for name, rule in (
        ("refunds_within_amount", f"refunding_fen BETWEEN 0 AND {refunds}"),
        ("held", f"held_fen BETWEEN 0 AND {refunds} - refunding_fen"),
    ):
        op.drop_constraint(op.f(NAMES[name]), TRANSFERS)
        op.create_check_constraint(op.f(NAMES[name]), TRANSFERS, rule)


def _add_reviews() -> None:
    op.create_table(
        "shop_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("author_user_id", sa.BigInteger(), nullable=True),
        sa.Column("institution_id", sa.BigInteger(), nullable=True),
        sa.Column("shown_zh", sa.Text(), nullable=False),
        sa.Column("shown_en", sa.Text(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_at", MOMENT, nullable=True),
        sa.Column("reply_edited_at", MOMENT, nullable=True),
        sa.Column("replied_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("hidden_reason", sa.Text(), nullable=False),
        sa.Column("hidden_by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_shop_reviews_stars")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_shop_reviews_text")),
        sa.CheckConstraint("version > 0", name=op.f("ck_shop_reviews_version")),
        sa.CheckConstraint("(replied_at IS NULL) = (reply = '')", name=op.f("ck_shop_reviews_reply")),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name=op.f("ck_shop_reviews_hidden")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_shop_reviews_{column}_{table}"))
            for column, table in (
                ("order_line_id", "shop_order_lines"),
                ("product_id", "shop_products"),
                ("supplier_id", "accounts_organisations"),
                ("author_user_id", "accounts_users"),
                ("institution_id", "accounts_organisations"),
                ("replied_by_user_id", "accounts_users"),
                ("hidden_by_user_id", "accounts_users"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_reviews")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_reviews_public_id")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_shop_reviews_order_line_id")),
    )
    op.create_index(
        "ix_shop_reviews_product",
        "shop_reviews",
        ["product_id", "id"],
        postgresql_where=sa.text("hidden_at IS NULL"),
    )
    op.create_index("ix_shop_reviews_supplier", "shop_reviews", ["supplier_id", "id"])
    op.create_index(
        "ix_shop_reviews_unanswered",
        "shop_reviews",
        ["supplier_id", "id"],
        postgresql_where=sa.text("replied_at IS NULL AND hidden_at IS NULL"),
    )


def _add_reports() -> None:
    op.create_table(
        "shop_review_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reporter_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "reason IN ('personal_data', 'insult', 'off_topic', 'untrue', 'other')",
            name=op.f("ck_shop_review_reports_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["shop_reviews.id"], name=op.f("fk_shop_review_reports_review_id_shop_reviews")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_user_id"],
            ["accounts_users.id"],
            name=op.f("fk_shop_review_reports_reporter_user_id_accounts_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_review_reports")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_review_reports_once")),
    )
    op.create_index("ix_shop_review_reports_review", "shop_review_reports", ["review_id", "id"])
    op.create_index(
        "ix_shop_review_reports_open",
        "shop_review_reports",
        ["review_id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
