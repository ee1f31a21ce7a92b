"""Tables of products and their pack sizes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Product(Base):
    """Something a supplier grows or makes; what is bought is one of its variants.

    `from_price_fen` is a copy of the lowest open variant's price, so that lists can be sorted by an index; the truth is
    in the variants. Whether it is certified is never copied: `shop_certificates` says so at the moment of asking.
    """

    __tablename__ = "shop_products"
    __table_args__ = (
        CheckConstraint(
            "category IN ('fruit_vegetables', 'grain_oil', 'snacks', 'daily_goods', 'cooked_food', 'plants', 'crafts')",
            name="category",
        ),
        CheckConstraint("households_count >= 0", name="households"),
        Index("ix_shop_products_listed", "listed_at", "id", postgresql_where=text("listed_at IS NOT NULL")),
        Index(
            "ix_shop_products_category",
            "category",
            "listed_at",
            "id",
            postgresql_where=text("listed_at IS NOT NULL"),
        ),
        Index(
            "ix_shop_products_county",
            "county_id",
            "listed_at",
            "id",
            postgresql_where=text("listed_at IS NOT NULL"),
        ),
        Index(
            "ix_shop_products_price", "from_price_fen", "id", postgresql_where=text("listed_at IS NOT NULL")
        ),
        Index("ix_shop_products_village", "village_id", "id", postgresql_where=text("listed_at IS NOT NULL")),
        Index("ix_shop_products_supplier", "supplier_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("accounts_organisations.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("registry_regions.id"))
    category: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    summary_zh: Mapped[str]
    summary_en: Mapped[str]
    story_zh: Mapped[str]
    story_en: Mapped[str]
    storage_zh: Mapped[str] = mapped_column(default="")
    storage_en: Mapped[str] = mapped_column(default="")
    shelf_life_days: Mapped[int | None] = mapped_column(Integer)
    perishable: Mapped[bool] = mapped_column(default=False)
    picture: Mapped[str | None]
    households_count: Mapped[int] = mapped_column(Integer, default=0)
    from_price_fen: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    listed_at: Mapped[datetime | None]


class Variant(Base):
    """One pack size: its price, and where each fen of it goes."""

    __tablename__ = "shop_variants"
    __table_args__ = (
        CheckConstraint("price_fen > 0 AND pack_multiple > 0", name="positive"),
        CheckConstraint("producer_fen >= 0 AND logistics_fen >= 0 AND other_fen >= 0", name="split_positive"),
        CheckConstraint("producer_fen + logistics_fen + other_fen = price_fen", name="split_sums"),
        CheckConstraint("(net_grams IS NULL) <> (pieces IS NULL)", name="grams_or_pieces"),
        Index("ix_shop_variants_product", "product_id", "price_fen"),
        Index(
            "ix_shop_variants_grams",
            "net_grams",
            "product_id",
            postgresql_where=text("closed_at IS NULL AND net_grams IS NOT NULL"),
        ),
        Index(
            "ix_shop_variants_pieces",
            "pieces",
            "product_id",
            postgresql_where=text("closed_at IS NULL AND pieces IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    sku: Mapped[str] = mapped_column(unique=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    net_grams: Mapped[int | None]
    pieces: Mapped[int | None] = mapped_column(Integer)
    price_fen: Mapped[int]
    producer_fen: Mapped[int]
    logistics_fen: Mapped[int]
    other_fen: Mapped[int]
    pack_multiple: Mapped[int] = mapped_column(Integer, default=1)
    closed_at: Mapped[datetime | None]
