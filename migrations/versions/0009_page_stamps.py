"""Number the states of what public pages show: every change of these tables moves the number in its own step.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

SLOTS = 32
WATCHED = (
    "accounts_organisations",
    "registry_regions",
    "search_outbox",
    "shop_batches",
    "shop_benefit_links",
    "shop_benefit_payments",
    "shop_certificates",
    "shop_product_pictures",
    "shop_products",
    "shop_variants",
)


def upgrade() -> None:
    """Add the numbers and the triggers that move them."""
    op.create_table(
        "core_page_stamps",
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_core_page_stamps")),
    )
    # Begun at random: a database that is built anew does not repeat the numbers of the one before.
    op.execute(
        "INSERT INTO core_page_stamps SELECT slot, (random() * 1000000000000)::bigint "
        f"FROM generate_series(0, {SLOTS - 1}) AS slot"
    )
    # A step takes one slot that nobody else holds, once: steps that change the catalogue side by side never wait here.
    op.execute(
        f"""
        CREATE FUNCTION move_page_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE step text := pg_current_xact_id()::text;
        BEGIN
            IF current_setting('yigou.page_stamp', true) = step THEN
                RETURN NULL;
            END IF;
            UPDATE core_page_stamps SET version = version + 1
            WHERE slot = (SELECT slot FROM core_page_stamps LIMIT 1 FOR UPDATE SKIP LOCKED);
            IF NOT FOUND THEN
                UPDATE core_page_stamps SET version = version + 1 WHERE slot = pg_backend_pid() % {SLOTS};
            END IF;
            PERFORM set_config('yigou.page_stamp', step, true);
            RETURN NULL;
        END $$
        """
    )
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER {table}_page_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION move_page_stamp()"
        )


def downgrade() -> None:
    """Remove the triggers and the numbers."""
    for table in WATCHED:
        op.execute(f"DROP TRIGGER {table}_page_stamp ON {table}")
    op.execute("DROP FUNCTION move_page_stamp()")
    op.drop_table("core_page_stamps")
