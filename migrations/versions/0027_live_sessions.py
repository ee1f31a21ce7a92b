"""Keep live sessions, the packs set aside for them, and which pack size a session's packs are an edition of.

Revision ID: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

MOMENT = postgresql.TIMESTAMP(timezone=True)
#: Public pages that are kept show them (decision 9).
WATCHED = ("shop_live_items", "shop_live_sessions")


def upgrade() -> None:
    """Add the column, the tables and their triggers."""
    op.add_column("shop_variants", sa.Column("edition_of", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_shop_variants_edition_of_shop_variants"),
        "shop_variants",
        "shop_variants",
        ["edition_of"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.execute("ALTER TABLE shop_variants VALIDATE CONSTRAINT fk_shop_variants_edition_of_shop_variants")
    op.create_index(
        "ix_shop_variants_editions",
        "shop_variants",
        ["edition_of"],
        postgresql_where=sa.text("edition_of IS NOT NULL"),
    )
    op.create_table(
        "shop_live_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("about_zh", sa.Text(), nullable=False),
        sa.Column("about_en", sa.Text(), nullable=False),
        sa.Column("watch_url", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("opened_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by_user_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_shop_live_sessions_{name}"))
            for name, rule in (
                ("state", "state IN ('planned', 'open', 'ended', 'called_off')"),
                ("times", "starts_at < ends_at"),
                ("opened", "state <> 'open' OR opened_at IS NOT NULL"),
                ("planned", "state <> 'planned' OR opened_at IS NULL"),
                ("closed", "(state IN ('ended', 'called_off')) = (closed_at IS NOT NULL)"),
                ("reason", "(state = 'called_off') = (reason <> '')"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["host_id"],
            ["accounts_organisations.id"],
            name=op.f("fk_shop_live_sessions_host_id_accounts_organisations"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["accounts_users.id"], name=op.f(f"fk_shop_live_sessions_{column}_accounts_users")
            )
            for column in ("made_by_user_id", "opened_by_user_id", "closed_by_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_live_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_live_sessions_public_id")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_live_sessions_once")),
    )
    op.create_index("ix_shop_live_sessions_state", "shop_live_sessions", ["state", "starts_at"])
    op.create_index("ix_shop_live_sessions_host", "shop_live_sessions", ["host_id", "starts_at"])
    op.create_table(
        "shop_live_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinary_id", sa.BigInteger(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.CheckConstraint("set_aside >= 0", name=op.f("ck_shop_live_items_set_aside")),
        sa.CheckConstraint("variant_id <> ordinary_id", name=op.f("ck_shop_live_items_two_variants")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_shop_live_items_{column}_{table}")
            )
            for column, table in (
                ("session_id", "shop_live_sessions"),
                ("variant_id", "shop_variants"),
                ("ordinary_id", "shop_variants"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_live_items")),
        sa.UniqueConstraint("variant_id", name=op.f("uq_shop_live_items_variant_id")),
        sa.UniqueConstraint(
            "session_id", "ordinary_id", name=op.f("uq_shop_live_items_session_id_ordinary_id")
        ),
    )
    op.create_index("ix_shop_live_items_ordinary", "shop_live_items", ["ordinary_id"])
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER {table}_page_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION move_page_stamp()"
        )


def downgrade() -> None:
    """Remove them; what was still set aside for sessions stays in variants that nobody can order."""
    op.drop_table("shop_live_items")
    op.drop_table("shop_live_sessions")
    op.execute(
        "UPDATE shop_variants SET closed_at = now() WHERE edition_of IS NOT NULL AND closed_at IS NULL"
    )
    op.drop_index("ix_shop_variants_editions", table_name="shop_variants")
    op.drop_constraint(op.f("fk_shop_variants_edition_of_shop_variants"), "shop_variants")
    op.drop_column("shop_variants", "edition_of")
