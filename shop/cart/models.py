"""Tables of carts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Cart(Base):
    """What one visitor (by a secret in the session) or one signed-in person means to buy."""

    __tablename__ = "shop_carts"
    __table_args__ = (CheckConstraint("(token_hash IS NULL) <> (user_id IS NULL)", name="one_owner"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"), unique=True)
    changed_at: Mapped[datetime]


class CartLine(Base):
    """One pack size in a cart; nothing is held by it. What was saved for later (`saved_at`) is not bought."""

    __tablename__ = "shop_cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity BETWEEN 1 AND 9999", name="quantity"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("shop_carts.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variants.id"))
    quantity: Mapped[int]
    added_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
