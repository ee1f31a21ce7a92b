"""Tables of products and their pack sizes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    and_,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Product(Base):
    """Something a supplier grows or makes; what is bought is one of its variants.

    `from_price_fen` is a copy of the lowest open variant's price, so that lists can be sorted by an index; the truth is
    in the variants, and 0 says that there is none. `picture` is a copy of the key of the first picture. Whether it is
    certified is never copied: `shop_certificates` says so at the moment of asking. `version` counts the edits of texts
    and pictures, so that a form which shows what is no longer so is noticed; `once` is the token of the form that added it.
    """

    __tablename__ = "shop_products"
    __table_args__ = (
        CheckConstraint(
            "category IN ('fruit_vegetables', 'grain_oil', 'snacks', 'daily_goods', 'cooked_food', 'plants', 'crafts')",
            name="category",
        ),
        CheckConstraint("households_count >= 0", name="households"),
        CheckConstraint(
            "return_terms IN ('seven_days', 'fresh', 'made_to_order', 'only_unopened', 'near_end', 'flawed')",
            name="return_terms",
        ),
        CheckConstraint(
            "return_terms NOT IN ('near_end', 'flawed') OR (return_note_zh <> '' AND return_note_en <> '')",
            name="return_note",
        ),
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
    return_terms: Mapped[str] = mapped_column(default="seven_days", server_default="seven_days")
    return_note_zh: Mapped[str] = mapped_column(default="", server_default="")
    return_note_en: Mapped[str] = mapped_column(default="", server_default="")
    # Of the release before, for its processes while they restart; the next one removes the column.
    perishable: Mapped[bool] = mapped_column(default=False, server_default=false())
    picture: Mapped[str | None]
    households_count: Mapped[int] = mapped_column(Integer, default=0)
    from_price_fen: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    once: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    listed_at: Mapped[datetime | None]


class Picture(Base):
    """A picture of a product; `position` counts from 1, the first one is the cover that lists show."""

    __tablename__ = "shop_product_pictures"
    __table_args__ = (
        UniqueConstraint("product_id", "key"),
        CheckConstraint("position > 0", name="position"),
        Index("ix_shop_product_pictures_product", "product_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    key: Mapped[str]
    alt_zh: Mapped[str] = mapped_column(default="")
    alt_en: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]


class Variant(Base):
    """One pack size: its price, and where each fen of it goes.

    `ladder` holds the steps [from so many packs, price in fen] beyond the first; the parts of such a price keep their
    proportions (`rules.charge`). `version` counts the edits. `edition_of` is the pack size of which a live session sells
    these (`shop.live`): a row of its own, so that its stock is its own; of these a buyer gets `most_per_buyer`, if it says so.
    """

    __tablename__ = "shop_variants"
    __table_args__ = (
        CheckConstraint("price_fen > 0 AND pack_multiple > 0", name="positive"),
        CheckConstraint("producer_fen >= 0 AND logistics_fen >= 0 AND other_fen >= 0", name="split_positive"),
        CheckConstraint("producer_fen + logistics_fen + other_fen = price_fen", name="split_sums"),
        CheckConstraint("(net_grams IS NULL) <> (pieces IS NULL)", name="grams_or_pieces"),
        CheckConstraint("jsonb_typeof(ladder) = 'array' AND jsonb_array_length(ladder) <= 6", name="ladder"),
        CheckConstraint(
            "most_per_buyer IS NULL OR (edition_of IS NOT NULL AND most_per_buyer >= pack_multiple)",
            name="most_per_buyer",
        ),
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
        Index("ix_shop_variants_editions", "edition_of", postgresql_where=text("edition_of IS NOT NULL")),
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
    ladder: Mapped[list[list[int]]] = mapped_column(JSONB, default=list, server_default="[]")
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    once: Mapped[str | None] = mapped_column(unique=True)
    closed_at: Mapped[datetime | None]
    edition_of: Mapped[int | None] = mapped_column(ForeignKey("shop_variants.id"))
    most_per_buyer: Mapped[int | None] = mapped_column(Integer)

    @hybrid_property
    def on_shelf(self) -> bool:
        """Say whether the shop offers it among the pack sizes of its product; what a live session sells it does not."""
        return self.closed_at is None and self.edition_of is None

    @on_shelf.inplace.expression
    @classmethod
    def _on_shelf(cls) -> ColumnElement[bool]:
        return and_(cls.closed_at.is_(None), cls.edition_of.is_(None))


class PriceChange(Base):
    """What a pack size has cost from a moment on, with its parts and its ladder; rows are only added."""

    __tablename__ = "shop_price_changes"
    __table_args__ = (Index("ix_shop_price_changes_variant", "variant_id", "changed_at", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    price_fen: Mapped[int]
    producer_fen: Mapped[int]
    logistics_fen: Mapped[int]
    other_fen: Mapped[int]
    ladder: Mapped[list[list[int]]] = mapped_column(JSONB)
    actor_user_id: Mapped[int | None]
    changed_at: Mapped[datetime]
