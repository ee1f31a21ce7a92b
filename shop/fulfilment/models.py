"""Tables of nodes, and of the parcels that travel through them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Node(Base):
    """A place of a county, town or village through which parcels go; those of villages hand them out.

    Its keeper and its courier note what arrives there; a closed one takes no new parcels.
    """

    __tablename__ = "shop_nodes"
    __table_args__ = (
        CheckConstraint("kind IN ('county', 'township', 'village')", name="kind"),
        Index("ix_shop_nodes_region", "region_id"),
        Index("ix_shop_nodes_keeper", "keeper_user_id"),
        Index("ix_shop_nodes_courier", "courier_user_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    region_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    hours: Mapped[str] = mapped_column(default="")
    keeper_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    courier_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Parcel(Base):
    """What one supplier has sent of an order, from the door of the supplier to the hands of the buyer.

    `reached` of its `stops` have noted it; `at_node_id` is where it lies, `next_node_id` where it is expected.
    `confirm_on` is the day on which its receipt confirms itself, while that is still to come. `reminded` counts the
    mails that reminded its buyer to pick it up, `reminded_at` is the last one.
    """

    __tablename__ = "shop_parcels"
    __table_args__ = (
        CheckConstraint("way IN ('carrier', 'own')", name="way"),
        CheckConstraint("reached BETWEEN 0 AND stops", name="reached"),
        CheckConstraint("NOT pickup OR stops > 0", name="pickup"),
        CheckConstraint("proof IN ('code', 'name')", name="proof"),
        CheckConstraint(
            "(delivered_at IS NULL) = (proof IS NULL) AND (proof IS NULL) = (receiver = '')", name="delivered"
        ),
        CheckConstraint("delivered_at IS NULL OR next_node_id IS NULL", name="at_its_end"),
        CheckConstraint(
            "reminded BETWEEN 0 AND 2 AND (reminded = 0) = (reminded_at IS NULL)", name="reminded"
        ),
        Index("ix_shop_parcels_at", "at_node_id", "id", postgresql_where=text("at_node_id IS NOT NULL")),
        Index(
            "ix_shop_parcels_next", "next_node_id", "id", postgresql_where=text("next_node_id IS NOT NULL")
        ),
        Index(
            "ix_shop_parcels_confirm",
            "confirm_on",
            "supplier_order_id",
            postgresql_where=text("confirm_on IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    supplier_order_id: Mapped[int] = mapped_column(ForeignKey("shop_supplier_orders.id"), unique=True)
    way: Mapped[str]
    pickup: Mapped[bool] = mapped_column(default=False)
    stops: Mapped[int] = mapped_column(SmallInteger, default=0)
    reached: Mapped[int] = mapped_column(SmallInteger, default=0)
    at_node_id: Mapped[int | None] = mapped_column(ForeignKey("shop_nodes.id"))
    next_node_id: Mapped[int | None] = mapped_column(ForeignKey("shop_nodes.id"))
    made_at: Mapped[datetime]
    confirm_on: Mapped[date | None]
    reminded: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    reminded_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    proof: Mapped[str | None]
    receiver: Mapped[str] = mapped_column(default="")
    photo: Mapped[str | None]
    delivered_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))


class ParcelStop(Base):
    """A node on the way of a parcel, counted from 1 in the order in which it goes through them."""

    __tablename__ = "shop_parcel_stops"
    __table_args__ = (
        UniqueConstraint("parcel_id", "node_id"),
        CheckConstraint("position > 0", name="position"),
        Index("ix_shop_parcel_stops_node", "node_id"),
    )

    parcel_id: Mapped[int] = mapped_column(ForeignKey("shop_parcels.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    node_id: Mapped[int] = mapped_column(ForeignKey("shop_nodes.id"))


class HandOver(Base):
    """One scan: a parcel was taken over at one of its stops, by whom and when; rows are only added."""

    __tablename__ = "shop_hand_overs"
    __table_args__ = (
        UniqueConstraint("parcel_id", "position"),
        ForeignKeyConstraint(
            ["parcel_id", "position"],
            ["shop_parcel_stops.parcel_id", "shop_parcel_stops.position"],
            name="fk_shop_hand_overs_stop",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    parcel_id: Mapped[int]
    position: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    user_name: Mapped[str]
    happened_at: Mapped[datetime]


class ReceiptPeriod(Base):
    """After how many days the receipt of a parcel confirms itself, for parcels sent from a day on.

    `remind_days`: after so many days at a pick-up point its buyer is reminded, and once more after as many.
    """

    __tablename__ = "shop_receipt_periods"
    __table_args__ = (
        CheckConstraint("days BETWEEN 3 AND 60", name="days"),
        CheckConstraint("remind_days BETWEEN 1 AND 30", name="remind_days"),
    )

    valid_from: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(Integer)
    remind_days: Mapped[int] = mapped_column(Integer, default=3, server_default=text("3"))
    set_at: Mapped[datetime]
    set_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
