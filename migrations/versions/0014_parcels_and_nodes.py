"""Keep nodes of county, town and village, and the parcels that travel through them.

Revision ID: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.TIMESTAMP(timezone=True)
ONLY_ADDED = ("shop_hand_overs",)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    """Add the tables, and a parcel for everything that was sent before."""
    op.create_table(
        "shop_nodes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("keeper_user_id", sa.BigInteger(), nullable=True),
        sa.Column("courier_user_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('county', 'township', 'village')", name=op.f("ck_shop_nodes_kind")),
        _key("shop_nodes", "region_id", "registry_regions"),
        _key("shop_nodes", "keeper_user_id", "accounts_users"),
        _key("shop_nodes", "courier_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_nodes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shop_nodes_public_id")),
    )
    op.create_index("ix_shop_nodes_region", "shop_nodes", ["region_id"])
    op.create_index("ix_shop_nodes_keeper", "shop_nodes", ["keeper_user_id"])
    op.create_index("ix_shop_nodes_courier", "shop_nodes", ["courier_user_id"])
    _add_parcels()
    op.create_table(
        "shop_receipt_periods",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("days BETWEEN 3 AND 60", name=op.f("ck_shop_receipt_periods_days")),
        _key("shop_receipt_periods", "set_by_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("pk_shop_receipt_periods")),
    )
    # What was sent before has its parcel too; receipt of what is on its way now confirms itself after ten days.
    op.execute(
        """
        INSERT INTO shop_parcels (code, supplier_order_id, way, pickup, stops, reached, made_at, confirm_on, receiver)
        SELECT o.number || '-' || p.place, p.id, 'carrier', false, 0, 0, p.shipped_at,
               CASE WHEN p.state = 'shipped' AND o.kind = 'public'
                    THEN greatest((p.shipped_at AT TIME ZONE 'Asia/Shanghai')::date + 10,
                                  (now() AT TIME ZONE 'Asia/Shanghai')::date + 3) END,
               ''
        FROM (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY id) AS place FROM shop_supplier_orders) p
        JOIN shop_orders o ON o.id = p.order_id
        WHERE p.shipped_at IS NOT NULL
        """
    )


def _add_parcels() -> None:
    op.create_table(
        "shop_parcels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("supplier_order_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("pickup", sa.Boolean(), nullable=False),
        sa.Column("stops", sa.SmallInteger(), nullable=False),
        sa.Column("reached", sa.SmallInteger(), nullable=False),
        sa.Column("at_node_id", sa.BigInteger(), nullable=True),
        sa.Column("next_node_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("confirm_on", sa.Date(), nullable=True),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("delivered_by_user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("way IN ('carrier', 'own')", name=op.f("ck_shop_parcels_way")),
        sa.CheckConstraint("reached BETWEEN 0 AND stops", name=op.f("ck_shop_parcels_reached")),
        sa.CheckConstraint("NOT pickup OR stops > 0", name=op.f("ck_shop_parcels_pickup")),
        sa.CheckConstraint("proof IN ('code', 'name')", name=op.f("ck_shop_parcels_proof")),
        sa.CheckConstraint(
            "(delivered_at IS NULL) = (proof IS NULL) AND (proof IS NULL) = (receiver = '')",
            name=op.f("ck_shop_parcels_delivered"),
        ),
        sa.CheckConstraint(
            "delivered_at IS NULL OR next_node_id IS NULL", name=op.f("ck_shop_parcels_at_its_end")
        ),
        _key("shop_parcels", "supplier_order_id", "shop_supplier_orders"),
        _key("shop_parcels", "at_node_id", "shop_nodes"),
        _key("shop_parcels", "next_node_id", "shop_nodes"),
        _key("shop_parcels", "delivered_by_user_id", "accounts_users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_parcels")),
        sa.UniqueConstraint("code", name=op.f("uq_shop_parcels_code")),
        sa.UniqueConstraint("supplier_order_id", name=op.f("uq_shop_parcels_supplier_order_id")),
    )
    op.create_index(
        "ix_shop_parcels_at",
        "shop_parcels",
        ["at_node_id", "id"],
        postgresql_where=sa.text("at_node_id IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_parcels_next",
        "shop_parcels",
        ["next_node_id", "id"],
        postgresql_where=sa.text("next_node_id IS NOT NULL"),
    )
    op.create_index(
        "ix_shop_parcels_confirm",
        "shop_parcels",
        ["confirm_on", "supplier_order_id"],
        postgresql_where=sa.text("confirm_on IS NOT NULL"),
    )
    op.create_table(
        "shop_parcel_stops",
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_shop_parcel_stops_position")),
        _key("shop_parcel_stops", "parcel_id", "shop_parcels"),
        _key("shop_parcel_stops", "node_id", "shop_nodes"),
        sa.PrimaryKeyConstraint("parcel_id", "position", name=op.f("pk_shop_parcel_stops")),
        sa.UniqueConstraint("parcel_id", "node_id", name=op.f("uq_shop_parcel_stops_parcel_id_node_id")),
    )
    op.create_index("ix_shop_parcel_stops_node", "shop_parcel_stops", ["node_id"])
    op.create_table(
        "shop_hand_overs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        _key("shop_hand_overs", "user_id", "accounts_users"),
        sa.ForeignKeyConstraint(
            ["parcel_id", "position"],
            ["shop_parcel_stops.parcel_id", "shop_parcel_stops.position"],
            name="fk_shop_hand_overs_stop",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_hand_overs")),
        sa.UniqueConstraint("parcel_id", "position", name=op.f("uq_shop_hand_overs_parcel_id_position")),
    )
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("shop_receipt_periods")
    for table in ONLY_ADDED:
        op.execute(f"DROP TRIGGER {table}_only_added ON {table}")
    op.drop_table("shop_hand_overs")
    op.drop_table("shop_parcel_stops")
    op.drop_table("shop_parcels")
    op.drop_table("shop_nodes")
