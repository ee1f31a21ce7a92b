"""Tables of stock: what is on hand, what is held, and every movement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Stock(Base):
    """How many packs of a variant lie ready; held packs are still on hand until they are paid."""

    __tablename__ = "shop_stock"
    __table_args__ = (CheckConstraint("on_hand >= 0", name="never_below_zero"),)

    variant_id: Mapped[int] = mapped_column(
        ForeignKey("shop_variants.id"), primary_key=True, autoincrement=False
    )
    on_hand: Mapped[int]


class StockHold(Base):
    """Packs set aside for an order: until `expires_at`, or as long as its payment can still succeed."""

    __tablename__ = "shop_stock_holds"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("status IN ('held', 'taken', 'released')", name="status"),
        Index("ix_shop_stock_holds_variant", "variant_id", postgresql_where=text("status = 'held'")),
        Index("ix_shop_stock_holds_order", "order_id"),
        Index("ix_shop_stock_holds_expiry", "expires_at", postgresql_where=text("status = 'held'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_orders.id"))
    quantity: Mapped[int]
    status: Mapped[str] = mapped_column(default="held")
    payable: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class StockMovement(Base):
    """Why the number on hand changed, and by how much; `once` is the token of the form that said so."""

    __tablename__ = "shop_stock_movements"
    __table_args__ = (
        CheckConstraint("change <> 0", name="change"),
        Index("ix_shop_stock_movements_variant", "variant_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    change: Mapped[int]
    reason: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("shop_orders.id"))
    actor_user_id: Mapped[int | None]
    once: Mapped[str | None] = mapped_column(unique=True)
    moved_at: Mapped[datetime]
