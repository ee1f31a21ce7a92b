"""Tables of stores, their goods, and the batches of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Store(Base):
    """A love supermarket; its keepers hold the role of storekeeper in its organisation."""

    __tablename__ = "points_stores"
    __table_args__ = (
        CheckConstraint("serves IN ('village', 'town', 'county')", name="serves"),
        CheckConstraint("open_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]", name="open_days"),
        Index("ix_points_stores_village", "village_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"), unique=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    serves: Mapped[str] = mapped_column(default="town")
    name_zh: Mapped[str]
    name_en: Mapped[str]
    address_zh: Mapped[str] = mapped_column(default="")
    address_en: Mapped[str] = mapped_column(default="")
    open_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    hours: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class Goods(Base):
    """Something a store gives for points; prices may change, slips keep what was paid."""

    __tablename__ = "points_goods"
    __table_args__ = (
        CheckConstraint("points > 0 AND value_fen > 0", name="price"),
        Index("ix_points_goods_store", "store_id", "id"),
        Index(
            "uq_points_goods_barcode",
            "store_id",
            "barcode",
            unique=True,
            postgresql_where=text("barcode IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("points_stores.id"))
    category: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    unit_zh: Mapped[str]
    unit_en: Mapped[str]
    points: Mapped[int]
    value_fen: Mapped[int]
    picture: Mapped[str | None]
    barcode: Mapped[str | None]
    created_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class GoodsBatch(Base):
    """Units that came in together, expire together and are worth the same (fen a unit); the check ends overselling."""

    __tablename__ = "points_goods_batches"
    __table_args__ = (
        CheckConstraint("quantity_received > 0", name="received"),
        CheckConstraint("quantity_left >= 0 AND quantity_left <= quantity_received", name="never_below_zero"),
        CheckConstraint("value_fen > 0", name="value"),
        Index("ix_points_goods_batches_left", "goods_id", "id", postgresql_where=text("quantity_left > 0")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    idem_key: Mapped[str] = mapped_column(unique=True)
    goods_id: Mapped[int] = mapped_column(ForeignKey("points_goods.id"))
    received_on: Mapped[date]
    expires_on: Mapped[date | None]
    quantity_received: Mapped[int]
    quantity_left: Mapped[int]
    value_fen: Mapped[int]
    source: Mapped[str] = mapped_column(default="")
    received_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    created_at: Mapped[datetime]
