"""Tables of batches and of the codes that are printed on packs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Batch(Base):
    """Packs of one size that were made together; what is known of them is in the newest of their versions.

    `stocked_packs` is how many of them went into the stock when the batch was recorded.
    """

    __tablename__ = "shop_batches"
    __table_args__ = (
        UniqueConstraint("product_id", "number"),
        CheckConstraint("closing IN ('mistake', 'recalled', 'sold_out')", name="closing"),
        CheckConstraint(
            "(closed_at IS NULL) = (closing IS NULL) AND (closed_at IS NULL) = (closing_reason IS NULL)",
            name="closed_whole",
        ),
        CheckConstraint("version > 0 AND stocked_packs >= 0", name="counts"),
        Index("ix_shop_batches_variant", "variant_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    number: Mapped[str]
    idem_key: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    stocked_packs: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    created_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    closed_at: Mapped[datetime | None]
    closing: Mapped[str | None]
    closing_reason: Mapped[str | None]
    closed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))


class BatchVersion(Base):
    """What was known of a batch from a moment on, and why it differs from before; rows are only added."""

    __tablename__ = "shop_batch_versions"
    __table_args__ = (
        CheckConstraint("best_before > made_on", name="dates"),
        CheckConstraint("packs > 0", name="packs"),
        CheckConstraint("version = 1 OR reason <> ''", name="reason"),
        UniqueConstraint("batch_id", "version"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("shop_batches.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    made_on: Mapped[date]
    best_before: Mapped[date | None]
    storage_zh: Mapped[str] = mapped_column(default="")
    storage_en: Mapped[str] = mapped_column(default="")
    packs: Mapped[int] = mapped_column(Integer)
    inspection_number: Mapped[str] = mapped_column(default="")
    inspected_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    user_name: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]


class TraceCode(Base):
    """A code that is printed on packs: of a batch, or of a product for goods that carry none."""

    __tablename__ = "shop_trace_codes"
    __table_args__ = (
        Index(
            "uq_shop_trace_codes_product",
            "product_id",
            unique=True,
            postgresql_where=text("batch_id IS NULL"),
        ),
        Index("uq_shop_trace_codes_batch", "batch_id", unique=True),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("shop_batches.id"))
    made_at: Mapped[datetime]
