"""Tables of recalls: what was called back, and which lines of orders it touches."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Recall(Base):
    """A batch that was called back: from which day on packs of it can have been sent, and how many left the stock."""

    __tablename__ = "shop_recalls"
    __table_args__ = (
        CheckConstraint("packs_taken >= 0", name="packs"),
        CheckConstraint("(seen_at IS NULL) = (seen_by_name = '')", name="seen"),
        Index("ix_shop_recalls_unseen", "id", postgresql_where=text("seen_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("shop_batches.id"), unique=True)
    since: Mapped[date]
    packs_taken: Mapped[int] = mapped_column(Integer)
    recalled_at: Mapped[datetime]
    recalled_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    recalled_by_name: Mapped[str]
    seen_at: Mapped[datetime | None]
    seen_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id"))
    seen_by_name: Mapped[str] = mapped_column(default="")


class RecalledLine(Base):
    """A line of an order that a recall touches, as it stood at that moment; rows are only added.

    Orders are named without a foreign key: its check would lock them after the stock, and everybody else locks an order
    before the stock. Orders are never deleted.
    """

    __tablename__ = "shop_recalled_lines"
    __table_args__ = (
        CheckConstraint("touch IN ('may_hold', 'let_go')", name="touch"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_shop_recalled_lines_order", "order_id"),
        Index("ix_shop_recalled_lines_recall_order", "recall_id", "order_id"),
    )

    recall_id: Mapped[int] = mapped_column(ForeignKey("shop_recalls.id"), primary_key=True)
    order_line_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigInteger)
    touch: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
